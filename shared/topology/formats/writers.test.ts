import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { allocateAddresses } from '../addresses';
import {
  annotationColours,
  annotationSchema,
  annotationSize,
  labelSizes,
  shapeForms,
  type Annotation,
} from '../annotations';
import { vmDefaults, type Topology, type TopologyEdge } from '../schema';
import { forwardProtocols } from '../forward';
import type { DocumentFormat } from './document-types';
import { linksOf, notesOf, readValid, refusalOf, testCatalogue } from './testing';
import { writeDocument } from './write-document';
import { readXml } from './xml-source';

const key = fc.stringMatching(/^[A-Za-z0-9_-]{1,12}$/);
const whole = fc.integer({ min: -100_000, max: 100_000 });
const label = fc
  .constantFrom('', 'Büro 3', '<b> & "c": {d}', 'yes', '007', "it's #1", '\u{1f5a7} rack', 'a  b')
  .map((text) => text.normalize('NFC'));

/** Drawings with everything that a format may have to hold, places in whole numbers. */
const topologies: fc.Arbitrary<Topology> = fc
  .record({
    keys: fc.uniqueArray(key, { maxLength: 10, selector: (text) => text.toLowerCase() }),
    edgeKeys: fc.uniqueArray(key, { maxLength: 14, selector: (text) => text.toLowerCase() }),
    networks: fc.nat(3),
    picks: fc.array(fc.nat(), { minLength: 32, maxLength: 32 }),
    places: fc.array(whole, { minLength: 32, maxLength: 32 }),
    labels: fc.array(label, { minLength: 10, maxLength: 10 }),
  })
  .filter(({ keys }) => !keys.some((one) => ['constructor', 'prototype', '__proto__'].includes(one)))
  .map(({ keys, edgeKeys, networks, picks, places, labels }) => {
    const place = (index: number) => ({ x: (places[index] ?? 0) + 0, y: (places[index + 11] ?? 0) + 0 });
    const vms = keys.slice(networks).map((one, index) => ({
      ...{ ...vmDefaults(), key: one, name: `vm${index}`, label: labels[index] ?? '' },
      ...{ flavourId: [1, 4, 5][(picks[index] ?? 0) % 3] ?? 1, imageId: ((picks[index + 3] ?? 0) % 2) + 1 },
      internet: (picks[index + 7] ?? 0) % 2 === 0,
      forwards:
        (picks[index + 9] ?? 0) % 2 === 0
          ? []
          : [80, 53].map((guestPort) => ({ protocol: forwardProtocols[guestPort % 2] ?? 'udp', guestPort })),
      ...place(index),
    }));
    const segments = keys
      .slice(0, networks)
      .map((one, index) => ({ key: one, name: ['lan: "a" & b', 'on', 'net 3'][index] ?? '', ...place(index + 4) }));
    const pick = <Item>(items: readonly Item[], index: number) => items[(picks[index % 32] ?? 0) % items.length];
    const edges = edgeKeys.flatMap((one, index) => {
      const [source, target] = [pick(vms, index)?.key, pick([...vms, ...segments], index + 5)?.key];
      if (source === undefined || target === undefined || source === target) return [];
      return [{ key: one, source, target }];
    });
    return { vms, networks: segments, edges };
  });

