import type { Topology, TopologyEdge } from '#shared/topology/schema';
import { newKey } from './fragment';

/** Whether the name is as the pattern says: `*` stands for any letters, `?` for one, several patterns are parted by commas. */
export function matches(pattern: string, name: string): boolean {
  return pattern
    .split(',')
    .map((one) => one.trim())
    .some((one) => one !== '' && glob(one.toLowerCase(), name.toLowerCase()));
}

/** Without a regular expression: no pattern takes more steps than its length by the name's. */
function glob(pattern: string, name: string): boolean {
  let [at, read] = [0, 0];
  let star: { at: number; read: number } | null = null;
  while (read < name.length) {
    if (pattern[at] === '*') star = { at: at++, read };
    else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === name[read])) {
      at += 1;
      read += 1;
    } else if (star !== null) {
      star.read += 1;
      at = star.at + 1;
      read = star.read;
    } else return false;
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}

const inOrder = new Intl.Collator('en', { numeric: true }).compare;
/** Sorted by name, as one counts: vm2 before vm10. */
function byName<Node extends { name: string }>(nodes: readonly Node[]): Node[] {
  return nodes.toSorted((one, other) => inOrder(one.name, other.name));
}

/** Each of the one side with each of the other, or the first with the first, the second with the second. */
export const connectWays = ['each', 'pairs'] as const;
export type ConnectWay = (typeof connectWays)[number];

/**
 * The links that join what one pattern names with what the other names, in the order of their names. None of a node with itself, of
 * two networks, or where a link is already; none twice when both patterns name the same.
 */
export function connectByPattern(
  topology: Topology,
  from: string,
  to: string,
  way: ConnectWay,
  makeKey: () => string = newKey,
): TopologyEdge[] {
  const nodes = [...topology.vms, ...topology.networks];
  const vms = new Set(topology.vms.map(({ key }) => key));
  const sources = byName(nodes.filter(({ name }) => matches(from, name)));
  const targets = byName(nodes.filter(({ name }) => matches(to, name)));
  const pair = (one: string, other: string) => (one < other ? `${one} ${other}` : `${other} ${one}`);
  const linked = new Set(topology.edges.map(({ source, target }) => pair(source, target)));
  const edges: TopologyEdge[] = [];
  const link = (one: string, other: string) => {
    if (one === other || linked.has(pair(one, other)) || !(vms.has(one) || vms.has(other))) return;
    linked.add(pair(one, other));
    // an attachment begins at the VM
    const [source, target] = vms.has(one) ? [one, other] : [other, one];
    edges.push({ key: makeKey(), source, target });
  };
  if (way === 'each') for (const one of sources) for (const other of targets) link(one.key, other.key);
  else
    for (const [index, one] of sources.entries()) {
      const other = targets[index];
      if (other !== undefined) link(one.key, other.key);
    }
  return edges;
}

/**
 * New names for the nodes, in the order of those they have: `*` is the name it has, `#` a number that counts, with as many digits
 * as there are of it, from `first` on.
 */
export function renameByPattern(
  nodes: readonly { key: string; name: string }[],
  pattern: string,
  first: number,
): { key: string; name: string; was: string }[] {
  return byName(nodes).map(({ key, name }, index) => ({
    key,
    was: name,
    name: pattern
      .trim()
      .replaceAll(/#+/g, (digits) => String(first + index).padStart(digits.length, '0'))
      .replaceAll('*', () => name),
  }));
}
