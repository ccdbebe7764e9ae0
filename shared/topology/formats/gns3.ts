import { say } from '../../sentence';
import { macFrom } from '../mac';
import { colourLike, labelSizeOf, lineBetween, noteText, paintOf } from './drawings';
import { knownId, Lab, newId, noNic, type LabDrawing, type Spot } from './lab';
import type { Cursor } from './source';

/** What joins its ports, by its name from 2.0 on and before. */
const bridgeTypes = new Set([
  ...['ethernet_switch', 'ethernet_hub', 'frame_relay_switch', 'atm_switch'],
  ...['EthernetSwitch', 'EthernetHub', 'FrameRelaySwitch', 'ATMSwitch', 'ATMBridge'],
]);
/** Whose adapters have the device's MAC and those behind it. */
const numberedTypes = new Set(['qemu', 'docker', 'QemuVM', 'DockerVM']);
const outsideTypes = new Set(['cloud', 'nat', 'Cloud', 'NAT']);

export function isGns3(root: Cursor): boolean {
  const topology = root.get('topology');
  const isProject = !root.get('project_id').isEmpty || !root.get('revision').isEmpty || !root.get('auto_start').isEmpty;
  return topology.isMap && (topology.get('nodes').isList || (isProject && topology.get('nodes').isEmpty));
}

/**
 * Reads a GNS3 project (https://docs.gns3.com, the structure since 2.0 and that of 1.x before it). Switches and hubs are segments, clouds and
 * NATs are outside. Drawings and notes are drawn beside; pictures and what is set inside of a device have no place here.
 */
export function readGns3(root: Cursor): Lab {
  const lab = new Lab();
  lab.name = root.get('name').softText();
  const topology = root.get('topology');
  const macs: Macs = new Map();
  for (const node of topology.get('nodes').items()) readNode(lab, node, macs);
  for (const link of topology.get('links').items()) readLink(lab, link, macs);
  for (const kind of ['rectangles', 'ellipses', 'drawings', 'notes', 'images'])
    for (const drawing of topology
      .get(kind)
      .items()
      .toSorted((a, b) => layer(a) - layer(b))) {
      const drawn = kind === 'drawings' ? drawnBySvg(drawing.get('svg').softText() ?? '') : drawnBefore2(kind, drawing);
      const [x, y] = [drawing.get('x').softNumber() ?? 0, drawing.get('y').softNumber() ?? 0];
      if (drawn === null) lab.report.leaveOut(kind, kind);
      else
        lab.drawings.push({ what: kind, corner: { x: x + drawn.corner.x, y: y + drawn.corner.y }, drawn: drawn.drawn });
    }
  return lab;
}

const layer = (drawing: Cursor) => drawing.get('z').softNumber() ?? 0;

/** What is drawn, and its corner from where the drawing is. */
type Drawn = Pick<LabDrawing, 'corner' | 'drawn'>;

/** A drawing since 2.0: one element in an SVG, of which only that and its attributes are looked at. */
function drawnBySvg(svg: string): Drawn | null {
  const [, element = '', told = '', content = ''] =
    /<(text|rect|ellipse|line)\b([^<>]*)>([^<]*)/.exec(svg.slice(0, 50_000)) ?? [];
  const attributes = new Map(
    Array.from(told.matchAll(/([\w-]+)="([^"]*)"/g), ([, name = '', value = '']) => [name, value] as const),
  );
  const number = (name: string) => {
    const value = Number.parseFloat(attributes.get(name) ?? '');
    return Number.isFinite(value) ? value : 0;
  };
  const seen = (paint: string) => (number(`${paint}-opacity`) === 0 && attributes.has(`${paint}-opacity`) ? null : attributes.get(paint)); // prettier-ignore
  const corner = { x: number('x'), y: number('y') };
  if (element === 'text') {
    const text = noteText(unescaped(content));
    const size = labelSizeOf(number('font-size'));
    return text === ''
      ? null
      : { corner: { x: 0, y: 0 }, drawn: { kind: 'label', text, size, colour: colourLike(seen('fill')) } };
  }
  const looks = { kind: 'shape' as const, ...paintOf(seen('fill'), seen('stroke')) };
  if (element === 'rect')
    return { corner, drawn: { ...looks, form: 'rectangle', width: number('width'), height: number('height') } };
  if (element === 'ellipse') {
    const [width, height] = [number('rx') * 2, number('ry') * 2];
    const at = { x: number('cx') - width / 2, y: number('cy') - height / 2 };
    return { corner: at, drawn: { ...looks, form: 'ellipse', width, height } };
  }
  if (element !== 'line') return null;
  const [x1, y1, x2, y2] = [number('x1'), number('y1'), number('x2'), number('y2')];
  return lineBetween({ x: x1, y: y1 }, { x: x2, y: y2 }, colourLike(seen('stroke')));
}

