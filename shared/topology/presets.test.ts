import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../limits';
import {
  canRoute,
  parametersOf,
  presetKinds,
  presetSize,
  presetTopology,
  type PresetKind,
  type PresetValues,
} from './presets';
import { topologySchema } from './schema';
import { validateTopology } from './validate';

const vm = { flavourId: 1, imageId: 1 };

/** Number of edges at each node. */
function degrees(kind: PresetKind, size: number): number[] {
  const { edges, vms } = presetTopology(kind, { size }, vm);
  return vms.map(({ key }) => edges.filter((edge) => edge.source === key || edge.target === key).length);
}

/** How many VMs can be reached from the first. */
function reached(kind: PresetKind, values: PresetValues): number {
  const { vms, edges } = presetTopology(kind, values, vm);
  const next = new Map<string, string[]>();
  for (const { source, target } of edges) {
    next.set(source, [...(next.get(source) ?? []), target]);
    next.set(target, [...(next.get(target) ?? []), source]);
  }
  const first = vms[0]?.key ?? '';
  const seen = new Set([first]);
  const queue = [first];
  for (let key = queue.pop(); key !== undefined; key = queue.pop())
    for (const other of next.get(key) ?? [])
      if (!seen.has(other)) {
        seen.add(other);
        queue.push(other);
      }
  return vms.filter(({ key }) => seen.has(key)).length;
}

describe('presets', () => {
  /** The preset with numbers from a little below to a little above what they may be. */
  const anyPreset = fc.constantFrom(...presetKinds).chain((kind) =>
    fc.record({
      kind: fc.constant(kind),
      values: fc.record(
        Object.fromEntries(
          parametersOf(kind).map(({ name, range }) => [
            name,
            fc.integer({ min: range.min - 2, max: Math.min(range.max + 2, name === 'size' ? 300 : Infinity) }),
          ]),
        ),
      ) as fc.Arbitrary<PresetValues>,
    }),
  );

  it('are valid, connected and have no two nodes in one place, whatever their numbers, and come out the same again', () => {
    fc.assert(
      fc.property(anyPreset, ({ kind, values }) => {
        const topology = presetTopology(kind, values, vm);
        expect(presetTopology(kind, values, vm)).toEqual(topology);
        if (!presetSize(kind, values).fits) return;
        expect(topologySchema.safeParse(topology).success).toBe(true);
        expect(validateTopology(topology)).toEqual([]);
        expect(reached(kind, values)).toBe(topology.vms.length);
        const nodes = [...topology.vms, ...topology.networks];
        expect(new Set(nodes.map(({ x, y }) => `${x} ${y}`)).size).toBe(nodes.length);
      }),
      { numRuns: 150 },
    );
  });

  it.each(presetKinds)('%s is valid with each of its numbers at its largest', (kind) => {
    for (const { name, range } of parametersOf(kind)) {
      const topology = presetTopology(kind, { [name]: range.max }, vm);
      expect(topologySchema.safeParse(topology).success).toBe(true);
      expect(validateTopology(topology)).toEqual([]);
    }
  });

  it('tell when their numbers together ask for more than a topology holds', () => {
    expect(presetSize('leafSpine', { spines: 2, leaves: 64, hosts: 32 })).toMatchObject({ vms: 2114, fits: false });
    expect(presetSize('leafSpine', { spines: 2, leaves: 4, hosts: 3 })).toEqual({ vms: 18, links: 20, fits: true });
  });

  it('link by chance as the seed says, another seed otherwise', () => {
    for (const kind of ['partialMesh', 'random'] as const) {
      const of = (seed: number) => presetTopology(kind, { size: 30, seed }, vm).edges;
      expect(of(7)).toEqual(of(7));
      expect(of(7)).not.toEqual(of(8));
    }
  });

  it('stopped at what one zone can run of a VM, by a number of their own, where a drawing goes on', () => {
    for (const kind of ['star', 'mesh'] as const) {
      expect(Math.max(...degrees(kind, limits.vmsPerTopology))).toBe(limits.nicsPerVm);
    }
  });

  it('have the shape of their names', () => {
    expect(degrees('line', 4)).toEqual([1, 2, 2, 1]);
    expect(degrees('ring', 5)).toEqual([2, 2, 2, 2, 2]);
    expect(degrees('ring', 31).every((degree) => degree === 2)).toBe(true);
    expect(degrees('star', 5)).toEqual([4, 1, 1, 1, 1]);
    expect(degrees('tree', 7)).toEqual([2, 3, 3, 1, 1, 1, 1]);
    expect(degrees('partialMesh', 8).every((degree) => degree >= 2)).toBe(true);
    expect(presetTopology('partialMesh', { size: 8, links: 3 }, vm).edges).toHaveLength(12);
    expect(presetTopology('fatTree', { pods: 4 }, vm).vms).toHaveLength(4 + 8 + 8 + 16);
    expect(presetTopology('hubSpoke', { hubs: 2, spokes: 5 }, vm).edges).toHaveLength(11);
    expect(degrees('mesh', 4)).toEqual([3, 3, 3, 3]);
    expect(degrees('bus', 4)).toEqual([1, 1, 1, 1]);
    expect(presetTopology('bus', { size: 4 }, vm).networks).toHaveLength(1);
  });

  it.each<[PresetKind, PresetValues, string[]]>([
    ['line', { size: 4 }, ['vm2', 'vm3']],
    ['line', { size: 2 }, []],
    ['ring', { size: 3 }, ['vm1', 'vm2', 'vm3']],
    ['star', { size: 5 }, ['vm1']],
    ['tree', { size: 7 }, ['vm1', 'vm2', 'vm3']],
    ['hubSpoke', { hubs: 2, spokes: 3 }, ['hub1', 'hub2']],
    ['leafSpine', { spines: 2, leaves: 2, hosts: 1 }, ['spine1', 'spine2', 'leaf1', 'leaf2']],
    ['mesh', { size: 4 }, []],
    ['bus', { size: 4 }, []],
  ])('have routers in between where that is asked for: %s %j', (kind, values, routers) => {
    const routing = (asked: boolean) =>
      presetTopology(kind, values, vm, { routers: asked }).vms.filter(({ router }) => router);
    expect(routing(true).map(({ name }) => name)).toEqual(routers);
    expect(routing(true).every(({ icon }) => icon === 'router')).toBe(true);
    expect(routing(false)).toEqual([]);
    expect(canRoute(kind)).toBe(!['mesh', 'bus'].includes(kind));
  });

  it('keep the neighbours of a folded ring near each other', () => {
    const { vms, edges } = presetTopology('ring', { size: 100 }, vm);
    const place = new Map(vms.map((item) => [item.key, item]));
    const lengths = edges.map(({ source, target }) => {
      const from = place.get(source);
      const to = place.get(target);
      return from === undefined || to === undefined ? Infinity : Math.hypot(from.x - to.x, from.y - to.y);
    });
    expect(Math.max(...lengths)).toBeLessThan(400);
  });
});
