import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mergeTopologies } from './merge';
import { canonical } from './properties';
import { newVm, topologySchema, type Topology } from './schema';

const vm = (key: string, values: Partial<Topology['vms'][number]> = {}) => ({
  ...newVm({ key, name: key, flavourId: 1, imageId: 1, x: 0, y: 0 }),
  ...values,
});
const base: Topology = {
  vms: [vm('a'), vm('b'), vm('c')],
  networks: [{ key: 'lan', name: 'lan', x: 0, y: 0 }],
  edges: [
    { key: 'ab', source: 'a', target: 'b' },
    { key: 'bl', source: 'b', target: 'lan' },
  ],
};

/** Whatever somebody may have made of some of eight VMs, two networks and links between them. */
const topologies: fc.Arbitrary<Topology> = fc
  .record({
    vms: fc.uniqueArray(
      fc.record({
        key: fc.constantFrom(...'abcdefgh'),
        flavourId: fc.integer({ min: 1, max: 3 }),
        internet: fc.boolean(),
      }),
      { selector: ({ key }) => key },
    ),
    networks: fc.subarray(['lan', 'wan']),
    edges: fc.uniqueArray(fc.tuple(fc.constantFrom(...'abcdefgh'), fc.constantFrom(...'abcdefgh', 'lan', 'wan')), {
      selector: (ends) => ends.join(''),
    }),
  })
  .map(({ vms, networks, edges }) => {
    const keys = new Set(vms.map(({ key }) => key));
    return {
      vms: vms.map(({ key, ...values }) => vm(key, values)),
      networks: networks.map((key) => ({ key, name: key, x: 0, y: 0 })),
      edges: edges
        .filter(([from, to]) => from !== to && keys.has(from) && (keys.has(to) || networks.includes(to)))
        .map(([source, target]) => ({ key: `${source}-${target}`, source, target })),
    };
  });
/** The same parts, in whatever order. */
const content = ({ vms, networks, edges }: Topology) =>
  [...vms, ...networks, ...edges].map((one) => canonical(one)).toSorted();

describe('two who changed one topology', () => {
  test('who changed nothing gets what the other made', () => {
    fc.assert(
      fc.property(topologies, topologies, (before, after) => {
        for (const merged of [mergeTopologies(before, after, before), mergeTopologies(before, before, after)]) {
          expect(content(merged.topology)).toEqual(content(after));
          expect(merged.conflicts).toEqual([]);
        }
      }),
    );
  });

  test('who did the same agree', () => {
    fc.assert(
      fc.property(topologies, topologies, (before, after) => {
        const { topology, conflicts } = mergeTopologies(before, after, after);
        expect(content(topology)).toEqual(content(after));
        expect(conflicts).toEqual([]);
      }),
    );
  });

  test('whatever they did, no link hangs in the air, and the result is a topology', () => {
    fc.assert(
      fc.property(topologies, topologies, topologies, (before, mine, theirs) => {
        const { topology } = mergeTopologies(before, mine, theirs);
        expect(topologySchema.safeParse(topology).success).toBe(true);
        const vms = new Set(topology.vms.map(({ key }) => key));
        const nodes = new Set([...vms, ...topology.networks.map(({ key }) => key)]);
        expect(nodes.size).toBe(topology.vms.length + topology.networks.length);
        for (const { source, target } of topology.edges) {
          expect(vms.has(source)).toBe(true);
          expect(nodes.has(target)).toBe(true);
        }
      }),
    );
  });

  test('without a conflict it does not matter who of them comes first', () => {
    fc.assert(
      fc.property(topologies, topologies, topologies, (before, mine, theirs) => {
        const one = mergeTopologies(before, mine, theirs);
        const other = mergeTopologies(before, theirs, mine);
        expect(one.conflicts.length === 0).toBe(other.conflicts.length === 0);
        if (one.conflicts.length === 0) expect(content(one.topology)).toEqual(content(other.topology));
      }),
    );
  });

  test('changes of different fields, parts that only one added or removed: all of it, without a question', () => {
    const mine: Topology = {
      ...base,
      vms: [vm('a', { flavourId: 2 }), vm('b'), vm('new')],
      edges: [...base.edges, { key: 'na', source: 'new', target: 'a' }],
    };
    const theirs: Topology = {
      ...base,
      vms: [vm('a', { x: 50 }), vm('b', { internet: true }), vm('c')],
      edges: base.edges.slice(0, 1),
    };
    expect(mergeTopologies(base, mine, theirs)).toEqual({
      topology: {
        vms: [vm('a', { flavourId: 2, x: 50 }), vm('b', { internet: true }), vm('new')],
        networks: base.networks,
        edges: [
          { key: 'ab', source: 'a', target: 'b' },
          { key: 'na', source: 'new', target: 'a' },
        ],
      },
      conflicts: [],
    });
  });

  test('one field set twice is mine, and told', () => {
    const mine = { ...base, vms: [vm('a', { name: 'mine' }), vm('b'), vm('c')] };
    const theirs = { ...base, vms: [vm('a', { name: 'theirs', internet: true }), vm('b'), vm('c')] };
    const { topology, conflicts } = mergeTopologies(base, mine, theirs);
    expect(topology.vms[0]).toEqual(vm('a', { name: 'mine', internet: true }));
    expect(conflicts).toEqual([{ part: 'vm', key: 'a', label: 'mine', field: 'name' }]);
  });

  test('a VM that one removed and the other linked is not lost', () => {
    const mine = { ...base, vms: [vm('a'), vm('b')] };
    const theirs = { ...base, edges: [...base.edges, { key: 'cl', source: 'c', target: 'lan' }] };
    const { topology, conflicts } = mergeTopologies(base, mine, theirs);
    expect(topology.vms.map(({ key }) => key)).toEqual(['a', 'b', 'c']);
    expect(topology.edges.map(({ key }) => key)).toContain('cl');
    expect(conflicts).toEqual([{ part: 'vm', key: 'c', label: 'c', field: null }]);
  });

  test('a VM that one removed and the other changed is not lost', () => {
    const mine = { ...base, vms: [vm('a'), vm('b', { flavourId: 3 }), vm('c')] };
    const theirs = { ...base, vms: [vm('a'), vm('c')], edges: [] };
    const { topology, conflicts } = mergeTopologies(base, mine, theirs);
    expect(topology.vms).toContainEqual(vm('b', { flavourId: 3 }));
    expect(conflicts).toEqual([{ part: 'vm', key: 'b', label: 'b', field: null }]);
  });
});
