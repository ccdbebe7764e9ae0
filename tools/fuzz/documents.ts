import { dice } from '#shared/dice';
import { AppError } from '#shared/errors';
import type { Catalogue } from '#shared/topology/catalogue';
import { readDocument } from '#shared/topology/formats/document';
import { vmDefaults, topologySchema, type Topology } from '#shared/topology/schema';
import { documentFormats } from '#shared/topology/formats/document-types';
import { writeDocument } from '#shared/topology/formats/write-document';
import { validateTopology } from '#shared/topology/validate';

export const catalogue: Catalogue = {
  flavours: [{ id: 1, name: 'nano', vcpus: 1, ramMb: 1024, diskGb: 2, retiredAt: null }],
  images: [{ id: 1, name: 'tiny', kind: 'disk', minRamMb: 96, minDiskGb: 0, retiredAt: null }],
};

const drawn: Topology = {
  vms: ['a', 'b', 'c'].map((key, index) => ({
    ...{ ...vmDefaults(), key, name: `vm-${key}`, label: `VM ${key}`, flavourId: 1, imageId: 1 },
    ...{ internet: index === 0, x: index * 100, y: index },
  })),
  networks: [{ key: 'n', name: 'lan', ownSubnet: '10.9.0.0/24', ipv6: 'fd00:9::/64', mtu: 1400, x: 0, y: 9 }],
  edges: [
    { key: 'e1', source: 'a', target: 'b', ownSubnet: '10.8.0.0/30', sourceOwnAddress: '10.8.0.2', sourceOwnNic: 3 },
    { key: 'e2', source: 'b', target: 'n', sourceOwnAddress: '10.9.0.7', sourceMac: '0a:00:00:00:00:01' },
    { key: 'e3', source: 'c', target: 'n', sourceOwnAddress6: 'fd00:9::c' },
  ],
};

/** A small document of every format that is read, to be mutated. */
export const seeds: readonly string[] = [
  ...documentFormats
    .filter((format) => format !== 'legacy')
    .map((format) => writeDocument(format, { name: 'lab', description: 'd', topology: drawn }, catalogue)),
  writeDocument(
    'legacy',
    { name: 'lab', description: '', topology: { ...drawn, networks: [], edges: drawn.edges.slice(0, 1) } },
    catalogue,
  ),
  'name: l\ntopology:\n  defaults: &d { kind: linux }\n  nodes:\n    a: { <<: *d, image: x, memory: 1G }\n    b: { kind: bridge }\n  links:\n    - endpoints: ["a:e1", "b:e1"]\n      mtu: 1400\n    - type: veth\n      endpoints: [ { node: a, interface: e3, mac: "0a:00:00:00:00:01" }, { node: b, interface: e2 } ]\n    - type: host\n      endpoint: { node: a, interface: e2 }\n',
  '{"name":"l","project_id":"p","topology":{"nodes":[{"node_id":"r","node_type":"qemu","name":"R","x":1,"y":2,"properties":{"ram":64,"mac_address":"0c:00:00:00:00:00","custom_adapters":[{"adapter_number":1,"mac_address":"0c:00:00:00:00:09"}]}},{"node_id":"s","node_type":"ethernet_switch","name":"S"},{"node_id":"c","node_type":"cloud","name":"C"}],"links":[{"nodes":[{"node_id":"r","adapter_number":1},{"node_id":"s","adapter_number":0}]},{"nodes":[{"node_id":"c"},{"node_id":"s"}]}],"drawings":[{"svg":"<svg/>"}]}}',
  'nodes:\n- { id: n0, label: a, node_definition: iosv, x: 1, y: 2, interfaces: [ { id: i0, mac_address: "00:11:22:33:44:55" } ] }\n- { id: n1, label: s, node_definition: unmanaged_switch }\nlinks:\n- { n1: n0, i1: i0, n2: n1 }\nlab: { title: t }\n',
  'nodes: [ r1, r2, h ]\nprefix: { p: { ipv4: 10.3.0.0/24 } }\nlinks:\n- r1: { ipv4: 10.1.0.1/30, mtu: 1400 }\n  r2: { ipv4: 10.1.0.2/30, ipv6: "fd00:1::2/64" }\n- { r1: { ipv4: 1 }, r2: { ipv4: 10.2.0.2 }, h: , prefix: { ipv4: 10.2.0.0/24, ipv6: "fd00:2::/64" }, mtu: 1500 }\n- { r1: , prefix: p }\n',
  'defaults.device: eos\nnodes: [ r1, r2, h-1 ]\nvlans: { red: { links: [ r1-r2 ] } }\nlinks:\n- r1-h-1\n- r1: { ipv4: 1 }\n  r2:\n- interfaces: [ r1, { node: r2 } ]\n- group: g\n  members: [ [ r1, r2, h-1 ], r1 ]\n',
  '# c\nCreator "x"\ngraph [\n directed 0\n node [ id 0 label "a" Longitude 1.5 Latitude 2 ]\n node [ id 1 hyperedge 1 ]\n node [ id 2 graphics [ x 1 y 2 ] ]\n edge [ source 0 target 1 ]\n edge [ source 1 target 2 ]\n]\n',
  'LAB_NAME="l"\na[0]="A"\nb[0]="A"\nb[1]="B/02:00:00:00:00:01"\nb[mem]="64m"\nc[bridged]=true\n',
  '<?xml version="1.0"?><lab name="l"><topology><nodes><node id="1" name="a" template="vios" left="1" top="5%"><interface id="0" network_id="1"/></node><node id="2" name="b" firstmac="50:00:00:02:00:00"><interface id="0" network_id="1"/><interface id="16" remote_id="1" remote_if="16"/></node></nodes><networks><network id="1" type="bridge" visibility="0"/></networks></topology></lab>',
  '<graphml><key id="d" attr.name="label" for="node"><default>x</default></key><graph><node id="a"><data key="d">A</data></node><node id="b"/><edge source="a" target="b"/><hyperedge><endpoint node="a"/><endpoint node="b"/></hyperedge></graph></graphml>',
];

