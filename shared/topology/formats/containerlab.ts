import { withoutPrefix } from '../prefix';
import { say } from '../../sentence';
import type { Forward } from '../forward';
import { drawingLimits } from '../limits';
import { commandLineSchema } from '../schema';
import { readForward } from '../forward-schema';
import { addressingFrom } from './addressing-attributes';
import { knownId, Lab, newId, type LabLink, type LabNic, type Spot } from './lab';
import type { Cursor } from './source';
import { subnet6OfAll, subnetOfAll } from './static-addresses';
import { portsOf } from './written';

/** Kinds that are segments of the machine that it runs on. */
const bridgeKinds = new Set(['bridge', 'ovs-bridge']);
/** Settings of a node that say what it is here, or that only a running containerlab needs. */
const understood = new Set([
  'kind',
  'group',
  'image',
  'type',
  'cpu',
  'memory',
  'labels',
  'ports',
  'exec',
  'position',
  'trama',
]);

export function isContainerlab(root: Cursor): boolean {
  const nodes = root.get('topology', 'nodes');
  return nodes.isMap || (root.get('topology').isMap && nodes.isEmpty && root.get('topology', 'links').isList);
}

/**
 * Reads a containerlab topology (https://containerlab.dev/manual/topo-def-file): nodes with what they have from their group, their
 * kind and the defaults, links in the short and the long form. Nothing is filled in: `${ENV}` stays as it is. Bridges are segments; what
 * leads out of the lab (the host, macvlan, vxlan) is a segment of its own, since what is at its other end is not in the lab.
 */
export function readContainerlab(root: Cursor): Lab {
  const lab = new Lab();
  lab.name = root.get('name').softText();
  const topology = root.get('topology');
  for (const [id, node] of topology.get('nodes').entries()) readNode(lab, topology, id, node);
  for (const link of topology.get('links').items()) readLink(lab, link);
  for (const key of root.keys()) if (!['name', 'topology'].includes(key)) lab.report.leaveOut(key, key);
  return lab;
}

/** What a node is set to: by itself, its group, its kind, or by default, in this order. */
function settingOf(topology: Cursor, node: Cursor, name: string): Cursor {
  const group = node.get('group').softText() ?? '';
  const kind =
    node.get('kind').softText() ??
    topology.get('groups', group, 'kind').softText() ??
    topology.get('defaults', 'kind').softText() ??
    '';
  const places = [
    node.get(name),
    topology.get('groups', group, name),
    topology.get('kinds', kind, name),
    topology.get('defaults', name),
  ];
  return places.find((place) => !place.isEmpty) ?? node.get(name);
}

function readNode(lab: Lab, topology: Cursor, id: string, node: Cursor): void {
  if (!node.isEmpty && !node.isMap) node.fail(say('DOC_WANT_MAP'));
  newId(lab, id, node);
  const setting = (name: string) => settingOf(topology, node, name);
  const kind = setting('kind').softText() ?? '';
  const spot = spotOf(setting('labels'));
  const told = (label: string) => setting('labels').get(`trama-${label}`).softText();
  if (told('key') !== null) lab.exact = true;
  if (bridgeKinds.has(kind)) {
    const network = told('network');
    return network === null
      ? lab.bridge(id, id, spot)
      : lab.segment(id, network, spot, told('key'), addressingFrom(told).chosen);
  }
  if (kind === 'host') {
    lab.bridge(id, id, spot);
    return;
  }
  const image = setting('image').softText();
  const ramMb = megabytes(setting('memory').softText());
  const cpus = setting('cpu').softNumber();
  lab.machine(id, {
    key: told('key'),
    label: told('key') === null ? null : (told('label') ?? ''),
    forwards: [...portsOf(told('forwards') ?? ''), ...publishedPorts(lab, id, setting('ports'))],
    exec: commandsOf(lab, id, { topology, node, kind, isOurs: told('key') !== null }),
    // what runs in a plain container says its image
    kind: kind === 'linux' || kind === '' ? (image ?? kind) : kind,
    size: {
      ...(ramMb !== null && { ramMb }),
      ...(cpus !== null && cpus > 0 && { vcpus: Math.ceil(cpus) }),
    },
    flavour: told('flavour'),
    image: told('image'),
    internet: told('internet') === 'true',
    spot,
  });
  const named = new Set(
    [
      node,
      topology.get('groups', node.get('group').softText() ?? ''),
      topology.get('kinds', kind),
      topology.get('defaults'),
    ]
      .flatMap((place) => place.keys())
      .filter((name) => !understood.has(name)),
  );
  for (const name of named) lab.report.leaveOut(name, id);
}

