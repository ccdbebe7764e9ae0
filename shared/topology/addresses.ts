import type { Topology } from './schema';

/** Where one edge's ends sit. Addresses carry their prefix length: `10.0.0.1/30`. */
export interface EdgeAddresses {
  subnet: string;
  sourceAddress: string;
  /** Null when the target is a network. */
  targetAddress: string | null;
  /** Number of the NIC inside the VM, from 0. */
  sourceNic: number;
  targetNic: number | null;
}
export interface TopologyAddresses {
  /** Subnet of each network, by its key. */
  networks: Map<string, string>;
  /** By the edge's key. */
  edges: Map<string, EdgeAddresses>;
}

/** Links take from here upwards, a /30 each; networks from the second base, so that neither moves the other. */
const linkBase = 10 * 2 ** 24;
const networkBase = linkBase + 64 * 2 ** 16;
const end = linkBase + 2 ** 24;
/** QEMU's user-mode network inside a guest with internet access or forwarded ports: never given to a link. */
const userNetwork = { from: linkBase + 2 * 256, to: linkBase + 3 * 256 };

/** `10.0.0.1` of a number of 32 bits. */
function dotted(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

/** Smallest network, a /24 or larger, with room for `attachments` and some to spare. */
function networkPrefix(attachments: number): number {
  let prefix = 24;
  while (2 ** (32 - prefix) - 6 < attachments) prefix -= 1;
  return prefix;
}

/**
 * Gives each VM–VM edge a /30, each network a subnet of its own and each end an address and a NIC number, in the order
 * of the arrays: the same topology always gets the same. Expects a valid topology (`validateTopology`).
 * Throws a RangeError when 10.0.0.0/8 is used up, which the limits on topologies make impossible.
 */
export function allocateAddresses(topology: Topology): TopologyAddresses {
  const networkKeys = new Set(topology.networks.map((network) => network.key));
  const attachments = new Map<string, number>();
  for (const edge of topology.edges)
    if (networkKeys.has(edge.target)) attachments.set(edge.target, (attachments.get(edge.target) ?? 0) + 1);

  const networks = new Map<string, { base: number; prefix: number; used: number }>();
  let nextNetwork = networkBase;
  for (const network of topology.networks) {
    const prefix = networkPrefix(attachments.get(network.key) ?? 0);
    const size = 2 ** (32 - prefix);
    const base = Math.ceil(nextNetwork / size) * size;
    if (base + size > end) throw new RangeError('No addresses are left for networks.');
    networks.set(network.key, { base, prefix, used: 0 });
    nextNetwork = base + size;
  }

  const nics = new Map<string, number>();
  const nextNic = (vm: string) => {
    const nic = nics.get(vm) ?? 0;
    nics.set(vm, nic + 1);
    return nic;
  };
  const edges = new Map<string, EdgeAddresses>();
  let nextLink = linkBase;
  for (const edge of topology.edges) {
    const network = networks.get(edge.target);
    if (network !== undefined) {
      network.used += 1;
      edges.set(edge.key, {
        subnet: `${dotted(network.base)}/${network.prefix}`,
        sourceAddress: `${dotted(network.base + network.used)}/${network.prefix}`,
        targetAddress: null,
        sourceNic: nextNic(edge.source),
        targetNic: null,
      });
      continue;
    }
    if (nextLink >= userNetwork.from && nextLink < userNetwork.to) nextLink = userNetwork.to;
    if (nextLink + 4 > networkBase) throw new RangeError('No addresses are left for links.');
    edges.set(edge.key, {
      subnet: `${dotted(nextLink)}/30`,
      sourceAddress: `${dotted(nextLink + 1)}/30`,
      targetAddress: `${dotted(nextLink + 2)}/30`,
      sourceNic: nextNic(edge.source),
      targetNic: nextNic(edge.target),
    });
    nextLink += 4;
  }
  return {
    networks: new Map(
      [...networks].map(([key, network]) => [key, `${dotted(network.base)}/${network.prefix}`] as const),
    ),
    edges,
  };
}

/**
 * MAC address of one end of an edge, derived from the edge's row id: locally administered, unicast, and different for
 * every end of every edge of an installation (2^39 of them).
 */
export function macOf(edgeId: number, end: 'source' | 'target'): string {
  if (!Number.isSafeInteger(edgeId) || edgeId < 0 || edgeId >= 2 ** 39) throw new RangeError(`Not an edge: ${edgeId}`);
  const number = edgeId * 2 + (end === 'target' ? 1 : 0);
  return ['02', ...(number.toString(16).padStart(10, '0').match(/../g) ?? [])].join(':');
}
