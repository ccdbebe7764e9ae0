import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { annotationSchema, annotationsOf } from './annotations';
import { conflictId, mergeTopologies, type ChooseSide, type MergeConflict, type MergeSide } from './merge';
import { parametersOf } from './parameters/parameters';
import { parameterSchema } from './parameters/schema';
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

/** Whatever somebody may have made of some of eight VMs, two networks, links between them, what is drawn beside and what is asked for. */
const topologies: fc.Arbitrary<Topology> = fc
  .record({
    vms: fc.uniqueArray(
      fc.record({
        key: fc.constantFrom(...'abcdefgh'),
        flavourId: fc.integer({ min: 1, max: 3 }),
        internet: fc.boolean(),
        x: fc.constantFrom(0, 100),
        y: fc.constantFrom(0, 100),
        startAfter: fc.subarray([...'abc']),
        label: fc.constantFrom('', 'one', 'two'),
      }),
      { selector: ({ key }) => key },
    ),
    networks: fc.subarray(['lan', 'wan']),
    edges: fc.uniqueArray(fc.tuple(fc.constantFrom(...'abcdefgh'), fc.constantFrom(...'abcdefgh', 'lan', 'wan')), {
      selector: (ends) => ends.join(''),
    }),
    notes: fc.uniqueArray(fc.tuple(fc.constantFrom('n1', 'n2', 'n3'), fc.constantFrom('note', 'label'), fc.nat(2)), {
      selector: ([key]) => key,
    }),
    parameters: fc.uniqueArray(fc.tuple(fc.constantFrom('p', 'q'), fc.constantFrom('count', 'text', 'boolean')), {
      selector: ([name]) => name,
    }),
  })
  .map(({ vms, networks, edges, notes, parameters }) => {
    const keys = new Set(vms.map(({ key }) => key));
    return topologySchema.parse({
      vms: vms.map(({ key, startAfter, ...values }) =>
        vm(key, { ...values, startAfter: startAfter.filter((one) => one !== key && keys.has(one)) }),
      ),
      networks: networks.map((key) => ({ key, name: key, x: 0, y: 0 })),
      edges: edges
        .filter(([from, to]) => from !== to && keys.has(from) && (keys.has(to) || networks.includes(to)))
        .map(([source, target]) => ({ key: `${source}-${target}`, source, target })),
      annotations:
        notes.length === 0
          ? undefined
          : notes.map(([key, kind, text]) => annotationSchema.parse({ key, kind, text: `text ${text}`, x: 0, y: 0 })),
      parameters:
        parameters.length === 0 ? undefined : parameters.map(([name, kind]) => parameterSchema.parse({ name, kind })),
    });
  });
/** The same parts, in whatever order. */
const content = (topology: Topology) =>
  [...topology.vms, ...topology.networks, ...topology.edges, ...annotationsOf(topology), ...parametersOf(topology)]
    .map((one) => canonical(one))
    .toSorted();
const lists = (topology: Topology) => [
  ...[topology.vms, topology.networks, topology.edges],
  ...[annotationsOf(topology), parametersOf(topology)],
];
/** Every conflict has a side of its own, as the seed says. */
const chooseBy =
  (seed: number): ChooseSide =>
  (conflict) =>
    [...conflictId(conflict)].reduce((sum, char) => sum * 31 + (char.codePointAt(0) ?? 0), seed) % 2 === 0
      ? 'mine'
      : 'theirs';
const swapped = ({ mine, theirs, label: _label, ...conflict }: MergeConflict) => ({
  ...conflict,
  mine: theirs,
  theirs: mine,
});

