import { describe, expect, it } from 'vitest';
import { linksOf, notesOf, readValid, refusalOf } from './testing';

const keys = ['label', 'Latitude', 'Longitude', 'hyperedge', 'type', 'Country', 'LinkSpeed']
  .map(
    (name) =>
      `<key attr.name="${name}" attr.type="string" for="${name === 'LinkSpeed' ? 'edge' : 'node'}" id="${name}"/>`,
  )
  .join('');
const graphml = (inner: string) =>
  `<?xml version="1.0" encoding="utf-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">${keys}<key attr.name="Network" for="graph" id="net"/>\n<graph edgedefault="undirected">${inner}</graph></graphml>`;
const node = (id: string, data: Record<string, string>) =>
  `<node id="${id}">${Object.entries(data)
    .map(([key, value]) => `<data key="${key}">${value}</data>`)
    .join('')}</node>\n`;

describe('a GraphML document', () => {
  it('keeps nodes whose labels are missing, empty or the same, parallel links, hyperedges and geography', () => {
    const read = readValid(
      graphml(
        '<data key="net">Coast</data>' +
          node('0', { label: 'Rome', Latitude: '41.9', Longitude: '12.5', type: 'PoP', Country: 'Italy' }) +
          node('1', { label: 'Rome', Latitude: '45.5', Longitude: '9.2', type: 'PoP' }) +
          node('2', { label: '' }) +
          node('3', { label: 'None', hyperedge: '1' }) +
          node('4', { label: 'São Paulo &amp; co' }) +
          '<edge source="0" target="1"><data key="LinkSpeed">10</data></edge><edge source="1" target="0" id="e1"/>' +
          '<edge source="3" target="2"/><edge source="4" target="3"/><edge source="4" target="4"/>',
      ),
    );
    expect(read).toMatchObject({ format: 'graphml', name: 'Coast' });
    expect(read.topology.vms.map(({ name, label }) => [name, label])).toEqual([
      ['Rome', ''],
      ['Rome-2', 'Rome'],
      ['node-2', ''],
      ['Sao-Paulo-co', 'São Paulo & co'],
    ]);
    expect(linksOf(read)).toEqual(['Rome – Rome-2', 'Rome-2 – Rome', 'Sao-Paulo-co – node-3', 'node-2 – node-3']);
    expect(read.topology.edges.map(({ key }) => key)).toContain('e1');
    const [rome, milan] = read.topology.vms;
    expect(rome !== undefined && milan !== undefined && rome.y > milan.y && rome.x > milan.x).toBe(true);
    expect(read.kinds.map(({ kind, count }) => [kind, count])).toEqual([
      ['PoP', 2],
      ['', 2],
    ]);
    expect(notesOf(read, 'mapped')).toContain('Longitude and latitude are the layout.');
    // kept, so that it can be arranged as a map again
    expect(read.topology.vms.map(({ location }) => location)).toEqual([
      { latitude: 41.9, longitude: 12.5 },
      { latitude: 45.5, longitude: 9.2 },
      ...[undefined, undefined],
    ]);
    expect(notesOf(read, 'leftOut')).toEqual([
      'Links of a node to itself are left out: São Paulo & co.',
      'country is left out (1): Rome.',
      'linkspeed is left out (1): 0–1.',
    ]);
  });

  it('has no two nodes in one place, however many are of one town', () => {
    const many = Array.from({ length: 300 }, (_, at) =>
      node(String(at), { Latitude: '50', Longitude: at % 3 === 0 ? '8' : '8.001' }),
    );
    const { topology } = readValid(graphml(many.join('')));
    expect(new Set(topology.vms.map(({ x, y }) => `${x} ${y}`)).size).toBe(300);
  });

  it('may have nodes in nodes, hyperedges, and labels and places as yEd writes them', () => {
    const yed = (label: string) =>
      `<data key="d6"><y:ShapeNode><y:Geometry height="30" width="60" x="100" y="50"/><y:NodeLabel>${label}</y:NodeLabel></y:ShapeNode></data>`;
    const read = readValid(
      `<graphml xmlns:y="http://www.yworks.com/xml/graphml"><key for="node" id="d6" yfiles.type="nodegraphics"/><graph id="G"><node id="n0">${yed('core')}<graph id="n0:"><node id="n0::n0">${yed('edge')}</node></graph></node><node id="n1"/>` +
        '<edge id="e0" source="n0" target="n0::n0"/><hyperedge><endpoint node="n0"/><endpoint node="n1"/><endpoint node="n0::n0"/></hyperedge></graph></graphml>',
    );
    expect(read.topology.vms.map(({ name }) => name)).toEqual(['core', 'edge', 'n1']);
    expect(linksOf(read)).toEqual(['core – edge', 'core – hyperedge', 'edge – hyperedge', 'n1 – hyperedge']);
  });

  it.each([
    [
      graphml('<node id="a"/>\n<edge source="a" target="b"/>'),
      /^Line 4, column 1, at graphml\/graph\/edge: there is no node b$/,
    ],
    [graphml('<node id="a"/><node id="a"/>'), /at graphml\/graph\/node: there are two nodes a$/],
    [graphml('<node/>'), /the attribute id is missing$/],
    ['<graphml/>', /^Line 1, column \d+, at graphml: the element graph is missing$/],
    ['<graphml>\n<graph>\n</graphml>', /^Line 3, column \d+: this is not XML: /],
    ['<graphml><graph>&what;</graph></graphml>', /not XML: undefined entity/],
  ])('says what is wrong where: %j', (text, message) => {
    expect(refusalOf(text)).toMatch(message);
  });
});

describe('an XML document that is out to harm', () => {
  const bomb = '<!DOCTYPE g [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>';
  it.each([
    ['entities of entities', `${bomb}<graphml><graph><node id="&b;"/></graph></graphml>`, /undefined entity/],
    ['a file of the machine', `${bomb}<graphml><graph><node id="&f;"/></graph></graphml>`, /undefined entity/],
    ['an endless nest', '<graphml>'.repeat(50_000), /^The file is nested deeper than/],
    ['elements without end', `<graphml>${'<a/>'.repeat(250_000)}</graphml>`, /^The file unfolds to more than/],
    [
      'more nodes than a topology has',
      graphml(Array.from({ length: 1001 }, (_, at) => `<node id="${at}"/>`).join('')),
      /has 1001 machines; a topology has at most 1000/,
    ],
  ])('%s', (_, text, message) => {
    expect(refusalOf(text)).toMatch(message);
  });
});
