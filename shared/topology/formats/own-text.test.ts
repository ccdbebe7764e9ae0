import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { annotationsOf, withAnnotations, type Annotation } from '../annotations';
import { newVm, topologySchema, type Topology } from '../schema';
import { readDocument } from './document';
import type { TemplateDocument } from './document-types';
import { readOwnText, type PartSpan, type TextProblem } from './own-text';
import { rewriteOwnText, writeOwnText } from './rewrite-text';
import { anyTopology, testCatalogue as catalogue } from './testing';

const empty: TemplateDocument = { name: '', description: '', topology: { vms: [], networks: [], edges: [] } };
const named = (topology: Topology): TemplateDocument => ({ name: 'Lab', description: 'of mine', topology });

function read(text: string, base = empty, fixedDetails = false): { document: TemplateDocument; spans: PartSpan[] } {
  const reading = readOwnText(text, { base, catalogue, fixedDetails });
  if ('problems' in reading) throw new Error(reading.problems.map(({ problem }) => problem.message).join('\n'));
  return reading;
}
function problems(text: string, base = empty, fixedDetails = false): TextProblem[] {
  const reading = readOwnText(text, { base, catalogue, fixedDetails });
  return 'problems' in reading ? reading.problems : [];
}
/** What is said, and of what in the text. */
const said = (text: string, base = empty, fixed = false) =>
  problems(text, base, fixed).map(({ problem, from, to }) => [text.slice(from, to), problem.message]);

const note: Annotation = {
  ...{ kind: 'note', key: 'note', text: 'two\nlines', colour: 'yellow' },
  ...{ x: 0, y: 0, width: 200, height: 100 },
};

/** The drawing after somebody has worked on it: parts are gone, moved, changed, new and in another order. */
const worked = fc
  .record({ before: anyTopology, added: anyTopology, picks: fc.array(fc.nat(9), { minLength: 30, maxLength: 30 }) })
  .map(({ before, added, picks }) => {
    const pick = (index: number) => picks[index % picks.length] ?? 0;
    const mine = (key: string) => `${key.slice(0, 60)}-new`;
    const taken = new Set([...before.vms, ...before.networks, ...before.edges].map(({ key }) => key.toLowerCase()));
    const isNew = ({ key }: { key: string }) => !taken.has(key.toLowerCase());
    const vms = [
      ...before.vms
        .filter((_, index) => pick(index) > 1)
        .map((vm, index) => ({
          ...vm,
          ...(pick(index + 5) > 6 && { x: 12, y: -7.5 }),
          ...(pick(index + 7) > 6 && { label: 'called, so: #1' }),
          ...(pick(index + 9) > 6 && { internet: !vm.internet }),
          ...(pick(index + 11) > 6 && { files: [{ path: '/etc/motd', content: 'a\n  b\n', mode: '0644' }] }),
          ...(pick(index + 13) > 6 && { flavourId: 4 }),
        })),
      ...added.vms.map((vm) => ({ ...vm, key: mine(vm.key), name: `new-${vm.name}` })).filter(isNew),
    ];
    if (pick(20) > 6) vms.reverse();
    const networks = before.networks.filter((_, index) => pick(index + 3) > 2);
    const there = new Set([...vms, ...networks].map(({ key }) => key));
    const edges = before.edges
      .filter(({ source, target }) => there.has(source) && there.has(target))
      .map((edge, index) => ({ ...edge, ...(pick(index + 15) > 6 && { down: true }) }));
    const after: Topology = withAnnotations({ vms, networks, edges }, pick(21) > 4 ? [note] : []);
    return { before, after };
  });

