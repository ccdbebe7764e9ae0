import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  annotationColours,
  annotationSchema,
  annotationSize,
  labelSizes,
  shapeForms,
  standsIn,
  type Annotation,
} from './annotations';
import { diffTopology } from './diff';
import { readValid, testCatalogue } from './formats/testing';
import { writeDocument } from './formats/write-document';
import { mergeTopologies } from './merge';
import { sameTopology } from './same';
import { newVm, topologySchema, type Topology } from './schema';
import { validateTopology } from './validate';

const number = fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((value) => value + 0);
const side = fc.double({ min: 0, max: 1e5, noNaN: true }).map((value) => value + 0);
const text = fc.oneof(
  fc.constantFrom('', 'two\nlines', '<b>not bold</b>', '- [ ] # *', 'ñandú', '  at the edges  ', 'a: {b}', "it's"),
  fc.string({ unit: 'grapheme', maxLength: 60 }).map((any) => any.normalize('NFC').replaceAll(/[\p{Cc}\p{Cs}]/gu, '')),
);
const colour = fc.constantFrom(...annotationColours);
const anywhere = { key: fc.stringMatching(/^n[A-Za-z0-9_-]{1,12}$/), x: number, y: number };
const annotation: fc.Arbitrary<Annotation> = fc
  .oneof(
    fc.record({ kind: fc.constant('note' as const), ...anywhere, text, colour, width: side, height: side }),
    fc.record({
      kind: fc.constant('label' as const),
      ...anywhere,
      text: text.map((any) => `.${any}`),
      colour,
      size: fc.constantFrom(...labelSizes),
    }),
    fc.record({
      kind: fc.constant('shape' as const),
      ...anywhere,
      form: fc.constantFrom(...shapeForms),
      colour,
      filled: fc.boolean(),
      rises: fc.boolean(),
      width: side,
      height: side,
    }),
    fc.record({ kind: fc.constant('group' as const), ...anywhere, name: fc.constantFrom('dc1', 'Büro 3'), colour, width: side, height: side }), // prettier-ignore
  )
  .chain((one) => fc.constantFrom(one, { ...one, locked: true }));
const annotations = fc.uniqueArray(annotation, { maxLength: 8, selector: ({ key }) => key.toLowerCase() });

const vm = newVm({ key: 'web', name: 'web', flavourId: 1, imageId: 1, x: 0, y: 0 });
const bare: Topology = { vms: [vm], networks: [], edges: [] };
const note = (key: string, more: Partial<Extract<Annotation, { kind: 'note' }>> = {}): Annotation => ({
  ...annotationSchema.parse({ kind: 'note', key, x: 0, y: 0 }),
  ...more,
  kind: 'note',
} as Annotation); // prettier-ignore
const having = (...list: Annotation[]): Topology => ({ ...bare, annotations: list });

describe('our own documents', () => {
  test.each(['trama', 'trama-yaml'] as const)('%s gives back everything that is drawn beside', (format) => {
    fc.assert(
      fc.property(annotations, (drawn) => {
        const topology = having(...drawn);
        const text = writeDocument(format, { name: 'Lab', description: '', topology }, testCatalogue);
        expect(readValid(text).topology.annotations ?? []).toEqual(drawn);
        expect(sameTopology(readValid(text).topology, topology)).toBe(true);
      }),
    );
  });

  test('hold no more than was drawn: nothing of the list without one, and no defaults', () => {
    const written = (topology: Topology) =>
      JSON.parse(writeDocument('trama', { name: 'Lab', description: '', topology }, testCatalogue)) as object;
    expect(written(having())).not.toHaveProperty('annotations');
    expect(written(bare)).not.toHaveProperty('annotations');
    expect(written(having(note('n1', { text: 'Hi' })))).toMatchObject({
      annotations: [{ kind: 'note', key: 'n1', x: 0, y: 0, text: 'Hi' }],
    });
    expect(JSON.stringify(written(having(note('n1'))))).not.toContain('colour');
  });
});

test('texts are plain, their lines are kept, and what no database takes is refused', () => {
  const read = (of: string) => annotationSchema.safeParse({ kind: 'note', key: 'n', x: 0, y: 0, text: of });
  expect(read('a\r\nb\rc\td').data).toMatchObject({ text: 'a\nb\nc\td' });
  for (const bad of ['\u0000', '\u001b[31m', '\ud800', 'x'.repeat(2001)]) expect(read(bad).success, bad).toBe(false);
  expect(annotationSchema.safeParse({ kind: 'label', key: 'n', x: 0, y: 0, text: '' }).success).toBe(false);
  expect(annotationSchema.safeParse({ kind: 'note', key: 'n', x: 0, y: 0, form: 'line' }).success).toBe(false);
});

