/** What is read of React's own tree, as its developer tools do. */
interface Fiber {
  type: unknown;
  elementType: unknown;
  flags: number;
  child: Fiber | null;
  sibling: Fiber | null;
  alternate: Fiber | null;
}
/** React's mark of a component that was called in this commit. */
const performedWork = 1;

let counts: Map<string, number> | null = null;

function nameOf(type: unknown): string | null {
  if (typeof type === 'function') return type.name;
  // a memo holds what it remembers
  return typeof type === 'object' && type !== null && 'type' in type ? nameOf(type.type) : null;
}

function count(fiber: Fiber): void {
  if (counts === null) return;
  const name = nameOf(fiber.type);
  if (name !== null && (fiber.flags & performedWork) !== 0) counts.set(name, (counts.get(name) ?? 0) + 1);
  // the very same children as before: nothing under this was looked at
  if (fiber.child === (fiber.alternate?.child ?? null)) return;
  for (let child = fiber.child; child !== null; child = child.sibling) if (child !== child.alternate) count(child);
}

Object.assign(globalThis, {
  __REACT_DEVTOOLS_GLOBAL_HOOK__: {
    isDisabled: false,
    supportsFiber: true,
    inject: () => 1,
    onCommitFiberRoot: (_renderer: number, tree: { current: Fiber }) => count(tree.current),
    onCommitFiberUnmount: () => undefined,
    onPostCommitFiberRoot: () => undefined,
  },
});

/**
 * How often each component, by its name, has rendered while this was done. React's renderer looks for who listens when it is
 * loaded: `patience.ts`, which every test of the client begins with, imports this first.
 */
export function rendersDuring(act: () => void): ReadonlyMap<string, number> {
  const counted = new Map<string, number>();
  counts = counted;
  try {
    act();
  } finally {
    counts = null;
  }
  return counted;
}