describe('a text that says a drawing', () => {
  test('says it again, and as it is read afresh', () => {
    fc.assert(
      fc.property(anyTopology, anyTopology, (topology, other) => {
        const { text, spans } = writeOwnText(named(topology), catalogue);
        const { document } = read(text, named(other));
        expect(document.topology).toEqual(withAnnotations(topology, []));
        expect(readDocument(text, catalogue)).toMatchObject({ ...document, report: [] });
        expect(topologySchema.parse(document.topology)).toEqual(document.topology);
        expect(spans).toHaveLength(topology.vms.length + topology.networks.length + topology.edges.length);
        for (const { from, to, key } of spans) expect(text.slice(from, to)).toContain(key);
      }),
    );
  });

  test('follows whatever is drawn, and keeps the comments of what stays', () => {
    fc.assert(
      fc.property(worked, ({ before, after }) => {
        const text = writeOwnText(named(before), catalogue).text.replaceAll(
          /^(\s*)- key: (.*)$/gm,
          '$1# about $2\n$1- key: $2 # itself',
        );
        expect(read(text, named(before)).document).toEqual(named(withAnnotations(before, [])));
        const rewritten = rewriteOwnText(text, named(before), named(after), catalogue);
        expect(read(rewritten.text, named(after)).document).toEqual(
          named(withAnnotations(after, annotationsOf(after))),
        );
        expect(rewritten.spans).toEqual(read(rewritten.text, named(after)).spans);
        const stays = new Set(after.vms.map(({ key }) => key));
        for (const { key } of before.vms)
          if (stays.has(key)) expect(rewritten.text).toMatch(new RegExp(`- key: ["']?${key}["']? # itself`));
      }),
    );
  });
});

const web = newVm({ key: 'a', name: 'web', flavourId: 1, imageId: 1, x: 0, y: 0 });
const db = newVm({ key: 'b', name: 'db', flavourId: 4, imageId: 2, x: 300, y: 0 });
const lab = named({ vms: [web, db], networks: [], edges: [{ key: 'e', source: 'a', target: 'b' }] });
const change = (vm: Partial<typeof web>): TemplateDocument => ({
  ...lab,
  topology: { ...lab.topology, vms: [{ ...web, ...vm }, db] },
});

describe('the smallest change', () => {
  const mine = `# my lab
format: trama
version: 1
name:   Lab
description: of mine


vms:
- {key: a,  name: web, flavour: nano, image: tiny,   x: 0, y: 0}   # the first

- key: b
  name: "db"     # beside it
  flavour: small
  image: debian
  x: 300
  y: 0
edges:
- { key: e, source: a, target: b }
`;

  test('of single values leaves all else as it was written', () => {
    const moved = rewriteOwnText(mine, lab, change({ x: 40, name: 'front' }), catalogue).text;
    expect(moved).toBe(mine.replace('x: 0,', 'x: 40,').replace('name: web', 'name: front'));
    const other = { ...lab, name: 'Lab 2', topology: { ...lab.topology, vms: [web, { ...db, name: 'store' }] } };
    expect(rewriteOwnText(mine, lab, other, catalogue).text).toBe(
      mine.replace('name:   Lab', 'name:   Lab 2').replace('"db"', '"store"'),
    );
  });

  test('of more keeps comments, brackets and how lists are indented', () => {
    const { text } = rewriteOwnText(mine, lab, change({ forwards: [{ protocol: 'tcp', guestPort: 80 }] }), catalogue);
    for (const kept of [
      '# my lab',
      '# the first',
      '# beside it',
      '\n- key: b\n',
      '\n- { key: e, source: a, target: b }',
    ])
      expect(text).toContain(kept);
    expect(text).toContain('guestPort: 80');
  });

  test('writes all of it where it is written in a way that cannot be changed in part', () => {
    const anchored = mine
      .replace('flavour: small\n  image: debian', '<<: *kind')
      .replace('vms:\n', 'x-kind: &kind { flavour: small, image: debian }\nvms:\n');
    // a key of one's own is none of ours
    expect(said(anchored)).toEqual([['x-kind', 'There is no key x-kind here.']]);
    const aliased = mine.replace('flavour: nano', 'flavour: &size nano').replace('flavour: small', 'flavour: *size');
    const before = named({ ...lab.topology, vms: [web, { ...db, flavourId: 1 }] });
    expect(read(aliased, before).document).toEqual(named(withAnnotations(before.topology, [])));
    const after = named({
      ...lab.topology,
      vms: [
        { ...web, flavourId: 5 },
        { ...db, flavourId: 1 },
      ],
    });
    const { text } = rewriteOwnText(aliased, before, after, catalogue);
    expect(read(text, after).document).toEqual(named(withAnnotations(after.topology, [])));
  });

  test('is none where nothing differs', () => {
    expect(rewriteOwnText(mine, lab, { ...lab }, catalogue).text).toBe(mine);
  });
});

