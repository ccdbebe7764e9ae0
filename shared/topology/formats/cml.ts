import { say } from '../../sentence';
import { colourLike, labelSizeOf, lineBetween, noteText, paintOf } from './drawings';
import { knownId, Lab, newId, noNic, type LabDrawing, type Spot } from './lab';
import type { Cursor } from './source';

export function isCml(root: Cursor): boolean {
  const [node] = root.get('nodes').isList ? root.get('nodes').items() : [];
  if (node === undefined) return root.get('lab').isMap && root.get('links').isList;
  return !node.get('node_definition').isEmpty || !node.get('data', 'node_definition').isEmpty;
}

/**
 * Reads a lab of Cisco Modeling Labs 2 (https://developer.cisco.com/docs/modeling-labs): nodes with their definitions, links by the ids of their
 * ends. Unmanaged switches are segments, external connectors are outside. Annotations are drawn beside; configurations have no place here.
 */
export function readCml(root: Cursor): Lab {
  const lab = new Lab();
  lab.name = root.get('lab', 'title').softText() ?? root.get('lab_title').softText();
  lab.description = (root.get('lab', 'description').softText() ?? root.get('lab_description').softText() ?? '').trim();
  if ((root.get('lab', 'notes').softText() ?? '') !== '') lab.report.leaveOut('lab.notes', 'lab');
  const interfaces: Interfaces = { nodes: new Map(), known: new Map() };
  for (const node of root.get('nodes').items()) readNode(lab, node, interfaces);
  // older labs list them apart from their nodes
  for (const one of root.get('interfaces').isList ? root.get('interfaces').items() : []) {
    const [id, node] = [one.get('id').softText(), one.get('node').softText() ?? one.get('data', 'node').softText()];
    if (id === null || node === null) continue;
    interfaces.nodes.set(id, node);
    interfaces.known.set(`${node} ${id}`, interfaceOf(one));
  }
  for (const link of root.get('links').items()) readLink(lab, link, interfaces);
  const layer = (annotation: Cursor) => annotation.get('z_index').softNumber() ?? 0;
  for (const annotation of root
    .get('annotations')
    .items()
    .toSorted((a, b) => layer(a) - layer(b))) {
    const drawn = readAnnotation(annotation);
    if (drawn === null) lab.report.leaveOut('annotations', annotation.get('type').softText() ?? 'annotations');
    else lab.drawings.push({ what: 'annotations', ...drawn });
  }
  // these say by a tag what they are around
  for (const annotation of root.get('smart_annotations').items())
    lab.report.leaveOut('smart_annotations', annotation.get('label').softText() ?? 'smart_annotations');
  return lab;
}

/** Null for what shows nothing, or is of a kind that is not known. */
function readAnnotation(annotation: Cursor): Pick<LabDrawing, 'corner' | 'drawn'> | null {
  const number = (key: string) => annotation.get(key).softNumber() ?? 0;
  const colour = (key: string) => annotation.get(key).softText();
  const [from, to] = [
    { x: number('x1'), y: number('y1') },
    { x: number('x2'), y: number('y2') },
  ];
  const looks = { kind: 'shape' as const, ...paintOf(colour('color'), colour('border_color')) };
  switch (annotation.get('type').softText()) {
    case 'text': {
      const text = noteText(annotation.get('text_content').softText() ?? '');
      const size = labelSizeOf(annotation.get('text_size').softNumber() ?? 12);
      return text === '' ? null : { corner: from, drawn: { kind: 'label', text, size, colour: colourLike(colour('color')) } }; // prettier-ignore
    }
    // its second point is its size
    case 'rectangle':
      return { corner: from, drawn: { ...looks, form: 'rectangle', width: Math.abs(to.x), height: Math.abs(to.y) } };
    // its first point is its middle, the second how far it reaches
    case 'ellipse': {
      const [across, down] = [Math.abs(to.x), Math.abs(to.y)];
      const corner = { x: from.x - across, y: from.y - down };
      return { corner, drawn: { ...looks, form: 'ellipse', width: across * 2, height: down * 2 } };
    }
    case 'line':
      return lineBetween(from, to, colourLike(colour('border_color')));
    default:
      return null;
  }
}

