import { say } from '../../sentence';
import { knownId, Lab, newId, type Spot } from './lab';
import type { Cursor } from './source';

export function isCml(root: Cursor): boolean {
  const [node] = root.get('nodes').isList ? root.get('nodes').items() : [];
  if (node === undefined) return root.get('lab').isMap && root.get('links').isList;
  return !node.get('node_definition').isEmpty || !node.get('data', 'node_definition').isEmpty;
}

/**
 * Reads a lab of Cisco Modeling Labs 2 (https://developer.cisco.com/docs/modeling-labs): nodes with their definitions, links by the ids of their
 * ends. Unmanaged switches are segments, external connectors are outside. Configurations and annotations have no place here.
 */
export function readCml(root: Cursor): Lab {
  const lab = new Lab();
  lab.name = root.get('lab', 'title').softText() ?? root.get('lab_title').softText();
  lab.description = (root.get('lab', 'description').softText() ?? root.get('lab_description').softText() ?? '').trim();
  if ((root.get('lab', 'notes').softText() ?? '') !== '') lab.report.leaveOut('lab.notes', 'lab');
  const interfaces = new Map<string, string>();
  for (const node of root.get('nodes').items()) readNode(lab, node, interfaces);
  // older labs list them apart from their nodes
  for (const one of root.get('interfaces').isList ? root.get('interfaces').items() : []) {
    const [id, node] = [one.get('id').softText(), one.get('node').softText() ?? one.get('data', 'node').softText()];
    if (id !== null && node !== null) interfaces.set(id, node);
  }
  for (const link of root.get('links').items()) readLink(lab, link, interfaces);
  for (const kind of ['annotations', 'smart_annotations'])
    for (const annotation of root.get(kind).items()) {
      const text = annotation.get('text_content').softText() ?? annotation.get('label').softText() ?? '';
      lab.report.leaveOut(
        kind,
        text === '' ? (annotation.get('type').softText() ?? kind) : `“${text.replaceAll(/\s+/g, ' ')}”`,
      );
    }
  return lab;
}

function readNode(lab: Lab, node: Cursor, interfaces: Map<string, string>): void {
  const id = newId(lab, node.get('id').needText(), node);
  const data = node.get('data').isMap ? node.get('data') : node;
  for (const one of node.get('interfaces').isList ? node.get('interfaces').items() : []) {
    const interfaceId = one.get('id').softText();
    // numbered from 0 in each node where the link says the node, too
    if (interfaceId !== null && !interfaces.has(interfaceId)) interfaces.set(interfaceId, id);
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

function readLink(lab: Lab, link: Cursor, interfaces: ReadonlyMap<string, string>): void {
  const end = (nodeKeys: readonly string[], interfaceKeys: readonly string[]): string => {
    const node = nodeKeys.map((key) => link.get(key)).find((cursor) => !cursor.isEmpty);
    if (node !== undefined) return knownId(lab, node.needText(), node);
    const one = interfaceKeys.map((key) => link.get(key)).find((cursor) => !cursor.isEmpty);
    if (one === undefined) return link.fail(say('DOC_WANT_ENDS'));
    return knownId(lab, interfaces.get(one.needText()) ?? one.needText(), one);
  };
  const source = end(['n1', 'node_a', 'src_node'], ['i1', 'interface_a', 'src_int']);
  const target = end(['n2', 'node_b', 'dst_node'], ['i2', 'interface_b', 'dst_int']);
  lab.link(source, target);
  const name = [source, target].map((id) => lab.nameOf(id)).join('–');
  lab.report.gather('leftOut', 'DOC_INTERFACES', name);
  if (link.get('conditioning').keys().length > 0) lab.report.leaveOut('conditioning', name);
}
