import { say } from '../../sentence';
import { knownId, Lab, newId, type Spot } from './lab';
import type { Cursor } from './source';

/** What joins its ports, by its name from 2.0 on and before. */
const bridgeTypes = new Set([
  ...['ethernet_switch', 'ethernet_hub', 'frame_relay_switch', 'atm_switch'],
  ...['EthernetSwitch', 'EthernetHub', 'FrameRelaySwitch', 'ATMSwitch', 'ATMBridge'],
]);
const outsideTypes = new Set(['cloud', 'nat', 'Cloud', 'NAT']);

export function isGns3(root: Cursor): boolean {
  const topology = root.get('topology');
  const isProject = !root.get('project_id').isEmpty || !root.get('revision').isEmpty || !root.get('auto_start').isEmpty;
  return topology.isMap && (topology.get('nodes').isList || (isProject && topology.get('nodes').isEmpty));
}

/**
 * Reads a GNS3 project (https://docs.gns3.com, the structure since 2.0 and that of 1.x before it). Switches and hubs are segments, clouds and
 * NATs are outside. Drawings, notes and what is set inside of a device have no place here.
 */
export function readGns3(root: Cursor): Lab {
  const lab = new Lab();
  lab.name = root.get('name').softText();
  const topology = root.get('topology');
  for (const node of topology.get('nodes').items()) readNode(lab, node);
  for (const link of topology.get('links').items()) readLink(lab, link);
  for (const kind of ['drawings', 'notes', 'ellipses', 'rectangles', 'images'])
    for (const drawing of topology.get(kind).items()) {
      const text = drawing.get('text').softText() ?? textOfSvg(drawing.get('svg').softText() ?? '');
      lab.report.leaveOut(kind, text === '' ? kind : `“${text}”`);
    }
  return lab;
}

/** What a drawing says: the text in its SVG, which is not parsed as more than that. */
function textOfSvg(svg: string): string {
  return (/<text[^>]*>([^<]*)<\/text>/.exec(svg)?.[1] ?? '').replaceAll(/\s+/g, ' ').trim();
}

function spotOf(node: Cursor): Spot | null {
  const [x, y] = [node.get('x').softNumber(), node.get('y').softNumber()];
  return x === null || y === null ? null : { x, y };
}

function readNode(lab: Lab, node: Cursor): void {
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
function readLink(lab: Lab, link: Cursor): void {
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
  lab.link(source, target);
  const name = [source, target].map((id) => lab.nameOf(id)).join('–');
  lab.report.gather('leftOut', 'DOC_INTERFACES', name);
  if (link.get('filters').keys().length > 0) lab.report.leaveOut('filters', name);
  if (link.get('suspend').value === true) lab.report.leaveOut('suspend', name);
}