/** By an interface's id the node that has it; by both, since ids may be each node's own, what it is called, and its MAC where one is chosen. */
interface Interfaces {
  nodes: Map<string, string>;
  known: Map<string, { label: string; mac: string | null }>;
}

const interfaceOf = (one: Cursor) => ({
  label: one.get('label').softText() ?? one.get('data', 'label').softText() ?? '',
  mac: one.get('mac_address').softText(),
});

function readNode(lab: Lab, node: Cursor, interfaces: Interfaces): void {
  const id = newId(lab, node.get('id').needText(), node);
  const data = node.get('data').isMap ? node.get('data') : node;
  for (const one of node.get('interfaces').isList ? node.get('interfaces').items() : []) {
    const interfaceId = one.get('id').softText();
    // numbered from 0 in each node where the link says the node, too
    if (interfaceId === null) continue;
    interfaces.known.set(`${id} ${interfaceId}`, interfaceOf(one));
    if (!interfaces.nodes.has(interfaceId)) interfaces.nodes.set(interfaceId, id);
  }
  const definition = data.get('node_definition').softText() ?? '';
  const name = (data.get('label').softText() ?? '').trim() || id;
  const spot = spotOf(data);
  if (definition === 'unmanaged_switch') return lab.bridge(id, name, spot);
  if (definition === 'external_connector') return lab.outside(id, name);
  const number = (key: string) => data.get(key).softNumber() ?? 0;
  lab.machine(id, {
    name,
    kind: definition,
    size: {
      ...(number('ram') >= 1 && { ramMb: Math.round(number('ram')) }),
      ...(number('cpus') >= 1 && { vcpus: Math.round(number('cpus')) }),
      ...(number('boot_disk_size') >= 1 && { diskGb: Math.round(number('boot_disk_size')) }),
    },
    spot,
  });
  const { value } = data.get('configuration');
  if (value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0))
    lab.report.leaveOut('configuration', name);
  for (const key of ['image_definition', 'tags', 'data_volume', 'cpu_limit', 'parameters']) {
    const { value: set } = data.get(key);
    const isSet =
      typeof set === 'object' && set !== null ? Object.keys(set).length > 0 : set != null && set !== '' && set !== 0;
    if (isSet && !(key === 'cpu_limit' && set === 100)) lab.report.leaveOut(key, name);
  }
}

function spotOf(data: Cursor): Spot | null {
  const [x, y] = [data.get('x').softNumber(), data.get('y').softNumber()];
  return x === null || y === null ? null : { x, y };
}

function readLink(lab: Lab, link: Cursor, interfaces: Interfaces): void {
  const end = (nodeKeys: readonly string[], interfaceKeys: readonly string[]) => {
    const node = nodeKeys.map((key) => link.get(key)).find((cursor) => !cursor.isEmpty);
    const one = interfaceKeys.map((key) => link.get(key)).find((cursor) => !cursor.isEmpty);
    const at = node ?? one;
    if (at === undefined) return link.fail(say('DOC_WANT_ENDS'));
    const id = knownId(lab, node?.needText() ?? interfaces.nodes.get(at.needText()) ?? at.needText(), at);
    const { label = '', mac = null } = interfaces.known.get(`${id} ${one?.softText() ?? ''}`) ?? {};
    return { id, label, mac };
  };
  const one = end(['n1', 'node_a', 'src_node'], ['i1', 'interface_a', 'src_int']);
  const other = end(['n2', 'node_b', 'dst_node'], ['i2', 'interface_b', 'dst_int']);
  lab.link(one.id, other.id, null, [one.label, other.label], {
    nics: [
      { ...noNic, mac: one.mac },
      { ...noNic, mac: other.mac },
    ],
  });
  const name = [one, other].map(({ id }) => lab.nameOf(id)).join('–');
  if (link.get('conditioning').keys().length > 0) lab.report.leaveOut('conditioning', name);
}
