import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../errors';
import { keySchema } from '../place';
import { topologySchema, vmDefaults } from '../schema';
import { validateTopology } from '../validate';
import { readDocument } from './document';
import { anyTopology, testCatalogue } from './testing';
import { writeDocument } from './write-document';

const catalogue = testCatalogue;

function refusal(text: string): string {
  try {
    readDocument(text, catalogue);
  } catch (error) {
    if (error instanceof AppError && error.code === 'INVALID_DOCUMENT') return error.message;
    throw error;
  }
  throw new Error('It was read.');
}
const read = (value: unknown) => readDocument(JSON.stringify(value), catalogue);
const codes = (value: unknown) => read(value).report.map((note) => note.code);

describe('our own document', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(anyTopology, (topology) => {
        const text = writeDocument('trama', { name: 'Lab', description: 'd', topology }, catalogue);
        const again = readDocument(text, catalogue);
        expect(again).toEqual({ name: 'Lab', description: 'd', topology, format: 'trama', report: [], kinds: [] });
        expect(topologySchema.parse(again.topology)).toEqual(topology);
      }),
    );
  });

  it('finds places for what has none, and replaces what is not known here with a warning', () => {
    const document = {
      format: 'trama',
      version: 1,
      name: 'Lab',
      vms: [
        { key: 'a', name: 'a', flavour: 'NANO', image: 'tiny' },
        { key: 'b', name: 'b', flavour: 'huge', image: 'plan9' },
        { key: 'c', name: 'c', flavour: 'retired', image: 'tiny' },
      ],
      edges: [{ key: 'e', source: 'a', target: 'b' }],
    };
    const { topology } = read(document);
    expect(codes(document)).toEqual(['FLAVOUR_GUESSED', 'IMAGE_GUESSED', 'FLAVOUR_GUESSED']);
    expect(topology.vms.map((vm) => [vm.flavourId, vm.imageId])).toEqual([
      [1, 1],
      [1, 1],
      [1, 1],
    ]);
    expect(new Set(topology.vms.map((vm) => `${vm.x},${vm.y}`)).size).toBe(3);
    expect(validateTopology(topology, catalogue)).toEqual([]);
  });

  it.each([
    [{ version: 2 }, 'Line 1, column 29, at version: This version of the document is not known here.'],
    [{ vms: 'many' }, 'Line 1, column 50, at vms: Invalid input: expected array, received string'],
    [
      { vms: [{ key: 'a', name: 'a b', flavour: 'x', image: 'y' }] },
      /^Line 1, column \d+, at vms\[0\]\.name: Letters, digits and hyphens/,
    ],
    [{ edges: [{ key: 'a', source: 'x' }] }, /, at edges\[0\]\.target: /],
    [{ colour: 'red' }, /colour/],
    [{ name: 'a/b' }, /, at name: /],
  ])('says what is wrong where: %j', (change, message) => {
    const text = JSON.stringify({ format: 'trama', version: 1, name: 'Lab', vms: [], ...change });
    expect(refusal(text)).toMatch(message);
  });
});

/** Ids as the predecessor's files have them: numbers, words, and words that look like numbers. */
const legacyIds = fc.oneof(
  fc.integer(),
  fc.nat(20).map(String),
  fc.nat(20).map((n) => `_${n}`),
  fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,20}$/),
);
const legacyDocuments = fc
  .record({
    nodes: fc.uniqueArray(legacyIds, {
      maxLength: 10,
      // `recursos` has one entry per text; keys differ by more than case
      selector: (id) => String(id).toLowerCase(),
    }),
    edges: fc.uniqueArray(fc.oneof(fc.nat(), fc.stringMatching(/^[a-z]{1,8}$/)), {
      maxLength: 15,
      selector: (id) => String(id),
    }),
    picks: fc.array(fc.nat(), { minLength: 32, maxLength: 32 }),
  })
  .filter(({ nodes }) => !nodes.some((id) => ['constructor', 'prototype', '__proto__'].includes(String(id))))
  .map(({ nodes, edges, picks }) => {
    const at = (index: number) => nodes[(picks[index % 32] ?? 0) % Math.max(1, nodes.length)];
    const sizes = [
      { ram_gb: 1, vcpu: 1, disk_gb: 2, os: 'tiny', flavour: 'nano' },
      { ram_gb: 4, vcpu: 2, disk_gb: 6, os: 'debian', flavour: 'small' },
      { ram_gb: 8, vcpu: 4, disk_gb: 8, os: 'tiny', flavour: 'medium' },
    ];
    return {
      topologia: {
        nodes: nodes.map((id, index) => ({
          id,
          label: (picks[index + 3] ?? 0) % 3 === 0 ? `Host n.º ${index}` : `host-${index}`,
        })),
        edges: edges.flatMap((id, index) => {
          const [from, to] = [at(index), at(index + 11)];
          return from === undefined || to === undefined || from === to ? [] : [{ id, from, to }];
        }),
      },
      recursos: Object.fromEntries(
        nodes.map((id, index) => [String(id), { name: `host-${index}`, ...sizes[(picks[index] ?? 0) % 3] }]),
      ),
      subred: { public_access: nodes.filter((_, index) => (picks[index + 9] ?? 0) % 2 === 0) },
    };
  });

