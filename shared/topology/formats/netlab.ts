import { say } from '../../sentence';
import { knownId, Lab, noNic, noSubnet } from './lab';
import { netlabAddressing, type LinkAddressing } from './netlab-addressing';
import type { Cursor } from './source';
import { onlyOne } from './static-addresses';

/** Keys of a topology, by at least one of which it is told from other YAML. */
const topologyKeys = ['nodes', 'links', 'fabric', 'nodes_list'];
/** Keys at the top that are read, or say nothing about what the lab is made of. */
const understood = new Set([
  ...topologyKeys,
  'name',
  'defaults',
  'groups',
  'vlans',
  'vrfs',
  'prefix',
  'version',
  'message',
  'nodes_map',
]);
/** Keys of a link beside its nodes, where the lab does not say which nodes it has. */
const linkKeys = new Set(
  (
    'type prefix bridge name bandwidth role pool mtu vlan vrf ospf bgp isis eigrp ripv2 gateway unnumbered disable dhcp mpls lag stp bfd ' +
    'ra group linkindex interfaces members libvirt clab virtualbox provider evpn vxlan sr srv6 shutdown shaping tc node_count ipv4 ipv6 pim tunnel'
  ).split(' '),
);

export function isNetlab(root: Cursor): boolean {
  const keys = new Set(root.keys().map((key) => key.split('.')[0] ?? key));
  const { value: nodes } = root.get('nodes');
  const { value: links } = root.get('links');
  return (
    [...topologyKeys].some((key) => keys.has(key)) &&
    [nodes, links].every(
      (value) => value === undefined || value === null || typeof value === 'object' || typeof value === 'string',
    )
  );
}

/**
 * Reads a netlab topology (https://netlab.tools/topology-reference): nodes as a map, a list or only in links and groups, links in every form,
 * also those in VLANs, VRFs and groups of links. Links of one node, and of more than two, are segments. Keys with dots are what they stand for.
 * What netlab configures in its devices has no place here.
 */
export function readNetlab(root: Cursor): Lab {
  const lab = new Lab();
  lab.name = root.get('name').softText();
  lab.description = (root.get('message').softText() ?? '').trim();
  const devices = groupSettings(root);
  const nodes = nodesOf(root);
  if (root.get('nodes').isEmpty && nodes.size === 0) addNodesOfLinks(root, nodes);
  for (const [name, node] of nodes) addNode(lab, root, devices, name, node);
  let count = 0;
  for (const link of allLinks(root)) {
    count += 1;
    readLink(lab, root, link, count);
  }
  for (const [spine, leaf] of fabricLinks(root)) if (lab.has(spine) && lab.has(leaf)) lab.link(spine, leaf);
  for (const key of root.keys()) {
    const [first = key] = key.split('.');
    if (!understood.has(first)) lab.report.leaveOut(first, first);
  }
  return lab;
}

/** What the key, or the same with dots, has: `defaults.device: x` is `defaults: { device: x }`. */
function dotted(map: Cursor, ...keys: readonly string[]): Cursor {
  for (let length = keys.length; length > 0; length -= 1) {
    const found = map.get(keys.slice(0, length).join('.'));
    if (!found.isEmpty) return length === keys.length ? found : dotted(found, ...keys.slice(length));
  }
  return map.get(...keys);
}

/** Nodes by their names; a list may hold names or maps with a name. */
function nodesOf(root: Cursor): Map<string, Cursor> {
  const nodes = root.get('nodes').isEmpty ? root.get('nodes_list') : root.get('nodes');
  const found = new Map<string, Cursor>();
  const add = (name: string, node: Cursor) => {
    if (found.has(name)) node.fail(say('DOC_TWO_NODES', { id: name }));
    found.set(name, node);
  };
  if (nodes.isList) {
    for (const node of nodes.items()) {
      if (node.isMap) add(node.get('name').needText(), node);
      else for (const name of names(node.needText())) add(name, node.get());
    }
  } else if (typeof nodes.value === 'string') for (const name of names(nodes.value)) add(name, nodes.get(name));
  else for (const [name, node] of nodes.entries()) add(name, node);
  for (const name of [...createdByGroups(root), ...fabricNodes(root)])
    if (!found.has(name)) found.set(name, root.get('nodes', name));
  return found;
}

const names = (text: string) => text.split(/[\s,]+/).filter((name) => name !== '');

function membersOf(group: Cursor): string[] {
  const members = group.get('members');
  if (typeof members.value === 'string') return names(members.value);
  if (members.isMap) return members.keys();
  return members.isList ? members.items().flatMap((member) => names(member.softText() ?? '')) : [];
}

/** Members of groups that are said to make their nodes. */
function createdByGroups(root: Cursor): string[] {
  const groups = root.get('groups');
  const all = groups.get('_auto_create').value === true;
  return groups.keys().flatMap((name) => {
    const group = groups.get(name);
    return group.isMap && (all || group.get('_auto_create').value === true) ? membersOf(group) : [];
  });
}