/**
 * The commands of a node: all that its defaults, kind, group and itself have, in this order. Of documents that are not ours braces are no variables.
 */
function commandsOf(
  lab: Lab,
  id: string,
  { topology, node, kind, isOurs }: { topology: Cursor; node: Cursor; kind: string; isOurs: boolean },
): string[] {
  const places = [
    topology.get('defaults'),
    topology.get('kinds', kind),
    topology.get('groups', node.get('group').softText() ?? ''),
    node,
  ];
  const told = places.flatMap((place) =>
    place
      .get('exec')
      .items()
      .map((item) => item.softText() ?? ''),
  );
  const commands = told.flatMap(
    (text) => commandLineSchema.safeParse(isOurs ? text : text.replaceAll('{{', '\\{{')).data ?? [],
  );
  const kept = commands.slice(0, drawingLimits.execPerVm);
  if (kept.length < told.length) lab.report.leaveOut('exec', id);
  if (kept.length > 0 && !isOurs) lab.report.gather('changed', 'DOC_COMMANDS', id);
  return kept;
}

/** Ports as container engines publish them (`[[address:]port:]port[/protocol]`): those of the node. Where they are reached, the zone says. */
function publishedPorts(lab: Lab, id: string, ports: Cursor): Forward[] {
  return ports.items().flatMap((item) => {
    const [, host, own = ''] = /^(.*:)?([^:]*)$/.exec(item.softText() ?? '') ?? [];
    const forward = readForward(own);
    if (forward === null) lab.report.leaveOut(`ports: ${item.softText() ?? ''}`, id);
    else if (host !== undefined) lab.report.gather('changed', 'DOC_HOST_PORTS', id);
    return forward ?? [];
  });
}

function spotOf(labels: Cursor): Spot | null {
  const [x, y] = [labels.get('graph-posX').softNumber(), labels.get('graph-posY').softNumber()];
  return x === null || y === null ? null : { x, y };
}

/** `512Mb`, `1.5G`, `1GiB` in MiB. */
function megabytes(text: string | null): number | null {
  const [, amount, unit] = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?\s*$/i.exec(text ?? '') ?? [];
  if (amount === undefined) return null;
  const factor = { '': 1 / 2 ** 20, k: 1 / 2 ** 10, m: 1, g: 2 ** 10, t: 2 ** 20 }[unit?.toLowerCase() ?? ''] ?? 1;
  return Math.max(1, Math.round(Number(amount) * factor));
}

/** One end of a link: `node:interface`, or the same as a map. */
interface End {
  node: string;
  interface: string;
  mac: string | null;
  /** With their prefix lengths. */
  ipv4: string | null;
  ipv6: string | null;
  at: Cursor;
}

/** @param index which of the link's ends it is: in the short form the link lists the addresses of both */
function endOf(link: Cursor, end: Cursor, index: number): End {
  const listed = (family: string) => {
    const list = link.get(family);
    const text = list.isList ? list.items()[index]?.softText() : null;
    return text == null || text === '' ? null : text;
  };
  const own = (key: string) => end.get(key).softText();
  const told = { mac: own('mac'), ipv4: own('ipv4') ?? listed('ipv4'), ipv6: own('ipv6') ?? listed('ipv6'), at: end };
  if (end.isMap) return { node: end.get('node').needText(), interface: own('interface') ?? '', ...told };
  const text = end.needText();
  // an interface may have colons of its own, as `${host_link:=ens3}` has; a node has none
  const colon = text.indexOf(':');
  return colon === -1
    ? { node: text, interface: '', ...told }
    : { node: text.slice(0, colon), interface: text.slice(colon + 1), ...told };
}

/** Whether a key of a link is read: labels only of documents that we wrote, addresses only where they are listed. */
function isUnderstood(link: Cursor, key: string): boolean {
  if (key === 'labels')
    return link
      .get(key)
      .keys()
      .every((label) => label.startsWith('trama-'));
  if (key === 'ipv4' || key === 'ipv6') return link.get(key).isList;
  return ['type', 'endpoints', 'endpoint', 'host-interface', 'remote', 'vni', 'mode', 'mtu'].includes(key);
}