describe('the predecessor’s document', () => {
  it('comes back unchanged', () => {
    fc.assert(
      fc.property(legacyDocuments, (document) => {
        const { topology, report, description } = read(document);
        expect(report).toEqual([]);
        expect(topologySchema.parse(topology)).toEqual(topology);
        const text = writeDocument('legacy', { name: 'x', description, topology }, catalogue);
        expect(JSON.parse(text)).toEqual(document);
      }),
    );
  });

  it('can be written for any drawing without networks, and read again', () => {
    fc.assert(
      fc.property(anyTopology, (drawn) => {
        const vms = new Set(drawn.vms.map((vm) => vm.key));
        const topology = { ...drawn, networks: [], edges: drawn.edges.filter((edge) => vms.has(edge.target)) };
        const text = writeDocument('legacy', { name: 'x', description: '', topology }, catalogue);
        const again = readDocument(text, catalogue).topology;
        expect(again.vms.map((vm) => [vm.name, vm.flavourId, vm.imageId, vm.internet])).toEqual(
          topology.vms.map((vm) => [vm.name, vm.flavourId, vm.imageId, vm.internet]),
        );
        expect(again.edges).toHaveLength(topology.edges.length);
      }),
    );
  });

  it('has no id that reading refuses', () => {
    const vms = ['__proto__', 'constructor', 'prototype', '_prototype'].map((key, index) => ({
      ...vmDefaults(),
      key,
      name: `vm${index}`,
      flavourId: 1,
      imageId: 1,
      x: 0,
      y: 0,
    }));
    const topology = { vms, networks: [], edges: [] };
    const text = writeDocument('legacy', { name: 'x', description: '', topology }, catalogue);
    expect(readDocument(text, catalogue).topology.vms).toHaveLength(4);
  });

  it('is helped where it lacks something, with a warning for each guess', () => {
    const document = {
      topologia: {
        nodes: [
          { id: 1, label: 'Ñandú web' },
          { id: 2, label: 'same' },
          { id: 'router 3', label: 'same' },
          { id: 4, label: 'bare' },
        ],
        edges: [{ from: 1, to: 2 }],
      },
      recursos: {
        '1': { ram_gb: '4', vcpu: 2, disk_gb: 6, os: 'tiny' },
        '2': { name: 'same', ram_gb: 7, vcpu: 4, disk_gb: 9, os: 'cirros', flavour: 'gone' },
        'router 3': { name: 'same', ram_gb: 2, vcpu: 1, disk_gb: 2, os: 'tiny', flavour: 'nano' },
      },
    };
    const { topology, report } = read(document);
    expect(topology.vms.map((vm) => [vm.key, vm.name, vm.label, vm.flavourId, vm.imageId])).toEqual([
      ['1', 'Nandu-web', 'Ñandú web', 4, 1],
      ['2', 'same', '', 5, 1],
      ['n-router-3', 'same-2', 'same', 1, 1],
      ['4', 'bare', '', 1, 1],
    ]);
    expect(topology.vms.every((vm) => keySchema.safeParse(vm.key).success)).toBe(true);
    expect(report.map(({ node, code }) => `${node} ${code}`)).toEqual([
      'n-router-3 ID_CHANGED',
      '1 NAME_CHANGED',
      '2 FLAVOUR_GUESSED',
      '2 IMAGE_GUESSED',
      'n-router-3 NAME_CHANGED',
      'n-router-3 SIZE_CHANGED',
      '4 FLAVOUR_GUESSED',
      '4 IMAGE_GUESSED',
    ]);
    expect(validateTopology(topology, catalogue)).toEqual([]);
  });

  const nodes = [1, 2].map((id) => ({ id, label: `n${id}` }));
  it.each([
    [
      { topologia: { nodes, edges: [{ id: 1, from: 1, to: 9 }] } },
      'Line 1, column 100, at topologia.edges[0].to: there is no node 9',
    ],
    [{ topologia: { nodes, edges: [{ id: 1, from: 2, to: 2 }] } }, /, at topologia\.edges\[0\]\.to: .* with itself$/],
    [
      { topologia: { nodes: [...nodes, { id: '1', label: 'x' }] } },
      /, at topologia\.nodes\[2\]\.id: there are two nodes 1$/,
    ],
    [{ topologia: { nodes }, recursos: { '7': {} } }, /, at recursos\.7: there is no node 7$/],
    [{ topologia: { nodes }, subred: { public_access: [3] } }, /, at subred\.public_access\[0\]: there is no node 3$/],
    [{ topologia: { nodes: [{ id: null }] } }, /, at topologia\.nodes\[0\]\.id: An id is a number or a text\.$/],
    [{ topologia: [] }, /, at topologia: /],
  ])('says what is wrong where: %j', (document, message) => {
    expect(refusal(JSON.stringify(document))).toMatch(message);
  });
});

