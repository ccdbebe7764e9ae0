interface Waiting {
  key: string;
  /** Keys of those that have to be ready before. */
  startAfter: readonly string[];
}

/**
 * The same VMs, each behind those that it is started after, and otherwise in the order in which they are given. Of what waits
 * for itself, over others, one begins all the same: a plan is never without an order.
 */
export function inStartOrder<Vm extends Waiting>(vms: readonly Vm[]): Vm[] {
  const byKey = new Map(vms.map((vm) => [vm.key, vm]));
  const entered = new Set<Vm>();
  const ordered: Vm[] = [];
  for (const first of vms) {
    // with a stack of its own: a thousand VMs may wait in one row
    const path: { vm: Vm; left: string[] }[] = [];
    const enter = (vm: Vm) => {
      if (entered.has(vm)) return;
      entered.add(vm);
      path.push({ vm, left: vm.startAfter.toReversed() });
    };
    enter(first);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const key = top.left.pop();
      const before = key === undefined ? undefined : byKey.get(key);
      if (before !== undefined) enter(before);
      if (key !== undefined) continue;
      path.pop();
      ordered.push(top.vm);
    }
  }
  return ordered;
}

/**
 * Of each VM that waits for itself, over others or at once, one shortest way round, from it to itself, as keys. Linear but for
 * the ways of those that are in a cycle.
 */
export function cyclesOf(vms: readonly Waiting[]): Map<string, string[]> {
  const cyclic = inCycles(vms);
  const found = new Map<string, string[]>();
  for (const { key } of cyclic) {
    const way = wayRound(key, new Map(cyclic.map((vm) => [vm.key, vm.startAfter])));
    if (way !== null) found.set(key, way);
  }
  return found;
}

/** Those that are left when whatever waits for nothing, or is waited for by nothing, is taken away again and again. */
function inCycles(vms: readonly Waiting[]): Waiting[] {
  let left = [...vms];
  for (;;) {
    const keys = new Set(left.map(({ key }) => key));
    const awaited = new Set(left.flatMap(({ startAfter }) => startAfter));
    const next = left.filter((vm) => awaited.has(vm.key) && vm.startAfter.some((key) => keys.has(key)));
    if (next.length === left.length) return left;
    left = next;
  }
}

function wayRound(start: string, after: ReadonlyMap<string, readonly string[]>): string[] | null {
  const from = new Map<string, string>();
  const queue = [start];
  for (const key of queue)
    for (const next of after.get(key) ?? []) {
      if (next === start) {
        const way = [start];
        for (let at: string | undefined = key; at !== undefined; at = from.get(at)) way.unshift(at);
        return way;
      }
      if (from.has(next) || !after.has(next)) continue;
      from.set(next, key);
      queue.push(next);
    }
  return null;
}
