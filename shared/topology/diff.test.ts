import fc from 'fast-check';
import { expect, test } from 'vitest';
import { diffTopology, mostOf } from './diff';
import { effects } from './properties';
import { newVm, type Topology } from './schema';

const vm = (key: string, more: Partial<Topology['vms'][number]> = {}) => ({
  ...newVm({ key, name: key, flavourId: 1, imageId: 1, x: 0, y: 0 }),
  ...more,
});
const line: Topology = {
  vms: [vm('web'), vm('db')],
  networks: [{ key: 'lan', name: 'lan', x: 0, y: 0 }],
  edges: [{ key: 'e1', source: 'web', target: 'db' }],
};
const catalogue = {
  flavours: [
    { id: 1, diskGb: 2 },
    { id: 2, diskGb: 4 },
    { id: 3, diskGb: 1 },
  ],
  images: [
    { id: 1, kind: 'kernel' as const },
    { id: 2, kind: 'kernel' as const },
    { id: 3, kind: 'disk' as const },
  ],
};
const withWeb = (more: Partial<Topology['vms'][number]>): Topology => ({ ...line, vms: [vm('web', more), vm('db')] });

test('what comes and goes is told by its name, what goes last', () => {
  const after: Topology = {
    vms: [vm('web'), vm('cache')],
    networks: [],
    edges: [{ key: 'e2', source: 'web', target: 'cache' }],
  };
  expect(diffTopology(line, after).map(({ part, label, fate }) => `${fate} ${part} ${label}`)).toEqual([
    'add vm cache',
    'add edge web–cache',
    'remove vm db',
    'remove network lan',
    'remove edge web–db',
  ]);
});

test.each([
  [{ name: 'www' }, 'name', 'restart'],
  [{ internet: true }, 'internet', 'restart'],
  [{ flavourId: 2 }, 'flavourId', 'restart'],
  [{ flavourId: 3 }, 'flavourId', 'recreate'],
  [{ imageId: 2 }, 'imageId', 'restart'],
  [{ imageId: 3 }, 'imageId', 'recreate'],
  [{ x: 5 }, 'place', 'none'],
] as const)('%o takes effect as it does: %s, %s', (change, property, effect) => {
  const [one, ...rest] = diffTopology(line, withWeb(change), catalogue);
  expect(rest).toEqual([]);
  expect(one).toMatchObject({ part: 'vm', key: 'web', fate: effect, properties: [{ property, effect }] });
});

test('without a catalogue a change of flavour or image is the most that it can be', () => {
  for (const change of [{ flavourId: 2 }, { imageId: 2 }])
    expect(diffTopology(line, withWeb(change))[0]).toMatchObject({ fate: 'recreate' });
});

test('an edge that joins others than before is made anew; its address is a restart', () => {
  const moved = { ...line, edges: [{ key: 'e1', source: 'web', target: 'lan' }] };
  expect(diffTopology(line, moved)).toMatchObject([{ key: 'e1', fate: 'recreate', label: 'web–lan' }]);
  const placed = (address: string): Topology => ({
    ...line,
    edges: [{ key: 'e1', source: 'web', target: 'db', sourceNic: { index: 0, addresses: [address] } }],
  });
  expect(diffTopology(placed('10.0.0.1/30'), placed('10.0.0.5/30'))).toMatchObject([{ fate: 'restart' }]);
  // who has no addresses yet gets those that there are
  expect(diffTopology(placed('10.0.0.1/30'), line)).toEqual([]);
});

const drawings = fc
  .uniqueArray(fc.integer({ min: 1, max: 8 }), { maxLength: 6 })
  .chain((numbers) =>
    fc.record({
      vms: fc.tuple(
        ...numbers.map((number) =>
          fc
            .record({ flavourId: fc.constantFrom(1, 2, 3), internet: fc.boolean(), x: fc.constantFrom(0, 1) })
            .map((more) => vm(`vm${number}`, more)),
        ),
      ),
      networks: fc.constantFrom([], line.networks),
    }),
  )
  .map((drawn): Topology => ({ ...drawn, vms: [...drawn.vms], networks: [...drawn.networks], edges: [] }));

test('nothing differs from itself, and what differs one way differs the other', () => {
  fc.assert(
    fc.property(drawings, drawings, (a, b) => {
      expect(diffTopology(a, a, catalogue)).toEqual([]);
      const there = diffTopology(a, b, catalogue);
      const back = diffTopology(b, a, catalogue);
      const ids = (changes: typeof there) => changes.map(({ part, key }) => `${part}:${key}`).toSorted();
      expect(ids(there)).toEqual(ids(back));
      const opposite = { add: 'remove', remove: 'add' } as const;
      for (const one of there) {
        const other = back.find(({ part, key }) => part === one.part && key === one.key);
        if (one.fate === 'add' || one.fate === 'remove') expect(other?.fate).toBe(opposite[one.fate]);
        else expect(one.fate).toBe(mostOf(one.properties.map(({ effect }) => effect)));
        expect(other?.properties.map(({ from, to }) => [to, from])).toEqual(
          one.properties.map(({ from, to }) => [from, to]),
        );
      }
    }),
  );
});

test('the most far-reaching of effects is the last of their order', () => {
  expect(mostOf([])).toBe('none');
  for (const [index, effect] of effects.entries()) expect(mostOf(effects.slice(0, index + 1))).toBe(effect);
});