/** A note, a rectangle or an ellipse of 1.x. */
function drawnBefore2(kind: string, drawing: Cursor): Drawn | null {
  const corner = { x: 0, y: 0 };
  const colour = (key: string) => drawing.get(key).softText();
  if (kind === 'notes') {
    const text = noteText(drawing.get('text').softText() ?? '');
    const points = Number(/^[^,]*,(\d+)/.exec(drawing.get('font').softText() ?? '')?.[1] ?? 10);
    return text === ''
      ? null
      : { corner, drawn: { kind: 'label', text, size: labelSizeOf(points), colour: colourLike(colour('color')) } };
  }
  const [width, height] = [drawing.get('width').softNumber(), drawing.get('height').softNumber()];
  if (kind === 'images' || width === null || height === null) return null;
  const form = kind === 'ellipses' ? ('ellipse' as const) : ('rectangle' as const);
  return { corner, drawn: { kind: 'shape', form, ...paintOf(colour('color'), colour('border_color')), width, height } };
}

/** What stands for a character in XML, as that character. */
function unescaped(text: string): string {
  return text
    .replaceAll(/&#(\d{1,6});/g, (_, code: string) => String.fromCodePoint(Math.min(Number(code), 0x10ffff)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
}

function spotOf(node: Cursor): Spot | null {
  const [x, y] = [node.get('x').softNumber(), node.get('y').softNumber()];
  const half = (side: string) => (node.get(side).softNumber() ?? 0) / 2;
  // a node is told by the corner of its symbol
  return x === null || y === null ? null : { x: x + half('width'), y: y + half('height') };
}

/** By a device's id and the number of an adapter, what it has there. */
type Macs = Map<string, (adapter: number) => string | null>;

/** Its emulators count on from the first adapter's, but for adapters that have one of their own. */
function macsOf(properties: Cursor): (adapter: number) => string | null {
  const first = properties.get('mac_address').softText() ?? '';
  const custom = properties.get('custom_adapters');
  const own = new Map(
    (custom.isList ? custom.items() : []).map((one) => [
      one.get('adapter_number').softNumber(),
      one.get('mac_address').softText() ?? '',
    ]),
  );
  return (adapter) => (own.get(adapter) ?? '') || macFrom(first, adapter);
}

function readNode(lab: Lab, node: Cursor, macs: Macs): void {
  const id = newId(lab, node.get('node_id').text() ?? node.get('id').needText(), node);
  const type = node.get('node_type').softText() ?? node.get('type').softText() ?? '';
  const properties = node.get('properties');
  const name =
    node.get('name').softText() ??
    properties.get('name').softText() ??
    node.get('label', 'text').softText() ??
    (node.get('description').softText() === null ? id : `${node.get('description').softText() ?? ''} ${id}`);
  const spot = spotOf(node);
  if (bridgeTypes.has(type)) return lab.bridge(id, name, spot);
  if (outsideTypes.has(type)) return lab.outside(id, name);
  if (numberedTypes.has(type)) macs.set(id, macsOf(properties));
  const number = (key: string) => properties.get(key).softNumber() ?? 0;
  lab.machine(id, {
    name,
    kind: kindOf(type, properties),
    size: {
      ...(number('ram') >= 1 && { ramMb: Math.round(number('ram')) }),
      ...(number('cpus') >= 1 && { vcpus: Math.round(number('cpus')) }),
    },
    spot,
  });
  for (const key of ['startup_config', 'startup_config_content', 'startup_script', 'environment', 'start_command'])
    if ((properties.get(key).softText() ?? '') !== '') lab.report.leaveOut(key, name);
}

/** What a device is: the platform of a router, the image of a VM or a container, else the kind of emulator. */
function kindOf(type: string, properties: Cursor): string {
  const file = ['hda_disk_image', 'path', 'image']
    .map((key) => properties.get(key).softText() ?? '')
    .find((text) => text !== '');
  const platform = properties.get('platform').softText();
  if (type === 'dynamips' && platform !== null && platform !== '') return platform;
  return (file ?? '').replace(/^.*[/\\]/, '') || type;
}

/** Since 2.0 a link lists its ends; before it named source and destination. */
function readLink(lab: Lab, link: Cursor, macs: Macs): void {
  const ends = link.get('nodes').isEmpty
    ? [link.get('source_node_id'), link.get('destination_node_id')]
    : link
        .get('nodes')
        .items()
        .map((end) => end.get('node_id'));
  const [one, other] = ends;
  if (one === undefined || other === undefined || ends.length !== 2)
    return link.fail(say('DOC_WANT_TWO_ENDS', { count: ends.length }));
  const [source, target] = [knownId(lab, one.needText(), one), knownId(lab, other.needText(), other)];
  const [here, there] = link
    .get('nodes')
    .items()
    .map((end) => {
      const adapter = end.get('adapter_number').softNumber();
      const mac = adapter === null ? null : (macs.get(end.get('node_id').softText() ?? '')?.(adapter) ?? null);
      const port = end.get('port_number').softNumber() ?? 0;
      // each adapter has its ports
      const nic = adapter === null ? null : adapter * 1000 + port;
      return { name: end.get('label', 'text').softText() ?? '', nic: { ...noNic, mac, nic } };
    });
  lab.link(source, target, null, [here?.name ?? '', there?.name ?? ''], {
    nics: [here?.nic ?? noNic, there?.nic ?? noNic],
  });
  const name = [source, target].map((id) => lab.nameOf(id)).join('–');
  if (link.get('filters').keys().length > 0) lab.report.leaveOut('filters', name);
  if (link.get('suspend').value === true) lab.report.leaveOut('suspend', name);
}
