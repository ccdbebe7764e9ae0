import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hostnameSchema } from '../../primitives';
import { withAddresses } from '../addresses';
import { annotationSchema, type Annotation } from '../annotations';
import { checkTopology } from '../formats/user-data';
import { readValid, testCatalogue } from '../formats/testing';
import { readOwnText } from '../formats/own-text';
import { rewriteOwnText, writeOwnText } from '../formats/rewrite-text';
import { writeDocument } from '../formats/write-document';
import { mergeTopologies } from '../merge';
import { sameTopology } from '../same';
import { newVm, topologySchema, vmDefaults, type Topology, type TopologyVm } from '../schema';
import { validateTopology } from '../validate';
import { fillVariables, variablesOf } from '../variables';
import { expand } from './expand';
import { parameterSchema, parameterValuesSchema, type Parameter, type ParameterValues } from './schema';
import { asDrawn } from './validate';
import { fillingOf } from './values';

const vm = (name: string, more: Partial<TopologyVm> = {}): TopologyVm => ({
  ...newVm({ key: name, name, flavourId: 1, imageId: 1, x: 0, y: 0 }),
  ...more,
});
const link = (source: string, target: string) => ({ key: `${source}_${target}`, source, target });
const group = (key: string, count: number | string, more: Partial<Annotation> = {}): Annotation =>
  ({ ...annotationSchema.parse({ kind: 'group', key, name: key, x: 5_000, y: 0, count }), ...more }) as Annotation;
const parameter = (one: { kind: Parameter['kind']; name: string; [field: string]: unknown }) =>
  parameterSchema.parse(one);

function expanded(topology: Topology, values: ParameterValues = {}): Topology {
  const { filling, problems } = fillingOf(topology, values, { catalogue: testCatalogue });
  expect(problems).toEqual([]);
  const result = expand(topology, filling);
  expect(result.problems).toEqual([]);
  if (result.expanded === null) throw new Error('It is too large.');
  return result.expanded.topology;
}
const namesIn = (topology: Topology) => topology.vms.map(({ name }) => name);
const linksIn = ({ vms, networks, edges }: Topology) => {
  const names = new Map([...vms, ...networks].map(({ key, name }) => [key, name]));
  return edges.map(({ source, target }) => `${names.get(source)}–${names.get(target)}`).toSorted();
};
const codes = (topology: Topology) => validateTopology(topology).map(({ code, node }) => [code, node]);