/** The same with what is chosen of addresses: by the bits of the numbers, whatever of it can be there together. */
const addressed = fc
  .record({ topology: topologies, bits: fc.array(fc.nat(511), { minLength: 17, maxLength: 17 }) })
  .map(({ topology, bits }): Topology => {
    const isChosen = (part: number, bit: number) => ((bits[part] ?? 0) >> bit) % 2 === 1;
    const subnetOf = (part: number, second: number) => ({
      ...(isChosen(part, 0) && { ownSubnet: `10.${second}.${part}.0/24` }),
      ...(isChosen(part, 1) && { ipv6: part % 2 === 0 ? 'given' : `fd00:${second}:${part}::/64` }),
      ...(isChosen(part, 2) && { mtu: 1280 + part }),
    });
    const networks = topology.networks.map((network, at) => ({ ...network, ...subnetOf(14 + at, 201) }));
    const blocks = new Map(networks.map(({ key, ownSubnet }) => [key, ownSubnet]));
    const edges = topology.edges.map((edge, at) => {
      const isLink = !blocks.has(edge.target);
      const { mtu, ...subnet } = subnetOf(at, 200);
      const own: Pick<TopologyEdge, 'ownSubnet' | 'ipv6'> = isLink ? subnet : {};
      const block = (isLink ? own.ownSubnet : blocks.get(edge.target))?.replace('0/24', '');
      const part6 = isLink ? at : 14 + networks.findIndex(({ key }) => key === edge.target);
      const isFixed6 = (isLink ? own.ipv6 : networks.find(({ key }) => key === edge.target)?.ipv6)?.startsWith('fd00:');
      return {
        ...{ ...edge, ...own, ...(mtu !== undefined && { mtu }) },
        ...(block !== undefined && isChosen(at, 3) && { sourceOwnAddress: `${block}${10 + at}` }),
        ...(block !== undefined && isLink && isChosen(at, 4) && { targetOwnAddress: `${block}${100 + at}` }),
        ...(isChosen(at, 5) && { sourceMac: `0a:00:00:00:${10 + at}:01` }),
        ...(isLink && isChosen(at, 6) && { targetMac: `0a:00:00:00:${10 + at}:02` }),
        ...(isFixed6 && isChosen(at, 8) && { sourceOwnAddress6: `fd00:${isLink ? 200 : 201}:${part6}::${10 + at}` }),
        ...(isFixed6 && isLink && isChosen(at, 8) && { targetOwnAddress6: `fd00:200:${part6}::a:${100 + at}` }),
        ...(isChosen(at, 7) && { sourceOwnNic: 20 + at }),
        ...(isLink && isChosen(at, 7) && { targetOwnNic: 20 + at }),
      };
    });
    return { ...topology, networks, edges };
  });

/** What is drawn beside, in whole numbers; sides are even, so that middles are whole, too. */
const side = fc.integer({ min: 1, max: 2000 }).map((half) => half * 2);
const colour = fc.constantFrom(...annotationColours);
const text = fc.constantFrom('one', 'two\nlines', '  <b> & "c"  ', 'ñ', 'a;b=c');
const looks = { x: whole.map((value) => value * 2), y: whole.map((value) => value * 2), colour };
const annotations = fc
  .array(
    fc.oneof(
      fc.record({
        kind: fc.constant('note' as const),
        ...looks,
        text: fc.oneof(text, fc.constant('')),
        width: side,
        height: side,
      }),
      fc.record({ kind: fc.constant('label' as const), ...looks, text, size: fc.constantFrom(...labelSizes) }),
      fc.record({
        kind: fc.constant('group' as const),
        ...looks,
        name: fc.constantFrom('dc 1', 'Büro'),
        width: side,
        height: side,
      }),
      fc.record({
        kind: fc.constant('shape' as const),
        ...looks,
        form: fc.constantFrom(...shapeForms),
        filled: fc.boolean(),
        rises: fc.boolean(),
        width: side,
        height: side,
      }),
    ),
    { maxLength: 6 },
  )
  .map((all) => all.map((one, at): Annotation => ({ ...one, key: `drawn_${at}-` })));

const read = (format: DocumentFormat, topology: Topology) =>
  readValid(writeDocument(format, { name: 'Lab: "1" & 2', description: 'two\nlines', topology }, testCatalogue));