describe('what is no document', () => {
  it.each([
    ['an image', '\ufffdPNG\r\n\u001a\n', 'This is an image, not a topology.'],
    ['an image, byte by byte', '\u0089PNG\r\n', 'This is an image, not a topology.'],
    ['an archive', 'PK\u0003\u0004\u0014', /^This is a ZIP archive/],
    ['a compressed file', '\u001f\ufffd\b', /^This is a compressed file/],
    ['a web page', '<!doctype html><html>', /^This is a web page/],
    ['bytes', 'MZ\u0000\u0003', /binary file, not a topology in JSON/],
    ['nothing', ' \n ', 'The file is empty.'],
    ['more than is ever read', `<${' '.repeat(4_000_001)}`, 'The file is too large for its format: at most 4000 kB.'],
    ['words', 'hello', /^The file holds a single value/],
    ['words with a colon', 'to: you', /^This is no topology in a format that is known here/],
    ['other XML', '<svg/>', /^This is XML, but no topology/],
    ['half a file', '{"topologia":\n {"nodes": [', 'This file is not JSON: there is an error at line 2, column 13.'],
    ['a comma too many', '{\n  "a": 1,\n}', 'This file is not JSON: there is an error at line 3, column 1.'],
    ['UTF-16', '\ufffd\ufffd{\u0000"\u0000', /UTF-16/],
    ['Latin-1', '{"format":"trama","name":"A\ufffdo"}', 'The file is not UTF-8: save it as UTF-8 and import it again.'],
    ['a list', '[]', 'The file holds a list; a topology is an object.'],
    ['a number', '7', 'The file holds a single value; a topology is an object.'],
    ['null', 'null', 'The file holds a single value; a topology is an object.'],
    ['other JSON', '{"name":"package"}', /^This is no topology in a format/],
    ['an endless nest', '['.repeat(1_000_000), /^The file is nested deeper/],
    ['an endless nest of objects', '{"a":'.repeat(100_000), /^The file is nested deeper/],
    ['a way to the prototype', '{"topologia":{"nodes":[]},"recursos":{"__proto__":{"x":1}}}', /__proto__/],
  ])('%s', (_what, text, message) => {
    expect(refusal(text)).toMatch(message);
  });

  it('never fails in another way than with a sentence', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.json({ maxDepth: 3 }),
      fc.jsonValue({ maxDepth: 3 }).map((v) => JSON.stringify({ topologia: v })),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          readDocument(text, catalogue);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
        }
      }),
      { numRuns: 60 },
    );
  });
});