describe('replicas', () => {
  test('a VM with a count is numbered, also where it is one, and each is linked to what the one was', () => {
    const drawn: Topology = {
      vms: [vm('hub'), vm('web', { count: 3 }), vm('db', { count: 1 })],
      networks: [{ key: 'lan', name: 'lan', x: 0, y: 0 }],
      edges: [link('hub', 'web'), link('web', 'lan'), link('db', 'hub')],
    };
    expect(codes(drawn)).toEqual([]);
    const plain = expanded(drawn);
    expect(namesIn(plain)).toEqual(['hub', 'web-1', 'web-2', 'web-3', 'db-1']);
    expect(linksIn(plain)).toEqual([
      'db-1–hub',
      'hub–web-1',
      'hub–web-2',
      'hub–web-3',
      'web-1–lan',
      'web-2–lan',
      'web-3–lan',
    ]);
    expect(plain.vms.every((one) => !('count' in one))).toBe(true);
    expect(validateTopology(plain)).toEqual([]);
  });

  test('each replica of one is linked to each of another, as leaves and spines are', () => {
    const drawn = {
      vms: [vm('leaf', { count: 3 }), vm('spine', { count: 2 })],
      networks: [],
      edges: [link('leaf', 'spine')],
    };
    expect(linksIn(expanded(drawn))).toHaveLength(6);
    expect(new Set(linksIn(expanded(drawn))).size).toBe(6);
  });

  test('what stands in a counted group is replicated with its links, its order of starting and its texts', () => {
    const drawn: Topology = {
      vms: [
        vm('teacher', { exec: ['ping {{ link.to.client.address }}'] }),
        vm('client', {
          x: 5_000,
          startAfter: ['server', 'teacher'],
          exec: ['ping {{ link.to.server.address }}', 'echo {{ vm.replica }}'],
        }),
        vm('server', { x: 5_050 }),
      ],
      networks: [{ key: 'lan', name: 'lan', x: 5_010, y: 10 }],
      edges: [link('client', 'server'), link('client', 'lan'), link('server', 'lan'), link('client', 'teacher')],
      annotations: [group('pod', 2)],
    };
    expect(codes(drawn)).toEqual([]);
    const plain = expanded(drawn);
    expect(linksIn(plain)).toEqual([
      'client-1–lan-1',
      'client-1–server-1',
      'client-1–teacher',
      'client-2–lan-2',
      'client-2–server-2',
      'client-2–teacher',
      'server-1–lan-1',
      'server-2–lan-2',
    ]);
    const second = plain.vms.find(({ name }) => name === 'client-2');
    expect(second?.exec).toEqual(['ping {{ link.to.server-2.address }}', 'echo 2']);
    expect(second?.startAfter).toEqual(['server-2', 'teacher']);
    expect(plain.vms[0]?.exec).toEqual(['ping {{ link.to.client-1.address }}']);
    expect(plain.annotations?.map((one) => one.kind === 'group' && [one.name, one.count])).toEqual([
      ['pod-1', undefined],
      ['pod-2', undefined],
    ]);
    expect(validateTopology(plain)).toEqual([]);
  });

  test('a name that is taken becomes another one, and a long one stays a host name', () => {
    const long = `${'a'.repeat(59)}-bcd`;
    const drawn = { vms: [vm('web-2'), vm('web', { count: 2 }), vm(long, { count: 12 })], networks: [], edges: [] };
    const plain = expanded(drawn);
    expect(namesIn(plain).slice(0, 3)).toEqual(['web-2', 'web-1', 'web-2-2']);
    expect(namesIn(plain).every((name) => hostnameSchema.safeParse(name).success)).toBe(true);
    expect(validateTopology(plain)).toEqual([]);
  });

  test('a VM keeps the NICs that are drawn, and others their addresses', () => {
    const drawn = withAddresses({
      vms: [vm('a'), vm('b'), vm('web', { count: 2, exec: ['echo {{ vm.nic.1.own }}'] })],
      networks: [],
      edges: [link('a', 'b'), { ...link('b', 'web'), sourceOwnNic: 1 }, link('a', 'web')],
    });
    const placed = withAddresses(expanded(drawn));
    expect(placed.edges[0]).toEqual(drawn.edges[0]);
    const ofWeb = placed.edges.filter(({ target }) => target === 'web-2');
    expect(ofWeb.map(({ source, targetNic }) => [source, targetNic?.index])).toEqual([
      ['b', 0],
      ['a', 1],
    ]);
  });
});