describe('what is written is read as it was', () => {
  it.each(['trama', 'trama-yaml', 'graphml', 'drawio'] as const)('by %s, all of it', (format) => {
    fc.assert(
      fc.property(addressed, (topology) => {
        const again = read(format, topology);
        expect(again.topology).toEqual(topology);
        expect([again.name, again.description]).toEqual(['Lab: "1" & 2', 'two\nlines']);
        expect(again.report).toEqual([]);
      }),
    );
  });

  it('by containerlab, all but the keys of edges', () => {
    fc.assert(
      fc.property(addressed, (topology) => {
        const edges = topology.edges.map((edge, index) => ({ ...edge, key: `e${index + 1}` }));
        const again = read('containerlab', topology);
        expect(again.topology).toEqual({ ...topology, edges });
        // of interfaces there are only numbers
        const left = again.report.filter(({ kind, code }) => kind === 'leftOut' && code !== 'INTERFACES');
        expect(left).toEqual([]);
      }),
    );
  });
});

const drawn: Topology = {
  vms: ['web', 'db'].map((name, index) => ({
    ...{ ...vmDefaults(), key: `n${index}`, name, flavourId: 1, imageId: 1, x: index * 300, y: 0 },
    ...(index === 0 && { internet: true, label: 'Web <1>' }),
  })),
  networks: [{ key: 'lan', name: 'LAN', x: 0, y: 200 }],
  edges: [
    { key: 'e1', source: 'n0', target: 'n1' },
    { key: 'e2', source: 'n0', target: 'n1' },
    { key: 'e3', source: 'n1', target: 'lan' },
  ],
};
const write = (format: DocumentFormat, topology = drawn) =>
  writeDocument(format, { name: 'Pair', description: 'd', topology }, testCatalogue);

describe('what is drawn beside', () => {
  it('is read as it was written by draw.io, the lowest first', () => {
    fc.assert(
      fc.property(topologies, annotations, (topology, beside) => {
        const again = read('drawio', { ...topology, annotations: beside });
        expect(again.topology).toEqual({ ...topology, annotations: beside.length === 0 ? undefined : beside });
        expect(again.report).toEqual([]);
      }),
    );
  });

  it('is in pictures, as plain elements with its text escaped, and inside of them', () => {
    fc.assert(
      fc.property(topologies, annotations, (topology, beside) => {
        const svg = readXml(write('svg', { ...topology, annotations: beside }));
        const [left = 0, top = 0, width = 0, height = 0] = svg.need('viewBox').split(' ').map(Number);
        for (const { x, y, ...one } of beside) {
          const size = annotationSize({ ...one, x, y });
          expect(x - size.width / 2).toBeGreaterThanOrEqual(left);
          expect(x + size.width / 2).toBeLessThanOrEqual(left + width);
          expect(y - size.height / 2).toBeGreaterThanOrEqual(top);
          expect(y + size.height / 2).toBeLessThanOrEqual(top + height);
        }
        for (const element of svg.below())
          expect(['title', 'rect', 'path', 'text', 'g', 'ellipse', 'line']).toContain(element.name);
        const said = [...svg.below()].filter(({ name }) => name === 'text').map((element) => element.text);
        for (const one of beside) if (one.kind === 'group') expect(said).toContain(one.name);
      }),
      { numRuns: 40 },
    );
  });

  it('that is a long note ends where the note does, and no word is lost before', () => {
    const note = annotationSchema.parse({ kind: 'note', key: 'n', x: 0, y: 0, text: `${'word '.repeat(200)}\n${'x'.repeat(300)}` }); // prettier-ignore
    const lines = [...readXml(write('svg', { ...drawn, annotations: [note] })).below()]
      .filter(({ name }) => name === 'text')
      .map((element) => element.text)
      .filter((line) => /word|x{20}/.test(line));
    expect(lines).toHaveLength(4);
    expect(lines.at(-1)?.endsWith('…')).toBe(true);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(32);
  });
});

