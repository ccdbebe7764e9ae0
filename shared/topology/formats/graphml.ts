import { say } from '../../sentence';
import { addressingAttributes, addressingFrom } from './addressing-attributes';
import { knownId, Lab, newId, type LabLink, type Spot } from './lab';
import { portsOf } from './written';
import type { Element } from './xml-source';

export function isGraphml(root: Element): boolean {
  return root.name === 'graphml';
}

/** What an element's data say, by their names in lower case; the first of equals. */
type Data = ReadonlyMap<string, string>;

interface Key {
  name: string;
  default: string | null;
  /** Of what it is: `node`, `edge`, `graph`, `all`. */
  for: string;
}

/**
 * Reads GraphML (http://graphml.graphdrawing.org/specification.html) with the attributes of the Topology Zoo, of yEd and of what we write. Labels may
 * be missing or repeated; graphs in nodes are read flat; hyperedges, and nodes that say they are one, are segments; geography is the
 * layout. Parallel edges stay, directions do not matter.
 */
export function readGraphml(root: Element): Lab {
  const lab = new Lab();
  const keys = new Map<string, Key>();
  for (const key of root.all('key')) {
    const id = key.need('id');
    keys.set(id, {
      name: (key.attribute('attr.name') ?? key.attribute('yfiles.type') ?? id).toLowerCase(),
      default: key.first('default')?.text.trim() ?? null,
      for: key.attribute('for') ?? 'all',
    });
  }
  const graphs = root.all('graph');
  const [graph] = graphs;
  if (graph === undefined) return root.fail(say('DOC_WANT_ELEMENT', { name: 'graph' }));
  const data = dataOf(graph, keys);
  lab.name =
    data.get('trama.name') ?? data.get('network') ?? data.get('label') ?? data.get('name') ?? graph.attribute('id');
  lab.description = data.get('trama.description') ?? data.get('note') ?? '';
  lab.exact = data.has('trama.name');
  // all nodes first: an edge may stand before its ends
  for (const element of elementsOf(graphs, 'node')) readNode(lab, element, keys);
  for (const element of elementsOf(graphs, 'edge')) readEdge(lab, element, keys);
  for (const element of elementsOf(graphs, 'hyperedge')) readHyperedge(lab, element);
  return lab;
}

function* elementsOf(graphs: readonly Element[], name: string): Generator<Element> {
  for (const graph of graphs) for (const element of graph.below()) if (element.name === name) yield element;
}

function dataOf(element: Element, keys: ReadonlyMap<string, Key>): Data {
  const data = new Map<string, string>();
  for (const child of element.all('data')) {
    const key = child.attribute('key') ?? '';
    const name = keys.get(key)?.name ?? key.toLowerCase();
    if (!data.has(name)) data.set(name, child.text.trim());
  }
  for (const key of keys.values())
    if (key.default !== null && [element.name, 'all'].includes(key.for) && !data.has(key.name))
      data.set(key.name, key.default);
  return data;
}

const isYes = (value: string | undefined) =>
  value !== undefined && ['1', 'true', 'yes', '1.0'].includes(value.toLowerCase());

/** Attributes that are read, or that say nothing about what a lab is. */
const understood = new Set([
  ...[
    'label',
    'name',
    'id',
    'x',
    'y',
    'latitude',
    'longitude',
    'lat',
    'lon',
    'lng',
    'hyperedge',
    'kind',
    'type',
    'device',
    'flavour',
    'image',
  ],
  ...[
    'forwards',
    'trama.host',
    'trama.label',
    'nodegraphics',
    'edgegraphics',
    'internal',
    'internet',
    'key',
    'network',
  ],
  ...addressingAttributes.map((name) => `trama.${name}`),
]);

const addressingOf = (data: Data): Pick<LabLink, 'chosen' | 'nics'> =>
  addressingFrom((name) => data.get(`trama.${name}`) ?? null);

function readNode(lab: Lab, element: Element, keys: ReadonlyMap<string, Key>): void {
  const id = newId(lab, element.need('id'), element);
  const data = dataOf(element, keys);
  const label = data.get('label') ?? data.get('name') ?? yedLabel(element) ?? '';
  const name = label === '' || label === 'None' ? nameOfId(id) : label;
  const spot = spotOf(data, element);
  if (isYes(data.get('hyperedge')) || isYes(data.get('network'))) {
    if (isYes(data.get('network'))) lab.segment(id, name, spot, null, addressingOf(data).chosen);
    else lab.bridge(id, name, spot);
    return;
  }
  lab.machine(id, {
    name: data.get('trama.host') ?? name,
    label: data.has('trama.host') ? (data.get('trama.label') ?? '') : null,
    forwards: portsOf(data.get('forwards') ?? ''),
    kind: data.get('kind') ?? data.get('type') ?? data.get('device') ?? '',
    flavour: data.get('flavour') ?? null,
    image: data.get('image') ?? null,
    internet: isYes(data.get('internet')),
    spot,
  });
  for (const attribute of data.keys()) if (!understood.has(attribute)) lab.report.leaveOut(attribute, name);
}

/** A name for what only has a number. */
export function nameOfId(id: string): string {
  return /^-?\d+$/.test(id) ? `node-${id}` : id;
}

function spotOf(data: Data, element: Element): Spot | null {
  const number = (...names: string[]) => {
    const text = names.map((name) => data.get(name)).find((value) => value !== undefined && value !== '');
    return text === undefined || !Number.isFinite(Number(text)) ? null : Number(text);
  };
  const [x, y] = [number('x'), number('y')];
  if (x !== null && y !== null) return { x, y };
  const [latitude, longitude] = [number('latitude', 'lat'), number('longitude', 'lon', 'lng')];
  if (latitude !== null && longitude !== null && Math.abs(latitude) <= 90 && Math.abs(longitude) <= 360)
    return { latitude, longitude };
  const geometry = findBelow(element, 'Geometry');
  const [left, top] = [geometry?.number('x') ?? null, geometry?.number('y') ?? null];
  return left === null || top === null
    ? null
    : { x: left + (geometry?.number('width') ?? 0) / 2, y: top + (geometry?.number('height') ?? 0) / 2 };
}

function yedLabel(element: Element): string | null {
  const label = findBelow(element, 'NodeLabel')?.text.trim().replaceAll(/\s+/g, ' ');
  return label === undefined || label === '' ? null : label;
}

/** In the data of the element, not in the nodes that it holds. */
function findBelow(element: Element, name: string): Element | null {
  for (const data of element.all('data')) for (const child of data.below()) if (child.name === name) return child;
  return null;
}

function readEdge(lab: Lab, element: Element, keys: ReadonlyMap<string, Key>): void {
  const source = knownId(lab, element.need('source'), element);
  const target = knownId(lab, element.need('target'), element);
  const data = dataOf(element, keys);
  lab.link(source, target, element.attribute('id'), ['', ''], addressingOf(data));
  for (const attribute of data.keys())
    if (!understood.has(attribute)) lab.report.leaveOut(attribute, `${source}–${target}`);
}

/** A hyperedge is a segment that its ends are attached to; one with two ends is a link. */
function readHyperedge(lab: Lab, element: Element): void {
  const ends = element.all('endpoint').map((end) => knownId(lab, end.need('node'), end));
  const [one, other] = ends;
  if (ends.length === 2 && one !== undefined && other !== undefined)
    return lab.link(one, other, element.attribute('id'));
  const id = lab.freeId(element.attribute('id') ?? 'hyperedge');
  lab.bridge(id, id);
  for (const end of ends) lab.link(end, id);
}