describe('values', () => {
  const parameters = [
    parameter({ kind: 'count', name: 'n', default: 2, max: 5 }),
    parameter({ kind: 'text', name: 'motd', default: 'hello' }),
    parameter({ kind: 'boolean', name: 'debug' }),
    parameter({ kind: 'flavour', name: 'size', choices: ['nano', 'small'] }),
    parameter({ kind: 'image', name: 'system' }),
    parameter({ kind: 'secret', name: 'password' }),
  ];
  const drawn: Topology = {
    vms: [
      vm('web', {
        count: 'n',
        flavourFrom: 'size',
        imageFrom: 'system',
        label: '{{ param.motd }} {{ vm.replica }}',
        exec: ['echo {{ param.motd }} {{ param.debug }} of {{ param.n }}', String.raw`echo \{{ param.motd }}`],
        environment: [{ name: 'PASSWORD', value: '{{ param.password }}' }],
      }),
    ],
    networks: [],
    edges: [],
    parameters,
  };

  test('stand where they are named, by default or as they were given', () => {
    expect(codes(drawn)).toEqual([]);
    const plain = expanded(drawn, {
      n: '3',
      motd: 'ahoj',
      debug: 'true',
      size: 'small',
      system: 'debian',
      password: 'sesam',
    });
    expect(plain.parameters).toBeUndefined();
    expect(plain.vms).toHaveLength(3);
    expect(plain.vms[2]).toMatchObject({
      flavourId: 4,
      imageId: 2,
      label: 'ahoj 3',
      exec: ['echo ahoj true of 3', String.raw`echo \{{ param.motd }}`],
      environment: [{ name: 'PASSWORD', value: 'sesam' }],
    });
    const byDefault = expanded(drawn, { password: 'sesam' });
    expect(byDefault.vms).toHaveLength(2);
    expect(byDefault.vms[0]).toMatchObject({ flavourId: 1, imageId: 1, label: 'hello 1' });
  });

  test('are never read as variables themselves', () => {
    const plain = expanded(drawn, { motd: String.raw`{{ vm.name }} \{{ x }}`, password: 'p' });
    const [web] = plain.vms;
    expect(validateTopology(plain)).toEqual([]);
    expect(web && fillVariables(web.exec[0] ?? '', variablesOf(plain, web, null)).text).toBe(
      String.raw`echo {{ vm.name }} \{{ x }} false of 2`,
    );
  });

  test.each([
    [{ n: 6 }, 'n', 'PARAMETER_RANGE'],
    [{ n: 'two' }, 'n', 'PARAMETER_RANGE'],
    [{ n: 1.5 }, 'n', 'PARAMETER_RANGE'],
    [{ debug: 'yes' }, 'debug', 'PARAMETER_BOOLEAN'],
    [{ motd: 'x'.repeat(501) }, 'motd', 'PARAMETER_TEXT'],
    [{ size: 'medium' }, 'size', 'PARAMETER_CHOICE'],
    [{ system: 'gone' }, 'system', 'PARAMETER_NO_IMAGE'],
    [{ password: '' }, 'password', 'PARAMETER_MISSING'],
    [{ other: 1 }, 'other', 'PARAMETER_UNKNOWN'],
  ])('%j is refused on its field', (given, name, code) => {
    const values = { password: 'p', ...given } as ParameterValues;
    const { problems } = fillingOf(drawn, values, { catalogue: testCatalogue });
    expect(problems.map((one) => [one.code, one.field])).toEqual([[code, `values.${name}`]]);
  });

  test('a retired flavour cannot be chosen', () => {
    const only = { ...drawn, parameters: [parameter({ kind: 'flavour', name: 'size' })] };
    expect(fillingOf(only, { size: 'retired' }, { catalogue: testCatalogue }).problems).toMatchObject([
      { code: 'PARAMETER_NO_FLAVOUR' },
    ]);
  });
});

