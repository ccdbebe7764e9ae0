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
