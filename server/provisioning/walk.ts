/** One node of a directed acyclic graph of work. */
export interface WalkNode {
  id: number;
  /** Ids of the nodes that must be done before. Those that are not in the graph count as done. */
  dependsOn: readonly number[];
  /** Ids of the nodes that must have ended before, done or not; one that will never run has ended, too. */
  after?: readonly number[];
  /** Nodes of one lane share its limit. */
  lane: string;
}

/**
 * Runs every node after those that it depends on and those that it waits for, as many at once as their lanes allow, lower ids first. `work` answers
 * whether the node is done; what depends on one that is not never runs. Once `halted` says so nothing new begins, and
 * the walk ends with the work under way. An error of `work` halts it too and is thrown at the end.
 */
export async function walk(
  nodes: readonly WalkNode[],
  options: { work: (id: number) => Promise<boolean>; limits: Record<string, number>; halted: () => boolean },
): Promise<void> {
  const waiting = new Map<number, number>();
  const dependents = new Map<number, { node: WalkNode; needed: boolean }[]>();
  const lost = new Set<WalkNode>();
  const present = new Set(nodes.map((node) => node.id));
  const ready = new Map<string, WalkNode[]>();
  const active = new Map<string, number>();
  const offer = (node: WalkNode) => {
    const lane = ready.get(node.lane);
    if (lane) lane.push(node);
    else ready.set(node.lane, [node]);
  };
  for (const node of [...nodes].sort((a, b) => a.id - b.id)) {
    const needed = new Set(node.dependsOn);
    const dependencies = new Set([...needed, ...(node.after ?? [])].filter((id) => present.has(id)));
    waiting.set(node.id, dependencies.size);
    for (const id of dependencies) {
      const one = { node, needed: needed.has(id) };
      const list = dependents.get(id);
      if (list) list.push(one);
      else dependents.set(id, [one]);
    }
    if (dependencies.size === 0) offer(node);
  }
  /** It was done, or it will never be: then neither will what needs it. */
  const settle = (ended: WalkNode, done: boolean) => {
    for (const { node, needed } of dependents.get(ended.id) ?? []) {
      if (needed && !done) {
        if (lost.has(node)) continue;
        lost.add(node);
        settle(node, false);
        continue;
      }
      const left = (waiting.get(node.id) ?? 0) - 1;
      waiting.set(node.id, left);
      if (left === 0 && !lost.has(node)) offer(node);
    }
  };

  let failure: { error: unknown } | null = null;
  let under = 0;
  await new Promise<void>((resolve) => {
    const finished = (node: WalkNode, done: boolean) => {
      under--;
      active.set(node.lane, (active.get(node.lane) ?? 1) - 1);
      settle(node, done);
      advance();
    };
    const advance = () => {
      for (const [lane, queue] of ready) {
        while (queue.length > 0 && failure === null && !options.halted()) {
          const running = active.get(lane) ?? 0;
          if (running >= (options.limits[lane] ?? 1)) break;
          const node = queue.shift();
          if (node === undefined) break;
          active.set(lane, running + 1);
          under++;
          options.work(node.id).then(
            (done) => finished(node, done),
            (error: unknown) => {
              failure ??= { error };
              finished(node, false);
            },
          );
        }
      }
      if (under === 0) resolve();
    };
    advance();
  });
  const thrown = failure as { error: unknown } | null;
  if (thrown) throw thrown.error;
}