/** Whole numbers below `max`, the same for the same seed. */
export function randomOf(seed: number): (max: number) => number {
  const chance = dice(seed);
  return (max) => Math.floor(chance() * max);
}

const tokens = [
  ...[
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    ':',
    ',',
    '-',
    '- ',
    '\n',
    ' ',
    '&a ',
    '*a',
    '<<: *a',
    '!!binary ',
    '|',
    '>',
    '#',
    '%',
    '\t',
    '\u0000',
  ],
  ...[
    '<',
    '>',
    '/>',
    '&amp;',
    '&x;',
    '<!DOCTYPE a [<!ENTITY x "y">]>',
    '<![CDATA[',
    ']]>',
    '<node id="a"/>',
    'é',
    '\u202e',
    '\ud83d',
    '\u{1f600}',
  ],
  ...[
    '0',
    '-1',
    '1e999',
    '99999999999999999999',
    'NaN',
    'null',
    'true',
    '~',
    '__proto__',
    'constructor',
    'toString',
    '${X}',
    '{{- if .x }}\n',
  ],
  ...[
    'nodes',
    'links',
    'topology',
    'endpoints',
    'a',
    'r1',
    'id',
    'name',
    'group',
    'members',
    'interfaces',
    'localhost',
    'x'.repeat(300),
  ],
];

/** The text with a few accidents: pieces lost, doubled, moved, replaced, or brought in from another document. */
export function mutated(text: string, random: (max: number) => number): string {
  let result = text;
  for (let count = 1 + random(6); count > 0; count -= 1) {
    const from = random(result.length + 1);
    const to = Math.min(result.length, from + random(random(4) === 0 ? 200 : 12));
    const piece = result.slice(from, to);
    const token = tokens[random(tokens.length)] ?? '';
    const other = seeds[random(seeds.length)] ?? '';
    const start = random(other.length);
    const put = [
      '',
      piece.repeat(2),
      token,
      piece + token,
      token + piece,
      piece.split('').toReversed().join(''),
      other.slice(start, start + random(80)),
      piece.repeat(1 + random(30)),
    ][random(8)];
    result = random(40) === 0 ? result.slice(0, from) : result.slice(0, from) + (put ?? '') + result.slice(to);
  }
  return result;
}

/** Reads the document: an error for its author, or a topology that can be saved. Null if it is one of these, else what happened. */
export function faultOf(text: string): string | null {
  try {
    const { topology } = readDocument(text, catalogue);
    const parsed = topologySchema.safeParse(topology);
    if (!parsed.success) return `not by the schema: ${parsed.error.message}`;
    const [problem] = validateTopology(topology, catalogue);
    // what our own documents may say wrong, the server refuses by itself
    return problem === undefined || /"?format"?\s*:\s*"?trama/.test(text) || text.includes('topologia')
      ? null
      : `not valid: ${problem.message}`;
  } catch (error) {
    if (error instanceof AppError && error.code === 'INVALID_DOCUMENT') return null;
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}