describe('two who changed one topology', () => {
  test('who changed nothing gets what the other made', () => {
    fc.assert(
      fc.property(topologies, topologies, (before, after) => {
        for (const merged of [mergeTopologies(before, after, before), mergeTopologies(before, before, after)]) {
          // in its very order
          expect(lists(merged.topology).map(canonical)).toEqual(lists(after).map(canonical));
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
      fc.property(topologies, topologies, topologies, fc.option(fc.nat()), (before, mine, theirs, seed) => {
        const { topology } = mergeTopologies(before, mine, theirs, seed === null ? undefined : chooseBy(seed));
        expect(topologySchema.safeParse(topology).success).toBe(true);
        const vms = new Set(topology.vms.map(({ key }) => key));
        const nodes = new Set([...vms, ...topology.networks.map(({ key }) => key)]);
        expect(nodes.size).toBe(topology.vms.length + topology.networks.length);
        for (const { source, target } of topology.edges) {
          expect(vms.has(source)).toBe(true);
          expect(nodes.has(target)).toBe(true);
        }
        expect(topology.vms.flatMap(({ startAfter }) => startAfter).filter((key) => !vms.has(key))).toEqual([]);
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

  test('whoever comes first, the same conflicts are told, with what each made', () => {
    const told = (conflicts: readonly Omit<MergeConflict, 'label'>[]) =>
      conflicts.map(({ part, key, field, mine, theirs }) => canonical({ part, key, field, mine, theirs })).toSorted();
    fc.assert(
      fc.property(topologies, topologies, topologies, (before, mine, theirs) => {
        // of a kind that both changed the rest is not compared, and what a part needs depends on what is taken
        const keep: ChooseSide = ({ mine: my }) => (my === undefined ? 'theirs' : 'mine');
        const one = mergeTopologies(before, mine, theirs, keep);
        const other = mergeTopologies(before, theirs, mine, (conflict) =>
          keep({ ...conflict, mine: conflict.theirs, theirs: conflict.mine }) === 'mine' ? 'theirs' : 'mine',
        );
        expect(told(one.conflicts)).toEqual(told(other.conflicts.map(swapped)));
        expect(content(one.topology)).toEqual(content(other.topology));
      }),
    );
  });

  test('where one takes the other’s side in everything, every part that both know is theirs', () => {
    fc.assert(
      fc.property(topologies, topologies, topologies, (before, mine, theirs) => {
        for (const side of ['mine', 'theirs'] satisfies MergeSide[]) {
          const { topology, conflicts } = mergeTopologies(before, mine, theirs, () => side);
          const taken = side === 'mine' ? mine : theirs;
          for (const { part, key, field } of conflicts) {
            if (part !== 'vm' || field === null) continue;
            const [is, wanted] = [topology, taken].map(({ vms }) => vms.find((one) => one.key === key));
            const of = (one: object | undefined) =>
              field === 'place' ? canonical([one && Reflect.get(one, 'x'), one && Reflect.get(one, 'y')]) : one;
            if (field === 'place') expect(of(is)).toEqual(of(wanted));
            // a start after what has been removed is left out
            else if (field !== 'startAfter')
              expect(Reflect.get(is ?? {}, field)).toEqual(Reflect.get(wanted ?? {}, field));
          }
        }
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
    expect(conflicts).toEqual([{ part: 'vm', key: 'a', label: 'mine', field: 'name', mine: 'mine', theirs: 'theirs' }]);
    const taken = mergeTopologies(base, mine, theirs, () => 'theirs');
    expect(taken.topology.vms[0]).toEqual(vm('a', { name: 'theirs', internet: true }));
  });

  test('a VM that one removed and the other linked is not lost', () => {
    const mine = { ...base, vms: [vm('a'), vm('b')] };
    const theirs = { ...base, edges: [...base.edges, { key: 'cl', source: 'c', target: 'lan' }] };
    const { topology, conflicts } = mergeTopologies(base, mine, theirs);
    expect(topology.vms.map(({ key }) => key)).toEqual(['a', 'b', 'c']);
    expect(topology.edges.map(({ key }) => key)).toContain('cl');
    const conflict = { part: 'vm', key: 'c', label: 'c', field: null, mine: undefined, theirs: vm('c') };
    expect(conflicts).toEqual([conflict]);
    // unless it is said that it is to go, with what was linked to it
    const without = mergeTopologies(base, mine, theirs, () => 'mine');
    expect(without.topology).toMatchObject({ vms: mine.vms, edges: base.edges });
    expect(without.conflicts).toEqual([conflict]);
  });

  test('a VM that one removed and the other changed is not lost', () => {
    const mine = { ...base, vms: [vm('a'), vm('b', { flavourId: 3 }), vm('c')] };
    const theirs = { ...base, vms: [vm('a'), vm('c')], edges: [] };
    const { topology, conflicts } = mergeTopologies(base, mine, theirs);
    expect(topology.vms).toContainEqual(vm('b', { flavourId: 3 }));
    expect(conflicts).toMatchObject([{ part: 'vm', key: 'b', label: 'b', field: null, theirs: undefined }]);
    const without = mergeTopologies(base, mine, theirs, () => 'theirs');
    expect(without.topology.vms).toEqual([vm('a'), vm('c')]);
  });

  test('a VM that both moved stands where one of them put it, not in between', () => {
    const mine = { ...base, vms: [vm('a', { x: 10 }), vm('b'), vm('c')] };
    const theirs = { ...base, vms: [vm('a', { y: 10 }), vm('b'), vm('c')] };
    const { topology, conflicts } = mergeTopologies(base, mine, theirs);
    expect(topology.vms[0]).toMatchObject({ x: 10, y: 0 });
    expect(conflicts).toMatchObject([{ key: 'a', field: 'place', mine: { x: 10, y: 0 }, theirs: { x: 0, y: 10 } }]);
  });

  test('a parameter that both changed was mine, and theirs was lost without a word', () => {
    const asks = (min: number, max: number) => [parameterSchema.parse({ name: 'hosts', kind: 'count', min, max })];
    const [was, mine, theirs] = [
      { ...base, parameters: asks(1, 4) },
      { ...base, parameters: asks(2, 4) },
      { ...base, parameters: asks(1, 9) },
    ];
    const { topology, conflicts } = mergeTopologies(was, mine, theirs);
    expect(topology.parameters).toEqual(asks(2, 9));
    expect(conflicts).toEqual([]);
    expect(mergeTopologies(was, mine, { ...base, parameters: asks(3, 4) }).conflicts).toEqual([
      { part: 'parameter', key: 'hosts', label: 'hosts', field: 'min', mine: 2, theirs: 3 },
    ]);
  });

  test('annotations that one put into another order lie so', () => {
    const [one, two] = ['n1', 'n2'].map((key) => annotationSchema.parse({ key, kind: 'note', text: key, x: 0, y: 0 }));
    const was = { ...base, annotations: [one, two] } as Topology;
    const turned = { ...base, annotations: [two, one] } as Topology;
    for (const [mine, theirs] of [
      [was, turned],
      [turned, was],
    ] as const)
      expect(mergeTopologies(was, mine, theirs).topology.annotations?.map(({ key }) => key)).toEqual(['n2', 'n1']);
  });
});