describe('what is wrong with a drawing', () => {
  const bare = { networks: [], edges: [] };
  test.each<[string, Topology, unknown[]]>([
    [
      'two of a name',
      {
        ...bare,
        vms: [],
        parameters: [parameter({ kind: 'secret', name: 'a' }), parameter({ kind: 'text', name: 'a' })],
      },
      [['DUPLICATE_PARAMETER', undefined]],
    ],
    [
      'a default out of range',
      { ...bare, vms: [], parameters: [parameter({ kind: 'count', name: 'a', default: 9, max: 3 })] },
      [['PARAMETER_DEFAULT', undefined]],
    ],
    ['a count that nothing says', { ...bare, vms: [vm('a', { count: 'n' })] }, [['PARAMETER_NOT_DECLARED', 'a']]],
    [
      'a flavour by a count',
      { ...bare, vms: [vm('a', { flavourFrom: 'n' })], parameters: [parameter({ kind: 'count', name: 'n' })] },
      [['PARAMETER_NOT_DECLARED', 'a']],
    ],
    [
      'a text that names no parameter',
      { ...bare, vms: [vm('a', { userData: 'a: {{ param.x }}' })] },
      [['VARIABLE_UNKNOWN', 'a']],
    ],
    [
      'a VM with a count in a counted group',
      { ...bare, vms: [vm('a', { x: 5_000, count: 2 })], annotations: [group('g', 2)] },
      [['COUNT_TWICE', 'a']],
    ],
    [
      'more links than a VM has NICs',
      {
        ...bare,
        vms: [vm('hub'), vm('a', { count: 40 }), vm('b', { count: 40 })],
        edges: [link('a', 'hub'), link('b', 'hub')],
      },
      [['TOO_MANY_NICS', 'hub']],
    ],
    [
      'a MAC address that each replica would have',
      {
        ...bare,
        vms: [vm('hub'), vm('a', { count: 2 })],
        edges: [{ ...link('a', 'hub'), sourceMac: '52:54:00:00:00:01' }],
      },
      [['DUPLICATE_MAC', undefined]],
    ],
    [
      'more VMs than a topology has',
      { ...bare, vms: Array.from({ length: 30 }, (_, n) => vm(`v${n}`, { count: 40 })) },
      [['REPLICAS_TOO_MANY', 'v0']],
    ],
  ])('%s', (_, drawn, found) => {
    expect(codes(drawn)).toEqual(found);
  });

  test('a text that the values make too long is told on its VM', () => {
    const drawn: Topology = {
      ...bare,
      vms: [vm('a', { environment: [{ name: 'A', value: '{{ param.t }}{{ param.t }}' }] })],
      parameters: [parameter({ kind: 'text', name: 't' })],
    };
    const { filling } = fillingOf(drawn, { t: 'x'.repeat(300) }, { catalogue: testCatalogue });
    expect(expand(drawn, filling).problems).toMatchObject([
      { code: 'FILLED_TOO_LONG', node: 'a', field: 'environment' },
    ]);
  });
});

const someName = fc.constantFrom('a', 'web', 'web-1', 'web-1-2', 'r2', `${'x'.repeat(61)}-y`);
const someCount = fc.constantFrom(undefined, 1, 2, 3, 40, 'n', 'nothing');
const someText = fc.constantFrom('', '{{ param.t }}', 'k: {{ param.s }}', '{{ vm.replica }}', '{{ link.to.web.address }}', '{{ vm.nic.0.own }}'); // prettier-ignore
const anyDrawing: fc.Arbitrary<Topology> = fc
  .record({
    vms: fc.uniqueArray(
      fc.record({ name: someName, count: someCount, text: someText, x: fc.constantFrom(0, 5_000), waits: fc.nat(5) }),
      { maxLength: 5, selector: ({ name }) => name },
    ),
    lans: fc.uniqueArray(fc.constantFrom('lan', 'lan-1', 'lan-2'), { maxLength: 2 }),
    edges: fc.array(fc.tuple(fc.nat(6), fc.nat(6)), { maxLength: 6 }),
    pod: someCount,
    declared: fc.boolean(),
  })
  .map(({ vms, lans, edges, pod, declared }) => {
    const nodes = [...vms.map(({ name }) => `k${name}`), ...lans];
    return {
      vms: vms.map(({ name, count, text, x, waits }) => ({
        ...vm(name, { key: `k${name}`.slice(0, 64), x, exec: [`echo ${text}`] }),
        ...(count !== undefined && { count }),
        startAfter: vms[waits] === undefined || vms[waits]?.name === name ? [] : [`k${vms[waits]?.name}`],
      })),
      networks: lans.map((name) => ({ key: name, name, x: 5_000, y: 0 })),
      edges: edges.flatMap(([from, to], index) => {
        const [source, target] = [nodes[from % vms.length], nodes[to]];
        return source === undefined || target === undefined ? [] : [{ key: `e${index}`, source, target }];
      }),
      ...(pod !== undefined && { annotations: [group('pod', pod)] }),
      ...(declared && {
        parameters: [
          parameter({ kind: 'count', name: 'n', default: 3 }),
          parameter({ kind: 'text', name: 't', default: 'x: y' }),
          parameter({ kind: 'secret', name: 's' }),
        ],
      }),
    };
  });