test('a topology without the list is the same as one whose list is empty', () => {
  expect(sameTopology(bare, having())).toBe(true);
  expect(diffTopology(bare, having())).toEqual([]);
  expect(sameTopology(bare, having(note('n1')))).toBe(false);
  // how they lie on each other
  expect(sameTopology(having(note('n1'), note('n2')), having(note('n2'), note('n1')))).toBe(false);
});

test('a key is one thing’s: of a VM and a note of the same, one is refused', () => {
  expect(validateTopology(having(note('web'))).map(({ code, node }) => [code, node])).toEqual([
    ['DUPLICATE_KEY', 'web'],
  ]);
});

test('the list has a limit, as its sentence says', () => {
  const many = having(...Array.from({ length: 501 }, (_, at) => note(`n${at}`)));
  expect(topologySchema.safeParse(many).error?.issues[0]?.message).toBe(
    'A topology has at most 500 notes, labels, shapes and groups.',
  );
});

describe('what differs between two drawings', () => {
  test('is told of each of them, and takes effect nowhere', () => {
    const before = having(note('n1', { text: 'old' }), note('n2', { text: 'gone' }));
    const after = having(note('n1', { text: 'new', x: 5 }), annotationSchema.parse({ kind: 'group', key: 'g', x: 0, y: 0, name: 'dc1' })); // prettier-ignore
    expect(diffTopology(before, after)).toEqual([
      {
        part: 'annotation',
        key: 'n1',
        label: 'new',
        fate: 'none',
        properties: [
          { property: 'place', effect: 'none', from: '{"x":0,"y":0}', to: '{"x":5,"y":0}' },
          { property: 'text', effect: 'none', from: '"old"', to: '"new"' },
        ],
      },
      { part: 'annotation', key: 'g', label: 'dc1', fate: 'add', properties: [] },
      { part: 'annotation', key: 'n2', label: 'gone', fate: 'remove', properties: [] },
    ]);
  });

  test('is nothing just where the drawings are the same, but for how they lie', () => {
    fc.assert(
      fc.property(annotations, annotations, (one, other) => {
        const byKey = (list: readonly Annotation[]) => list.toSorted((a, b) => (a.key < b.key ? -1 : 1));
        const [a, b] = [having(...byKey(one)), having(...byKey(other))];
        expect(diffTopology(a, b).length === 0).toBe(sameTopology(a, b));
      }),
    );
  });
});

describe('what two drew at once', () => {
  const base = having(note('n1', { text: 'was' }), note('n2'));
  test('is all there: a field of one by one, another by the other, what only one drew or took away', () => {
    const mine = having(note('n1', { text: 'mine' }), note('n2'), note('n3'));
    const theirs = having(note('n1', { text: 'was', colour: 'red' }), note('n4'));
    const { topology, conflicts } = mergeTopologies(base, mine, theirs);
    expect(conflicts).toEqual([]);
    expect(topology.annotations).toEqual([note('n1', { text: 'mine', colour: 'red' }), note('n4'), note('n3')]);
  });

  test('is asked about where both wrote in one note, or one wrote in what the other took away', () => {
    const mine = having(note('n1', { text: 'mine' }));
    const theirs = having(note('n1', { text: 'theirs' }), note('n2', { x: 9 }));
    const { topology, conflicts } = mergeTopologies(base, mine, theirs);
    expect(conflicts).toEqual([
      { part: 'annotation', key: 'n1', label: 'mine', field: 'text', mine: 'mine', theirs: 'theirs' },
      { part: 'annotation', key: 'n2', label: 'note', field: null, mine: undefined, theirs: note('n2', { x: 9 }) },
    ]);
    expect(topology.annotations).toEqual([note('n1', { text: 'mine' }), note('n2', { x: 9 })]);
  });

  test('is a drawing, whatever it was', () => {
    fc.assert(
      fc.property(annotations, annotations, annotations, (was, mine, theirs) => {
        const { topology } = mergeTopologies(having(...was), having(...mine), having(...theirs));
        expect(topologySchema.safeParse(topology).error).toBeUndefined();
        expect(mergeTopologies(having(...was), having(...mine), having(...was)).conflicts).toEqual([]);
      }),
    );
  });
});

test('what stands in a group has its middle inside of the frame', () => {
  const group = { kind: 'group', key: 'g', x: 100, y: 100, width: 200, height: 100 } as const;
  const frame = { ...group, name: 'dc1', colour: 'grey' } as const;
  expect(standsIn(frame, { x: 0, y: 150 })).toBe(true);
  expect(standsIn(frame, { x: -1, y: 100 })).toBe(false);
  expect(standsIn(frame, { x: 100, y: 151 })).toBe(false);
});

test('a label takes room as its lines do', () => {
  const size = (of: string) =>
    annotationSize(annotationSchema.parse({ kind: 'label', key: 'l', x: 0, y: 0, text: of }));
  expect(size('a\nb').height).toBeGreaterThan(size('a').height);
  expect(size('longer').width).toBeGreaterThan(size('a').width);
});