/** Spines and leaves that the fabric plugin makes. */
function fabricNodes(root: Cursor): string[] {
  const [spines, leaves] = fabricSizes(root);
  return [...numbered(root, 'spine', 'S', spines), ...numbered(root, 'leaf', 'L', leaves)];
}

function fabricSizes(root: Cursor): [number, number] {
  const size = (key: string) => Math.min(2000, Math.max(0, Math.floor(dotted(root, 'fabric', key).softNumber() ?? 0)));
  return [size('spines'), size('leafs')];
}

function numbered(root: Cursor, kind: 'spine' | 'leaf', letter: string, count: number): string[] {
  const pattern = dotted(root, 'fabric', kind, 'name').softText() ?? `${letter}{count}`;
  return Array.from({ length: count }, (_, at) => pattern.replace('{count}', String(at + 1)));
}

function* fabricLinks(root: Cursor): Generator<[string, string]> {
  const [spines, leaves] = fabricSizes(root);
  for (const leaf of numbered(root, 'leaf', 'L', leaves))
    for (const spine of numbered(root, 'spine', 'S', spines)) yield [leaf, spine];
}

/** Nodes that are only in links: every name there that is not a key of links. */
function addNodesOfLinks(root: Cursor, nodes: Map<string, Cursor>): void {
  const add = (name: string) => nodes.set(name, root.get('nodes', name));
  for (const group of root.get('groups').isMap ? root.get('groups').entries() : [])
    for (const name of membersOf(group[1])) add(name);
  for (const link of allLinks(root)) {
    if (typeof link.value === 'string') for (const name of link.value.split('-')) add(name.trim());
    else if (link.isList) for (const item of link.items()) add(item.get('node').softText() ?? item.needText());
    else if (link.isMap && !link.get('interfaces').isEmpty)
      for (const item of link.get('interfaces').items()) add(item.get('node').softText() ?? item.needText());
    else
      for (const [key, value] of link.entries())
        // a node has nothing, or settings, behind its name
        if ((value.isEmpty || value.isMap) && !linkKeys.has(key.split('.')[0] ?? key) && !key.startsWith('_')) add(key);
  }
}

/** Devices of nodes that a group gives. */
function groupSettings(root: Cursor): Map<string, { device: string; group: string }> {
  const devices = new Map<string, { device: string; group: string }>();
  const groups = root.get('groups');
  for (const name of groups.keys()) {
    const device = dotted(groups.get(name), 'device').softText();
    if (device !== null) for (const member of membersOf(groups.get(name))) devices.set(member, { device, group: name });
  }
  return devices;
}

function addNode(
  lab: Lab,
  root: Cursor,
  devices: ReadonlyMap<string, { device: string }>,
  name: string,
  node: Cursor,
): void {
  if (!node.isEmpty && !node.isMap && typeof node.value !== 'string') node.fail(say('DOC_WANT_MAP'));
  const device =
    node.get('device').softText() ?? devices.get(name)?.device ?? dotted(root, 'defaults', 'device').softText() ?? '';
  const image = node.get('image').softText() ?? node.get('box').softText();
  lab.machine(name, {
    kind: device === 'linux' && image !== null ? image : device,
    size: {
      ...((node.get('memory').softNumber() ?? 0) >= 1 && { ramMb: Math.round(node.get('memory').softNumber() ?? 0) }),
      ...((node.get('cpu').softNumber() ?? 0) >= 1 && { vcpus: Math.round(node.get('cpu').softNumber() ?? 0) }),
    },
  });
  for (const key of node.keys()) {
    const [first = key] = key.split('.');
    if (!['device', 'image', 'box', 'memory', 'cpu', 'name', 'id', 'role'].includes(first))
      lab.report.leaveOut(`nodes.${first}`, name);
  }
}

/** Every link: of the list, of lists in a map, of groups of links, of VLANs and VRFs. */
function* allLinks(root: Cursor): Generator<Cursor> {
  yield* linksIn(root.get('links'), 0);
  for (const kind of ['vlans', 'vrfs']) {
    const all = root.get(kind);
    if (all.isMap) for (const name of all.keys()) yield* linksIn(all.get(name).get('links'), 0);
  }
}

function* linksIn(links: Cursor, depth: number): Generator<Cursor> {
  if (links.isEmpty) return;
  if (depth > 8) links.fail(say('DOC_TOO_DEEP', { max: 8 }));
  if (links.isMap) {
    for (const [, inner] of links.entries()) yield* linksIn(inner, depth + 1);
    return;
  }
  if (typeof links.value === 'string') {
    yield links;
    return;
  }
  for (const link of links.items()) {
    const members = link.isMap ? dotted(link, 'lag', 'members') : link;
    if (link.isMap && !link.get('group').isEmpty && !link.get('members').isEmpty)
      yield* linksIn(link.get('members'), depth + 1);
    else if (link.isMap && members.isList) yield* linksIn(members, depth + 1);
    else yield link;
  }
}