describe('what the text leaves to the drawing', () => {
  const text = writeOwnText(lab, catalogue).text;

  test('are places: those that were, and free ones for what is new', () => {
    const placeless = text.replaceAll(/^ +[xy]: .*\n/gm, '');
    expect(read(placeless, lab).document.topology.vms).toEqual(lab.topology.vms);
    const more = placeless.replace('networks:', '  - { key: c, name: new, flavour: nano, image: tiny }\nnetworks:');
    const [first, second, added] = read(more, lab).document.topology.vms;
    expect([first, second]).toEqual(lab.topology.vms);
    expect(added?.y).toBeGreaterThan(0);
    // and it is written when it is moved, only then
    const drawn = read(more, lab).document;
    const moved = {
      ...drawn,
      topology: { ...drawn.topology, vms: [web, db, { ...newVm({ ...web, ...added }), x: 5 }] },
    };
    const { text: rewritten } = rewriteOwnText(more, drawn, moved, catalogue);
    expect(rewritten.match(/\bx: /g)).toHaveLength(1);
  });

  test('is a flavour that is retired, where the VM had it', () => {
    const old = named({ ...lab.topology, vms: [{ ...web, flavourId: 9 }, db] });
    const retired = writeOwnText(old, catalogue).text;
    expect(retired).toContain('flavour: retired');
    expect(read(retired, old).document).toEqual(named(withAnnotations(old.topology, [])));
  });

  test('is a name that is still missing', () => {
    expect(read('format: trama\nversion: 1\nname: ""\nvms: []\n').document).toEqual({
      ...empty,
      topology: withAnnotations(empty.topology, []),
    });
  });
});

describe('what is wrong stands where it is', () => {
  const text = writeOwnText(lab, catalogue).text;

  test.each([
    ['flavour: nano', 'flavour: huge', 'flavour', 'There is no flavour “huge” here.'],
    ['image: tiny', 'image: plan9', 'image', 'There is no image “plan9” here.'],
    ['name: web', 'name: we b', 'name', /^Letters, digits and hyphens/],
    ['name: web', 'colour: red\n    name: web', 'colour', 'There is no key colour here.'],
    ['    name: web\n', '', 'key: a', 'The key name is missing.'],
    ['target: b', 'target: nobody', 'target', 'The edge e leads to nobody, which does not exist.'],
    ['target: b', 'target: a', 'target', 'The edge e connects web with itself.'],
    ['key: b', 'key: A', 'key', 'Two nodes have the key A.'],
    ['version: 1', 'version: 2', 'version', 'This version of the document is not known here.'],
  ])('%j instead of %j', (was, is, marked, message) => {
    const [first] = said(text.replace(was, is));
    expect(first?.[0]).toBe(marked);
    expect(first?.[1]).toMatch(message);
  });

  test('whose it is, is told, too', () => {
    const [vm] = problems(text.replace('flavour: nano', 'flavour: huge'));
    expect(vm?.problem).toMatchObject({ node: 'a', field: 'flavour' });
    const [edge] = problems(text.replace('source: a', 'source: 7'));
    expect(edge?.problem).toMatchObject({ edge: 'e', field: 'source' });
  });

  test('all of it at once', () => {
    const bad = text.replace('flavour: nano', 'flavour: huge').replace('image: debian', 'image: plan9');
    expect(said(bad)).toHaveLength(2);
  });

  test('what is no YAML, with the rest of its line', () => {
    const bad = text.replace('name: web', 'name: [web');
    const [first] = problems(bad);
    expect(first?.problem.message).toMatch(/^this is not YAML: /);
    expect(first?.from).toBeGreaterThan(bad.indexOf('name: [web'));
    expect(said('')).toEqual([['', expect.stringContaining('single value')]]);
  });

  test('a name that is not changed here', () => {
    expect(said(text.replace('name: Lab', 'name: Other'), lab, true)).toEqual([['name', 'This is not changed here.']]);
    expect(said(text, lab, true)).toEqual([]);
  });
});
