import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withAddresses } from './addresses';
import { annotationsOf, withAnnotations, type Annotation } from './annotations';
import { compareTopologies, type ComparedPart } from './compare';
import { parametersOf, withParameters } from './parameters/parameters';
import type { Parameter } from './parameters/schema';
import { sameTopology } from './same';
import { newVm, type Topology } from './schema';

const vm = (key: string, values: Partial<Topology['vms'][number]> = {}) => ({
  ...newVm({ key, name: key, flavourId: 1, imageId: 1, x: 0, y: 0 }),
  ...values,
});
const note = (key: string, values: Partial<Extract<Annotation, { kind: 'note' }>> = {}): Annotation => ({
  ...{ kind: 'note', key, text: key, colour: 'grey', x: 0, y: 0, width: 100, height: 50 },
  ...values,
});
const text = (name: string, value: string): Parameter => ({
  ...{ kind: 'text', name, label: '', default: value, choices: [] },
});

const few = fc.constantFrom(0, 1, 2);
/** Drawings of few parts with few values, so that two of them have much in common. */
const drawings: fc.Arbitrary<Topology> = fc
  .record({
    vms: fc.uniqueArray(
      fc.record({ key: fc.constantFrom(...'abcd'), flavourId: fc.constantFrom(1, 2), internet: fc.boolean(), x: few }),
      { selector: ({ key }) => key },
    ),
    networks: fc.uniqueArray(fc.record({ key: fc.constantFrom('lan', 'wan'), y: few, dhcp: fc.boolean() }), {
      selector: ({ key }) => key,
    }),
    edges: fc.uniqueArray(
      fc.record({
        key: fc.constantFrom('e1', 'e2', 'e3'),
        source: fc.constantFrom(...'abcd'),
        target: fc.constantFrom(...'abcd', 'lan', 'wan'),
      }),
      { selector: ({ key }) => key },
    ),
    notes: fc.uniqueArray(
      fc.record({ key: fc.constantFrom('n1', 'n2', 'n3'), text: fc.constantFrom('x', 'y'), x: few }),
      {
        selector: ({ key }) => key,
      },
    ),
    parameters: fc.uniqueArray(fc.tuple(fc.constantFrom('p', 'q', 'r'), fc.constantFrom('1', '2')), {
      selector: ([name]) => name,
    }),
  })
  .map(({ vms, networks, edges, notes, parameters }) => {
    const there = new Set([...vms, ...networks].map(({ key }) => key));
    const drawn: Topology = {
      vms: vms.map(({ key, ...values }) => vm(key, values)),
      networks: networks.map(({ key, ...values }) => ({ name: key, x: 0, ...values, key })),
      edges: edges.filter(({ source, target }) => source !== target && there.has(source) && there.has(target)),
    };
    return withParameters(
      withAnnotations(
        withAddresses(drawn),
        notes.map(({ key, ...values }) => note(key, values)),
      ),
      parameters.map(([name, value]) => text(name, value)),
    );
  });

const keysOf = (topology: Topology): Record<ComparedPart['part'], Map<string, unknown>> => {
  const map = (list: readonly { key: string }[]) => new Map(list.map((one) => [one.key, one]));
  return {
    vm: map(topology.vms),
    network: map(topology.networks),
    edge: map(topology.edges),
    annotation: map(annotationsOf(topology)),
    parameter: new Map(parametersOf(topology).map((one) => [one.name, one])),
    order: new Map(),
  };
};

test('nothing differs exactly where the two are the same', () => {
  let same = 0;
  fc.assert(
    fc.property(drawings, drawings, fc.boolean(), (a, other, itself) => {
      const b = itself ? structuredClone(a) : other;
      if (sameTopology(a, b)) same += 1;
      expect(compareTopologies(a, b).length === 0).toBe(sameTopology(a, b));
    }),
    { numRuns: 300 },
  );
  expect(same).toBeGreaterThan(50);
});

test('what is said added is in the second only, what is said removed in the first only, the rest in both and different', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(drawings, drawings, (a, b) => {
      const [was, is] = [keysOf(a), keysOf(b)];
      const compared = compareTopologies(a, b);
      for (const { part, key, fate, properties } of compared) {
        seen.add(`${part} ${fate}`);
        if (part === 'order') continue;
        expect([was[part].has(key), is[part].has(key)]).toEqual([fate !== 'added', fate !== 'removed']);
        if (fate === 'added' || fate === 'removed') continue;
        expect(properties.length).toBeGreaterThan(0);
        expect(properties.every(({ from, to }) => from !== to)).toBe(true);
        expect(fate === 'moved').toBe(properties.every(({ property }) => property === 'place'));
      }
      // and nothing that came or went is left out, nor told twice
      const told = compared.map(({ part, key }) => `${part} ${key}`);
      expect(new Set(told).size).toBe(told.length);
      for (const part of ['vm', 'network', 'edge', 'annotation', 'parameter'] as const)
        for (const key of new Set([...was[part].keys(), ...is[part].keys()]))
          if (was[part].has(key) !== is[part].has(key)) expect(told).toContain(`${part} ${key}`);
    }),
    { numRuns: 300 },
  );
  // each kind of part was seen to come, to go and to change
  for (const part of ['vm', 'network', 'edge', 'annotation', 'parameter'])
    for (const fate of ['added', 'removed', 'changed']) expect(seen).toContain(`${part} ${fate}`);
  for (const moved of ['vm moved', 'network moved', 'annotation moved', 'order changed']) expect(seen).toContain(moved);
});

test('the other way round the same parts are told, the opposite of each', () => {
  const opposite = { added: 'removed', removed: 'added', changed: 'changed', moved: 'moved' } as const;
  fc.assert(
    fc.property(drawings, drawings, (a, b) => {
      const lines = (parts: readonly ComparedPart[], turned: boolean) =>
        parts
          .map(({ part, key, fate, properties }) => {
            const values = properties.map(({ property, from, to }) => [
              property,
              ...(turned ? [to, from] : [from, to]),
            ]);
            return JSON.stringify([part, key, turned ? opposite[fate] : fate, values.toSorted()]);
          })
          .toSorted();
      expect(lines(compareTopologies(a, b), false)).toEqual(lines(compareTopologies(b, a), true));
    }),
  );
});

test('each change is told field by field, and what only stands elsewhere as moved', () => {
  const before: Topology = { vms: [vm('web'), vm('db')], networks: [], edges: [] };
  const after: Topology = { ...before, vms: [vm('web', { name: 'www', internet: true, x: 5 }), vm('db', { y: 7 })] };
  expect(compareTopologies(before, after)).toEqual([
    {
      ...{ part: 'vm', key: 'web', label: 'www', fate: 'changed' },
      properties: [
        { property: 'name', from: '"web"', to: '"www"' },
        { property: 'place', from: '{"x":0,"y":0}', to: '{"x":5,"y":0}' },
        { property: 'internet', from: null, to: 'true' },
      ],
    },
    {
      ...{ part: 'vm', key: 'db', label: 'db', fate: 'moved' },
      properties: [{ property: 'place', from: '{"x":0,"y":0}', to: '{"x":0,"y":7}' }],
    },
  ]);
});