describe('a Heat template', () => {
  it('has a server for each VM, a port with the planned address for each NIC, and a router for the internet', () => {
    const template = parse(write('hot')) as {
      parameters: object;
      resources: Record<string, { type: string; properties: Record<string, unknown> }>;
    };
    const { resources } = template;
    const ofType = (type: string) => Object.keys(resources).filter((id) => resources[id]?.type === type);
    expect(ofType('OS::Nova::Server')).toEqual(['vm_n0', 'vm_n1']);
    expect(ofType('OS::Neutron::Net')).toEqual(['internet', 'net_lan', 'link_e1', 'link_e2']);
    expect(ofType('OS::Neutron::Router')).toEqual(['router']);
    expect(Object.keys(template.parameters)).toEqual(['port_security', 'public_network']);
    const plan = allocateAddresses(drawn);
    expect(resources['port_e3_a']?.properties['fixed_ips']).toEqual([
      { subnet: { get_resource: 'net_lan_subnet' }, ip_address: plan.edges.get('e3')?.sourceAddress.split('/')[0] },
    ]);
    expect(resources['vm_n0']?.properties).toMatchObject({
      ...{ name: 'web', flavor: 'nano', image: 'tiny' },
      networks: [
        { network: { get_resource: 'internet' } },
        { port: { get_resource: 'port_e1_a' } },
        { port: { get_resource: 'port_e2_a' } },
      ],
    });
    // every resource that is named is there
    const named = [...JSON.stringify(template).matchAll(/"get_resource":"([^"]+)"/g)].map(([, id]) => id ?? '');
    expect(named.filter((id) => resources[id] === undefined)).toEqual([]);
  });
});

describe('pictures', () => {
  it('of every drawing are well-formed SVG without anything that runs or is fetched', () => {
    fc.assert(
      fc.property(topologies, (topology) => {
        const svg = readXml(write('svg', topology));
        expect(svg.name).toBe('svg');
        for (const element of svg.below()) expect(['title', 'rect', 'path', 'text', 'g']).toContain(element.name);
        expect([...svg.below()].filter(({ name }) => name === 'path')).toHaveLength(topology.edges.length);
      }),
      { numRuns: 40 },
    );
  });

  it('in DOT have quoted names, so that none is read as an instruction', () => {
    const dot = write('dot');
    expect(dot).toContain('"n0" [label="Web <1>\\nnano · tiny", pos="0,0"];');
    expect(dot.match(/"n0" -- "n1";/g)).toHaveLength(2);
    const odd: Topology = { ...drawn, networks: [{ key: 'lan', name: 'a"; b [x="\\', x: 0, y: 0 }] };
    expect(write('dot', odd)).toContain('label="a\\"; b [x=\\"\\\\"');
  });
});

