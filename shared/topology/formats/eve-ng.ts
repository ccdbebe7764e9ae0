import { say } from '../../sentence';
import { macFrom } from '../mac';
import { labelSizeOf, linesOfHtml, noteText } from './drawings';
import { knownId, Lab, newId, noNic, type LabDrawing, type LabNic, type Spot } from './lab';
import type { Element } from './xml-source';

export function isEveNg(root: Element): boolean {
  return root.name === 'lab' && (root.first('topology') !== null || root.first('objects') !== null);
}

/** Networks of these kinds are the machine's own interfaces, or its way out. */
const outward = /^(pnet\d+|nat\d*|internal-nat|cloud\d*)$/i;

/**
 * Reads a lab of EVE-NG or UNetLab (.unl): nodes, networks and, between two nodes, serial lines. A hidden network with two ends is a link, others are
 * segments; clouds are outside. Texts are drawn beside; configurations, shapes and pictures have no place here.
 */
export function readEveNg(root: Element): Lab {
  const lab = new Lab();
  lab.name = root.attribute('name');
  lab.description = (root.first('description')?.text ?? '').trim();
  const topology = root.first('topology');
  const nodes = topology?.first('nodes')?.all('node') ?? [];
  const networks = topology?.first('networks')?.all('network') ?? [];
  for (const node of nodes) readNode(lab, node);
  const attached = attachments(nodes);
  for (const network of networks) readNetwork(lab, network, attached);
  for (const [network, ends] of attached)
    for (const { node, at, nic } of ends) {
      if (lab.has(netId(network)))
        lab.link(node, netId(network), null, [at.attribute('name') ?? '', ''], { nics: [nic, noNic] });
      else if (!networks.some((one) => one.attribute('id') === network))
        at.fail(say('DOC_NO_NODE', { id: network.slice(0, 100) }));
    }
  serialLines(lab, nodes);
  for (const name of ['body', 'scripttimeout'])
    if ((root.first(name)?.text.trim() ?? '') !== '') lab.report.leaveOut(name, name);
  for (const kind of root.first('objects')?.children ?? [])
    for (const object of kind.children) {
      const drawn = kind.name === 'textobjects' && object.attribute('type') === 'text' ? drawnText(object) : null;
      if (drawn !== null) {
        lab.drawings.push({ what: kind.name, ...drawn });
        continue;
      }
      lab.report.leaveOut(
        kind.name,
        object.attribute('name') ?? nodeName(lab, object.attribute('id') ?? '') ?? object.name,
      );
    }
  return lab;
}

/** A text is a piece of a page, packed: its place is in its style. Null for what is not so, or says nothing. */
function drawnText(object: Element): Pick<LabDrawing, 'corner' | 'drawn'> | null {
  const page = unpacked((object.first('data')?.text ?? '').trim());
  const text = noteText(linesOfHtml(page).join('\n'));
  const read = (name: string) =>
    Number(new RegExp(`[;"\\s]${name}:\\s*(-?\\d+(?:\\.\\d+)?)px`).exec(page)?.[1] ?? Number.NaN);
  const corner = { x: read('left'), y: read('top') };
  if (text === '' || !Number.isFinite(corner.x) || !Number.isFinite(corner.y)) return null;
  return { corner, drawn: { kind: 'label', text, size: labelSizeOf(read('font-size') || 12) } };
}

function unpacked(text: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(text.slice(0, 100_000)), (letter) => letter.charCodeAt(0)));
  } catch {
    return '';
  }
}

const nodeId = (id: string) => `node ${id}`;
const netId = (id: string) => `network ${id}`;
const nodeName = (lab: Lab, id: string) => lab.machines.get(nodeId(id))?.name ?? null;

function readNode(lab: Lab, node: Element): void {
  const id = newId(lab, nodeId(node.need('id')), node);
  const [ram, cpu] = [node.number('ram') ?? 0, node.number('cpu') ?? 0];
  lab.machine(id, {
    name: node.attribute('name') ?? id,
    kind: node.attribute('template') ?? node.attribute('type') ?? '',
    size: { ...(ram >= 1 && { ramMb: Math.round(ram) }), ...(cpu >= 1 && { vcpus: Math.round(cpu) }) },
    spot: spotOf(node),
  });
  for (const name of ['config', 'image', 'delay', 'qemu_options']) {
    const value = node.attribute(name) ?? '';
    if (!['', '0', 'Unconfigured'].includes(value)) lab.report.leaveOut(name, lab.nameOf(id));
  }
}

/** Places are pixels, in old labs percent of a drawing. */
function spotOf(element: Element): Spot | null {
  const read = (name: string) => {
    const [, amount, unit] = /^\s*(-?\d+(?:\.\d+)?)\s*(%|px)?\s*$/.exec(element.attribute(name) ?? '') ?? [];
    return amount === undefined ? null : Number(amount) * (unit === '%' ? 12 : 1);
  };
  const [x, y] = [read('left'), read('top')];
  return x === null || y === null ? null : { x, y };
}

/** An interface of a node. */
interface Attached {
  node: string;
  at: Element;
  nic: LabNic;
}

/** By a network's id the nodes that have an interface there. Their MACs count on from the node's first. */
function attachments(nodes: readonly Element[]): Map<string, Attached[]> {
  const attached = new Map<string, Attached[]>();
  for (const node of nodes)
    for (const at of node.all('interface')) {
      const network = at.attribute('network_id') ?? '';
      if (network === '' || network === '0') continue;
      const mac = macFrom(node.attribute('firstmac') ?? '', at.number('id') ?? -1);
      const here = { node: nodeId(node.need('id')), at, nic: { ...noNic, mac } };
      attached.set(network, [...(attached.get(network) ?? []), here]);
    }
  return attached;
}

function readNetwork(lab: Lab, network: Element, attached: Map<string, Attached[]>): void {
  const id = network.need('id');
  const name = network.attribute('name') ?? `network ${id}`;
  newId(lab, netId(id), network);
  if (outward.test(network.attribute('type') ?? '')) return lab.outside(netId(id), name);
  const ends = attached.get(id) ?? [];
  const [one, other] = ends;
  const isLink = network.attribute('visibility') === '0' && ends.length === 2;
  if (!isLink || one === undefined || other === undefined) return lab.segment(netId(id), name, spotOf(network));
  const names = [one.at.attribute('name') ?? '', other.at.attribute('name') ?? ''] as const;
  lab.link(one.node, other.node, null, names, { nics: [one.nic, other.nic] });
  attached.delete(id);
}

/** A serial interface says its other end; each line is said by both. */
function serialLines(lab: Lab, nodes: readonly Element[]): void {
  const seen = new Set<string>();
  for (const node of nodes)
    for (const at of node.all('interface')) {
      const remote = at.attribute('remote_id') ?? '';
      if (remote === '' || remote === '0' || at.attribute('network_id') !== null) continue;
      const here = `${node.need('id')}:${at.attribute('id') ?? ''}`;
      const there = `${remote}:${at.attribute('remote_if') ?? ''}`;
      const line = [here, there].toSorted().join(' ');
      if (seen.has(line)) continue;
      seen.add(line);
      lab.link(nodeId(node.need('id')), knownId(lab, nodeId(remote), at), null, [at.attribute('name') ?? '', '']);
    }
}
