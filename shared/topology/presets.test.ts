import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../limits';
import { presetKinds, presetSizes, presetTopology, type PresetKind } from './presets';
import { topologySchema } from './schema';
import { validateTopology } from './validate';

const vm = { flavourId: 1, imageId: 1 };

/** Number of edges at each node. */
function degrees(kind: PresetKind, size: number): number[] {
  const { edges, vms } = presetTopology(kind, size, vm);
  return vms.map(({ key }) => edges.filter((edge) => edge.source === key || edge.target === key).length);
}

/** How many VMs can be reached from the first. */
function reached(kind: PresetKind, size: number): number {
  const { vms, edges } = presetTopology(kind, size, vm);
  const next = new Map<string, string[]>();
  for (const { source, target } of edges) {
    next.set(source, [...(next.get(source) ?? []), target]);
    next.set(target, [...(next.get(target) ?? []), source]);
  }
  const seen = new Set(['vm1']);
  const queue = ['vm1'];
  for (let key = queue.pop(); key !== undefined; key = queue.pop())
    for (const other of next.get(key) ?? [])
      if (!seen.has(other)) {
        seen.add(other);
        queue.push(other);
      }
  return vms.filter(({ key }) => seen.has(key)).length;
}

describe('presets', () => {
  it('are valid, connected and have no two nodes in one place, at every size', () => {
    fc.assert(
      fc.property(fc.constantFrom(...presetKinds), fc.integer({ min: -5, max: 300 }), (kind, size) => {
        const topology = presetTopology(kind, size, vm);
        const { min, max } = presetSizes[kind];
        expect(topology.vms).toHaveLength(Math.min(Math.max(size, min), max));
        expect(topologySchema.safeParse(topology).success).toBe(true);
        expect(validateTopology(topology)).toEqual([]);
        expect(reached(kind, size)).toBe(topology.vms.length);
        const nodes = [...topology.vms, ...topology.networks];
        expect(new Set(nodes.map(({ x, y }) => `${x} ${y}`)).size).toBe(nodes.length);
      }),
      { numRuns: 60 },
    );
  });

  it.each(presetKinds)('%s is valid at its largest', (kind) => {
    const topology = presetTopology(kind, presetSizes[kind].max, vm);
    expect(topologySchema.safeParse(topology).success).toBe(true);
    expect(validateTopology(topology)).toEqual([]);
  });

  it('stopped at what one zone can run of a VM, by a number of their own, where a drawing goes on', () => {
    for (const kind of ['star', 'mesh'] as const) {
      const { max } = presetSizes[kind];
      expect(Math.max(...degrees(kind, max))).toBe(limits.nicsPerVm);
    }
  });

  it('have the shape of their names', () => {
    expect(degrees('line', 4)).toEqual([1, 2, 2, 1]);
    expect(degrees('ring', 5)).toEqual([2, 2, 2, 2, 2]);
    expect(degrees('ring', 31).every((degree) => degree === 2)).toBe(true);
    expect(degrees('star', 5)).toEqual([4, 1, 1, 1, 1]);
    expect(degrees('tree', 7)).toEqual([2, 3, 3, 1, 1, 1, 1]);
    expect(degrees('mesh', 4)).toEqual([3, 3, 3, 3]);
    expect(degrees('bus', 4)).toEqual([1, 1, 1, 1]);
    expect(presetTopology('bus', 4, vm).networks).toHaveLength(1);
  });

  it('keep the neighbours of a folded ring near each other', () => {
    const { vms, edges } = presetTopology('ring', 100, vm);
    const place = new Map(vms.map((item) => [item.key, item]));
    const lengths = edges.map(({ source, target }) => {
      const from = place.get(source);
      const to = place.get(target);
      return from === undefined || to === undefined ? Infinity : Math.hypot(from.x - to.x, from.y - to.y);
    });
    expect(Math.max(...lengths)).toBeLessThan(400);
  });
});