describe('any drawing, any values', () => {
  const someValues = fc.record(
    { n: fc.constantFrom<number | string>(1, 7, '40', 41, 'x'), t: fc.constantFrom('', 'a', '{{ vm.name }}', 'x'.repeat(500)), s: fc.constantFrom('', 'secret') }, // prettier-ignore
    { requiredKeys: [] },
  );
  test('comes to a valid topology, or to errors on its fields, nodes and edges; the same each time', () => {
    fc.assert(
      fc.property(anyDrawing, someValues, (drawn, given) => {
        const values = parameterValuesSchema.parse(given);
        const wrong = validateTopology(drawn, testCatalogue);
        if (wrong.length > 0) return;
        const { filling, problems } = fillingOf(drawn, values, { catalogue: testCatalogue });
        for (const { field } of problems) expect(field).toMatch(/^values\./);
        if (problems.length > 0) return;
        const made = expand(drawn, filling);
        const known = new Set([...drawn.vms, ...drawn.networks, ...(drawn.annotations ?? [])].map(({ key }) => key));
        const keys = new Set(drawn.edges.map(({ key }) => key));
        for (const { node } of made.problems) expect(known).toContain(node);
        if (made.expanded === null) return;
        const { topology } = made.expanded;
        expect(topologySchema.parse(topology)).toEqual(topology);
        expect(expand(drawn, filling)).toEqual(made);
        for (const { node, edge } of asDrawn(made.expanded, checkTopology(topology, testCatalogue)))
          expect(known.has(node ?? '') || keys.has(edge ?? '')).toBe(true);
        if (checkTopology(topology, testCatalogue).length === 0) withAddresses(topology);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('documents', () => {
  const drawn: Topology = {
    vms: [
      vm('web', { count: 'n', flavourFrom: 'size', exec: ['echo {{ param.motd }}'] }),
      vm('db', { count: 4, x: 300 }),
    ],
    networks: [],
    edges: [],
    annotations: [group('pod', 'n')],
    parameters: [
      parameter({ kind: 'count', name: 'n', label: 'How many', default: 2, max: 9 }),
      parameter({ kind: 'flavour', name: 'size', choices: ['small'] }),
      parameter({ kind: 'text', name: 'motd', default: 'hi', choices: ['hi', 'hello'] }),
      parameter({ kind: 'secret', name: 'password' }),
    ],
  };
  const document = { name: 'lab', description: '', topology: drawn };

  test.each(['trama', 'trama-yaml'] as const)('%s keeps all of it', (format) => {
    const text = writeDocument(format, document, testCatalogue);
    expect(sameTopology(readValid(text).topology, drawn)).toBe(true);
    expect(text).not.toContain('"min"');
  });

  test('other formats have what it comes to by default', () => {
    const dot = writeDocument('containerlab', document, testCatalogue);
    for (const name of ['web-1', 'web-2', 'db-4']) expect(dot).toContain(name);
  });

  test('the text beside the drawing follows, and keeps its comments', () => {
    const { text } = writeOwnText(document, testCatalogue);
    const commented = `# mine\n${text}`;
    const less = { ...document, topology: { ...drawn, parameters: undefined } };
    for (const after of [less, { ...document, topology: { ...drawn, parameters: drawn.parameters?.slice(0, 2) } }]) {
      const made = rewriteOwnText(commented, document, after, testCatalogue);
      expect(made.text).toContain('# mine');
      const read = readOwnText(made.text, { base: document, catalogue: testCatalogue });
      expect('document' in read && sameTopology(read.document.topology, after.topology)).toBe(true);
    }
  });

  test('a merge takes the parameters of whoever changed them', () => {
    const other = { ...drawn, parameters: drawn.parameters?.slice(1) };
    expect(mergeTopologies(drawn, drawn, other).topology.parameters).toEqual(other.parameters);
    expect(mergeTopologies(drawn, other, drawn).topology.parameters).toEqual(other.parameters);
  });

  test('what has none is as before there were any', () => {
    expect(Object.keys(vmDefaults())).not.toContain('parameters');
    expect(writeDocument('trama', { ...document, topology: { vms: [vm('a')], networks: [], edges: [] } }, testCatalogue)).not.toContain('param'); // prettier-ignore
  });
});