function readLink(lab: Lab, link: Cursor): void {
  const type = link.get('type').softText() ?? '';
  const ends = link
    .get('endpoints')
    .items()
    .map((end, index) => endOf(link, end, index));
  if (!link.get('endpoint').isEmpty) ends.push(endOf(link, link.get('endpoint'), ends.length));
  const name = ends.map((end) => `${end.node}:${end.interface}`).join('–');
  for (const key of link.keys()) if (!isUnderstood(link, key)) lab.report.leaveOut(`links.${key}`, name);
  for (const end of ends)
    if (end.at.isMap)
      for (const key of end.at.keys())
        if (!['node', 'interface', 'mac', 'ipv4', 'ipv6'].includes(key)) lab.report.leaveOut(`endpoints.${key}`, name);

  const [first, second] = ends;
  if (first === undefined) return link.get('endpoints').fail(say('DOC_WANT_ENDS'));
  if (ends.length > 2) return link.get('endpoints').fail(say('DOC_WANT_TWO_ENDS', { count: ends.length }));
  if (type === 'dummy') return lab.report.leaveOut('dummy', name);
  const outward = outwardSegment(link, type, ends);
  if (outward === null) {
    if (second === undefined) return link.get('endpoints').fail(say('DOC_WANT_TWO_ENDS', { count: 1 }));
    const interfaces = [first.interface, second.interface] as const;
    const [one, other] = [knownId(lab, first.node, first.at), knownId(lab, second.node, second.at)];
    return lab.link(one, other, null, interfaces, addressingOf(link, first, second));
  }
  const inner = ends.find((end) => end !== outward.end) ?? first;
  const id = outward.shared ? `${outward.name} ` : lab.freeId(`${outward.name} `);
  if (!lab.has(id)) lab.segment(id, outward.name);
  lab.report.gather('changed', outward.shared ? 'DOC_SHARED_OUTWARD' : 'DOC_OUTWARD', outward.name);
  // both ends may lead out of the lab
  if (lab.has(inner.node)) lab.link(inner.node, id, null, [inner.interface, ''], addressingOf(link, inner, null));
  else if (outward.end === null || !isSpecial(inner.node)) knownId(lab, inner.node, inner.at);
}

/** What there is no place for there stands in labels of documents that we wrote. */
function addressingOf(link: Cursor, first: End, second: End | null): Pick<LabLink, 'chosen' | 'nics'> {
  const labels = link.get('labels');
  const { chosen, nics } = addressingFrom((name) => labels.get(`trama-${name}`).softText());
  const [one, other] = nics;
  const nic = (end: End | null, { address, address6, nic: number }: LabNic): LabNic => ({
    mac: end?.mac ?? null,
    nic: number,
    address6: address6 ?? (end === null || end.ipv6 === null ? null : withoutPrefix(end.ipv6)),
    address: address ?? (end === null || end.ipv4 === null ? null : withoutPrefix(end.ipv4)),
  });
  const ends = second === null ? [first] : [first, second];
  return {
    chosen: {
      subnet: chosen.subnet ?? subnetOfAll(ends.map(({ ipv4 }) => ipv4)),
      ipv6: chosen.ipv6 ?? subnet6OfAll(ends.map(({ ipv6 }) => ipv6)),
      mtu: link.get('mtu').softNumber(),
    },
    nics: [nic(first, one), nic(second, other)],
  };
}

const isSpecial = (node: string) => ['host', 'mgmt-net', 'macvlan', 'vxlan', 'vxlan-stitch', 'dummy'].includes(node);

/**
 * The segment that a link which leads out of the lab is attached to, by the end that is not in it. `shared`: all such links
 * meet there, as at the management network; else each leads to a place of its own.
 */
function outwardSegment(
  link: Cursor,
  type: string,
  ends: readonly End[],
): { name: string; shared: boolean; end: End | null } | null {
  const special = ends.find((end) => isSpecial(end.node)) ?? null;
  const kind = type !== '' && type !== 'veth' ? type : (special?.node ?? '');
  const far = special?.interface ?? link.get('host-interface').softText() ?? '';
  switch (kind) {
    case 'mgmt-net':
      return { name: 'mgmt-net', shared: true, end: special };
    case 'macvlan':
      return { name: `macvlan:${far}`, shared: true, end: special };
    case 'host':
      return { name: far === '' ? 'host' : `host:${far}`, shared: false, end: special };
    case 'vxlan':
    case 'vxlan-stitch': {
      const vni = link.get('vni').softText() ?? '';
      return { name: `${kind}:${vni === '' ? far : vni}`, shared: false, end: special };
    }
    default:
      return null;
  }
}
