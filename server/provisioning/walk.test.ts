import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { walk, type WalkNode } from './walk';

/** Any acyclic graph: dependencies point to lower numbers. */
const graphs = fc
  .array(fc.tuple(fc.array(fc.nat(30), { maxLength: 4 }), fc.constantFrom('a', 'b')), { maxLength: 30 })
  .map((made) =>
    made.map(([dependencies, lane], id): WalkNode => ({
      id,
      lane,
      dependsOn: dependencies.map((one) => one % (id + 1)).filter((one) => one < id),
    })),
  );

describe('a walk', () => {
  test('does every node once, after those it depends on, within the limits', async () => {
    await fc.assert(
      fc.asyncProperty(graphs, fc.integer({ min: 1, max: 4 }), async (nodes, limit) => {
        const done: number[] = [];
        const active = { a: 0, b: 0 };
        await walk(nodes, {
          limits: { a: limit, b: 1 },
          halted: () => false,
          work: async (id) => {
            const node = nodes[id];
            if (!node) throw new Error('no node');
            expect(node.dependsOn.every((dependency) => done.includes(dependency))).toBe(true);
            const lane = node.lane === 'a' ? 'a' : 'b';
            active[lane]++;
            expect(active[lane]).toBeLessThanOrEqual(lane === 'a' ? limit : 1);
            await Promise.resolve();
            active[lane]--;
            done.push(id);
            return true;
          },
        });
        expect([...done].sort((one, other) => one - other)).toEqual(nodes.map((node) => node.id));
      }),
    );
  });

  test('leaves out what depends on a node that was not done', async () => {
    const done: number[] = [];
    const nodes = [[], [0], [1], [0]].map((dependsOn, id) => ({ id, dependsOn, lane: 'a' }));
    await walk(nodes, {
      limits: { a: 2 },
      halted: () => false,
      work: async (id) => {
        done.push(id);
        return id !== 1;
      },
    });
    expect(done).toEqual([0, 1, 3]);
  });

  test('does what only waited for a node that was not done, or never begun, once that is settled', async () => {
    const nodes: WalkNode[] = [
      { id: 0, dependsOn: [], lane: 'a' },
      { id: 1, dependsOn: [0], lane: 'a' },
      { id: 2, dependsOn: [], after: [1], lane: 'a' },
      { id: 3, dependsOn: [2], after: [0, 1], lane: 'a' },
      // what it needs is lost as well
      { id: 4, dependsOn: [1], after: [2], lane: 'a' },
      { id: 5, dependsOn: [], after: [4, 6], lane: 'a' },
      { id: 6, dependsOn: [], lane: 'a' },
    ];
    const begun: number[] = [];
    await walk(nodes, {
      limits: { a: 9 },
      halted: () => false,
      work: async (id) => {
        begun.push(id);
        return id !== 0;
      },
    });
    expect(begun).toEqual([0, 6, 2, 5, 3]);
  });

  test('runs each node that is not lost, exactly once, whatever fails', async () => {
    const soft = fc.array(fc.array(fc.nat(30), { maxLength: 3 }), { minLength: 30, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(graphs, soft, fc.array(fc.nat(30), { maxLength: 6 }), async (graph, waits, failing) => {
        const nodes = graph.map((node) => ({
          ...node,
          after: (waits[node.id] ?? []).map((one) => one % (node.id + 1)).filter((one) => one < node.id),
        }));
        const ended = new Set<number>();
        const runs: number[] = [];
        const lost = new Set<number>();
        for (const node of nodes)
          if (node.dependsOn.some((id) => lost.has(id) || failing.includes(id))) lost.add(node.id);
        await walk(nodes, {
          limits: { a: 3, b: 1 },
          halted: () => false,
          work: async (id) => {
            runs.push(id);
            for (const other of nodes[id]?.after ?? []) expect(ended.has(other) || lost.has(other)).toBe(true);
            await Promise.resolve();
            ended.add(id);
            return !failing.includes(id);
          },
        });
        expect(runs.toSorted((one, other) => one - other)).toEqual(
          nodes.map((node) => node.id).filter((id) => !lost.has(id)),
        );
      }),
    );
  });

  test('begins nothing new when halted or after an error, and waits for what is under way', async () => {
    const nodes = [0, 1, 2, 3].map((id) => ({ id, dependsOn: [], lane: 'a' }));
    const ended: number[] = [];
    let halted = false;
    await walk(nodes, {
      limits: { a: 2 },
      halted: () => halted,
      work: async (id) => {
        halted = true;
        await Promise.resolve();
        ended.push(id);
        return true;
      },
    });
    expect(ended).toEqual([0]);
    ended.length = 0;
    const broken = walk(nodes, {
      limits: { a: 2 },
      halted: () => false,
      work: async (id) => {
        if (id === 0) throw new Error('broken');
        await Promise.resolve();
        ended.push(id);
        return true;
      },
    });
    await expect(broken).rejects.toThrow('broken');
    expect(ended).toEqual([1]);
  });
});