function readLink(lab: Lab, root: Cursor, link: Cursor, count: number): void {
  const ends = endsOf(lab, link);
  const type = link.isMap ? link.get('type').softText() : null;
  const name = ends.map(({ node }) => node).join('–');
  if (link.isMap)
    for (const key of link.keys()) {
      const [first = key] = key.split('.');
      if (!lab.has(first) && !['type', 'interfaces', 'bridge', 'prefix', 'mtu'].includes(first))
        lab.report.leaveOut(`links.${first}`, name);
    }
  const [one, other] = ends;
  if (one === undefined) return lab.report.leaveOut('links', `${count}`);
  if (type === 'loopback') return lab.report.leaveOut('loopback', name);
  const bridge = link.isMap ? link.get('bridge').softText() : null;
  const told = addressingOf(root, link, ends);
  for (const what of told.left) lab.report.leaveOut(`links.${what}`, name);
  const [here = noNic, there = noNic] = told.nics;
  if (ends.length === 2 && other !== undefined && type !== 'lan' && bridge === null) {
    const mtu = told.chosen.mtu ?? onlyOne(told.mtus);
    // here both ends of a link have the same
    if (told.mtus.some((own) => own !== null && own !== mtu)) lab.report.leaveOut('links.mtu', name);
    return lab.link(one.node, other.node, null, ['', ''], { nics: [here, there], chosen: { ...told.chosen, mtu } });
  }
  const wanted =
    bridge ??
    (link.isMap ? link.get('name').softText() : null) ??
    (ends.length === 1 ? `stub ${one.node}` : `lan ${count}`);
  // links that name the same bridge meet there
  const id =
    bridge !== null && lab.segments.has(`bridge ${bridge}`)
      ? `bridge ${bridge}`
      : lab.freeId(bridge === null ? wanted : `bridge ${bridge}`);
  const segment = lab.segments.get(id);
  if (segment === undefined) lab.segment(id, wanted, null, null, told.chosen);
  else
    for (const what of ['subnet', 'ipv6', 'mtu'] as const)
      if (told.chosen[what] !== null && told.chosen[what] !== segment.chosen[what])
        lab.report.leaveOut(what === 'mtu' ? 'links.mtu' : 'links.prefix', name);
  for (const [index, { node }] of ends.entries())
    lab.link(node, id, null, ['', ''], {
      nics: [told.nics[index] ?? noNic, noNic],
      chosen: { ...noSubnet, mtu: told.mtus[index] ?? null },
    });
}

/** A prefix may also be the name of one that the lab has. */
function addressingOf(root: Cursor, link: Cursor, ends: readonly End[]): LinkAddressing {
  const name = link.get('prefix').softText();
  const prefix = (family: 'ipv4' | 'ipv6') => {
    if (name === null) return dotted(link, 'prefix', family);
    if (typeof link.get('prefix').value !== 'string' || !name.includes('/'))
      return dotted(root, 'prefix', name, family);
    return family === 'ipv4' ? link.get('prefix') : link.get('prefix', family);
  };
  return netlabAddressing({ prefix, mtu: link.get('mtu'), ends: ends.map(({ told }) => told) });
}

/** A node of a link, where it is named, and what it is set to there. */
interface End {
  node: string;
  told: (...keys: readonly string[]) => Cursor;
}

/** The nodes of a link. */
function endsOf(lab: Lab, link: Cursor): End[] {
  if (link.isEmpty) return [];
  const known = (name: string, at: Cursor): End => ({
    node: knownId(lab, name, at),
    told: (...keys) => dotted(at, ...keys),
  });
  const ofItem = (item: Cursor) => known(item.isMap ? item.get('node').needText() : item.needText(), item);
  if (link.isList) return link.items().map(ofItem);
  if (link.isMap) {
    const interfaces = link.get('interfaces');
    if (!interfaces.isEmpty)
      return interfaces.isMap
        ? interfaces.entries().map(([name, at]) => known(name, at))
        : interfaces.items().map(ofItem);
    return link
      .keys()
      .map((key) => (lab.has(key) ? key : (key.split('.')[0] ?? key)))
      .filter((node, index, all) => lab.has(node) && all.indexOf(node) === index)
      .map((node) => ({ node, told: (...keys) => dotted(link, node, ...keys) }));
  }
  return segmented(lab, link.needText().replaceAll(/\s+/g, '')).map((name) => known(name, link));
}

/** `a-b-c` as names of nodes, which may have hyphens themselves: the longest names first. */
function segmented(lab: Lab, text: string): string[] {
  const parts = text.split('-');
  const ends: string[] = [];
  for (let at = 0; at < parts.length;) {
    let length = Math.min(parts.length - at, 16);
    while (length > 1 && !lab.has(parts.slice(at, at + length).join('-'))) length -= 1;
    ends.push(parts.slice(at, at + length).join('-'));
    at += length;
  }
  return ends;
}