describe('a draw.io drawing', () => {
  const model =
    '<mxGraphModel><root><mxCell id="0"/><mxCell id="1" parent="0"/>' +
    '<mxCell id="f" value="Site A" style="swimlane" vertex="1" parent="1"><mxGeometry x="500" y="500" width="300" height="200" as="geometry"/></mxCell>' +
    '<mxCell id="a" value="&lt;b&gt;R 1&lt;/b&gt;&lt;br&gt;10.0.0.1" style="html=1;shape=mxgraph.cisco.routers.router" vertex="1" parent="f"><mxGeometry x="10" y="20" width="40" height="40" as="geometry"/></mxCell>' +
    '<UserObject id="b" label="pc"><mxCell style="image;image=img/lib/clip/Laptop.svg" vertex="1" parent="1"><mxGeometry x="0" y="0" width="40" height="40" as="geometry"/></mxCell></UserObject>' +
    '<mxCell id="c" value="office" style="ellipse;shape=cloud" vertex="1" parent="1"/><mxCell id="i" value="Internet" style="shape=cloud" vertex="1" parent="1"/>' +
    '<mxCell id="t" value="just words" style="text;html=1" vertex="1" parent="1"/>' +
    '<mxCell id="e1" edge="1" source="a" target="b" parent="1"/><mxCell id="e2" edge="1" source="c" target="a" parent="1"/><mxCell id="e3" edge="1" source="b" target="i" parent="1"/><mxCell id="e4" edge="1" source="b" parent="1"/>' +
    '<mxCell id="l" value="1G" style="edgeLabel" vertex="1" parent="e1"/></root></mxGraphModel>';
  const packed = deflateRawSync(encodeURIComponent(model)).toString('base64');

  it.each([
    ['plain', `<mxfile><diagram name="Campus">${model}</diagram></mxfile>`],
    ['compressed', `<mxfile><diagram name="Page-1"/><diagram name="Campus">${packed}</diagram></mxfile>`],
  ])('that is %s has its linked shapes, clouds and lines', (_, text) => {
    const again = readValid(text);
    expect([again.format, again.name]).toEqual(['drawio', 'Campus']);
    expect(again.topology.vms.map(({ name, label: told, internet }) => [name, told, internet])).toEqual([
      ['R-1', 'R 1', false],
      ['pc', '', true],
    ]);
    expect(again.kinds.map(({ kind }) => kind)).toEqual(['router', 'Laptop']);
    expect(linksOf(again)).toEqual(['R-1 – office', 'R-1 – pc']);
    expect(notesOf(again, 'leftOut').join('\n')).toMatch(/texts .*10\.0\.0\.1[^]*just words[^]*lines .*e4/);
    expect(again.topology.annotations).toMatchObject([{ kind: 'group', name: 'Site A' }]);
    expect(notesOf(again, 'mapped').join('\n')).toContain('drawn beside: Site A');
  });

  it('has its texts, empty shapes and free lines drawn beside, and what another program wrote into ours', () => {
    const cell = (rest: string, geometry: string) =>
      `<mxCell ${rest} parent="1"><mxGeometry ${geometry} as="geometry"/></mxCell>`;
    const end = (as: string, x: number, y: number) => `<mxPoint x="${x}" y="${y}" as="${as}"/>`;
    const { topology } = readValid(
      '<mxGraphModel><root><mxCell id="0"/><mxCell id="1" parent="0"/>' +
        cell(
          'id="s" value="" style="ellipse;fillColor=#dae8fc;strokeColor=#6c8ebf" vertex="1"',
          'x="0" y="0" width="400" height="200"',
        ) + // prettier-ignore
        cell('id="a" value="pc1" vertex="1"', 'x="20" y="20" width="60" height="40"') +
        cell('id="b" value="pc2" vertex="1"', 'x="280" y="20" width="60" height="40"') +
        cell(
          'id="t" value="&lt;b&gt;Area 0&lt;/b&gt;&lt;br&gt;&amp;lt;core&amp;gt;" style="text;html=1;fontSize=20" vertex="1"',
          'x="100" y="100" width="90" height="40"',
        ) + // prettier-ignore
        '<mxCell id="e" edge="1" source="a" target="b" parent="1"/>' +
        `<mxCell id="f" edge="1" style="strokeColor=#FF0000" parent="1"><mxGeometry as="geometry">${end('sourcePoint', 10, 90)}${end('targetPoint', 110, 40)}</mxGeometry></mxCell>` +
        '<object id="o" label="changed there" trama="annotation" trama-key="n1" trama-drawn="{&quot;kind&quot;:&quot;note&quot;}"><mxCell vertex="1" parent="1"><mxGeometry x="0" y="300" width="50" height="60" as="geometry"/></mxCell></object>' +
        '</root></mxGraphModel>',
    );
    expect(topology.vms.map(({ name }) => name)).toEqual(['pc1', 'pc2']);
    expect(topology.annotations).toMatchObject([
      { kind: 'shape', form: 'ellipse', filled: true, colour: 'blue', width: 400, height: 200 },
      { kind: 'label', text: 'Area 0\n<core>', size: 'large' },
      { kind: 'note', key: 'n1', text: 'changed there', width: 50, height: 60 },
      { kind: 'shape', form: 'line', colour: 'red', rises: true, width: 100, height: 50 },
    ]);
  });

  it('is refused when what is packed is no drawing, or unfolds without end', () => {
    expect(refusalOf('<mxfile><diagram>AAAA</diagram></mxfile>')).toMatch(/neither a drawing nor packed/);
    const bomb = deflateRawSync('a'.repeat(50_000_000)).toString('base64');
    expect(refusalOf(`<mxfile><diagram>${bomb}</diagram></mxfile>`)).toMatch(/neither a drawing nor packed/);
  });
});
