import { limits } from '../limits';
import type { Topology, TopologyEdge } from './schema';

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

interface Block {
  base: number;
  prefix: number;
}

/** A block as `subnet/prefix` or `address/prefix` says; null for what is none. */
function blockOf(text: string | undefined): (Block & { offset: number }) | null {
  const [address = '', length = ''] = (text ?? '').split('/');
  const bytes = address.split('.').map(Number);
  const prefix = Number(length);
  if (length === '' || !(prefix <= 32) || bytes.length !== 4 || !bytes.every((byte) => byte <= 255)) return null;
  const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  const offset = value % 2 ** (32 - prefix);
  return { base: value - offset, prefix, offset };
}
const textOf = ({ base, prefix }: Block, offset = 0) => `${dotted(base + offset)}/${prefix}`;

/** Numbers given one by one, each once: what is claimed stays, others get the lowest that is free. */
class Numbers {
  readonly #taken = new Set<number>();
  #next: number;
  constructor(private readonly first: number) {
    this.#next = first;
  }
  claim(wanted: number | undefined, below: number): number | undefined {
    if (wanted === undefined || !(wanted >= this.first && wanted < below) || this.#taken.has(wanted)) return undefined;
    this.#taken.add(wanted);
    return wanted;
  }
  take(): number {
    while (this.#taken.has(this.#next)) this.#next += 1;
    this.#taken.add(this.#next);
    return this.#next;
  }
}

/**
 * Gives each VM–VM edge a /30, each network a subnet of its own and each end an address and a NIC number. What an edge or
 * network has already, in `topology` or else in `base` (the revision that it came from, by key and ends), it keeps, unless
 * it can have it no more: an earlier one has it, or a network has outgrown it. The rest is given in the order of the arrays,
 * each the lowest that is free, so that the same topology always gets the same and removing an edge moves no other. Edges
 * that come without numbers of NICs but in another order than in `base` get new numbers: their order is all that they say.
 * Expects a valid topology (`validateTopology`). Throws a RangeError when 10.0.0.0/8 is used up, which the limits on
 * topologies make impossible.
 */
export function allocateAddresses(topology: Topology, base?: Topology): TopologyAddresses {
  const before = base === undefined ? null : allocateAddresses(base);
  const networks = allocateNetworks(topology, before);
  const links = new Numbers(0);
  // /30 blocks of QEMU's own network are nobody's
  for (let at = userNetwork.from; at < userNetwork.to; at += 4) links.claim((at - linkBase) / 4, Infinity);
  const wanted = wishesOf(topology, base, before);
  const nics = new Map<string, Numbers>();
  const hosts = new Map<string, Numbers>();
  const numbersIn = (map: Map<string, Numbers>, key: string, first: number) => {
    const numbers = map.get(key) ?? new Numbers(first);
    map.set(key, numbers);
    return numbers;
  };

  // first what is kept, then what is new, so that nothing new takes what another keeps
  const kept = topology.edges.map((edge) => {
    const { place, sourceNic, targetNic } = wanted(edge);
    const network = networks.get(edge.target);
    const nic = (key: string, index: number | undefined) => numbersIn(nics, key, 0).claim(index, limits.nicsPerVm);
    const address = blockOf(place?.sourceAddress);
    return {
      sourceNic: nic(edge.source, sourceNic),
      targetNic: network === undefined ? nic(edge.target, targetNic) : undefined,
      at:
        network === undefined
          ? address?.prefix === 30
            ? links.claim((address.base - linkBase) / 4, (networkBase - linkBase) / 4)
            : undefined
          : address?.base === network.base && address.prefix === network.prefix
            ? numbersIn(hosts, edge.target, 1).claim(address.offset, 2 ** (32 - network.prefix) - 1)
            : undefined,
    };
  });

  const edges = new Map<string, EdgeAddresses>();
  for (const [index, edge] of topology.edges.entries()) {
    const known = kept[index];
    const network = networks.get(edge.target);
    const sourceNic = known?.sourceNic ?? numbersIn(nics, edge.source, 0).take();
    if (network !== undefined) {
      const host = known?.at ?? numbersIn(hosts, edge.target, 1).take();
      const sourceAddress = textOf(network, host);
      edges.set(edge.key, { subnet: textOf(network), sourceAddress, targetAddress: null, sourceNic, targetNic: null });
      continue;
    }
    const link = { base: linkBase + 4 * (known?.at ?? links.take()), prefix: 30 };
    if (link.base + 4 > networkBase) throw new RangeError('No addresses are left for links.');
    edges.set(edge.key, {
      subnet: textOf(link),
      sourceAddress: textOf(link, 1),
      targetAddress: textOf(link, 2),
      sourceNic,
      targetNic: known?.targetNic ?? numbersIn(nics, edge.target, 0).take(),
    });
  }
  return { networks: new Map([...networks].map(([key, block]) => [key, textOf(block)] as const)), edges };
}

/** The drawing with its address plan written into it: see {@link allocateAddresses}. */
export function withAddresses(topology: Topology, base?: Topology): Topology {
  const addresses = allocateAddresses(topology, base);
  return {
    ...topology,
    networks: topology.networks.map((network) => ({
      ...network,
      subnets: [addresses.networks.get(network.key) ?? ''],
    })),
    edges: topology.edges.map((edge) => {
      const place = addresses.edges.get(edge.key);
      if (place === undefined) return edge;
      const sourceNic = { index: place.sourceNic, addresses: [place.sourceAddress] };
      // the subnet of an attachment is its network's
      if (place.targetNic === null || place.targetAddress === null)
        return { ...edge, subnets: undefined, sourceNic, targetNic: undefined };
      const targetNic = { index: place.targetNic, addresses: [place.targetAddress] };
      return { ...edge, subnets: [place.subnet], sourceNic, targetNic };
    }),
  };
}

function allocateNetworks(topology: Topology, before: TopologyAddresses | null): Map<string, Block> {
  const attachments = new Map<string, number>();
  for (const { target } of topology.edges) attachments.set(target, (attachments.get(target) ?? 0) + 1);
  const taken: Block[] = [];
  const isFree = ({ base, prefix }: Block) => {
    const last = base + 2 ** (32 - prefix);
    return taken.every((other) => last <= other.base || base >= other.base + 2 ** (32 - other.prefix));
  };
  const kept = topology.networks.map(({ key, subnets }) => {
    const block = blockOf(subnets?.[0] ?? before?.networks.get(key));
    const fits =
      block !== null &&
      block.offset === 0 &&
      block.prefix >= 16 &&
      block.prefix <= networkPrefix(attachments.get(key) ?? 0) &&
      block.base >= networkBase &&
      block.base < end &&
      isFree(block);
    if (fits) taken.push(block);
    return fits ? block : null;
  });
  let next = networkBase;
  return new Map(
    topology.networks.map(({ key }, index) => {
      const known = kept[index];
      if (known) return [key, known];
      const prefix = networkPrefix(attachments.get(key) ?? 0);
      const size = 2 ** (32 - prefix);
      let block = { base: Math.ceil(next / size) * size, prefix };
      while (!isFree(block)) block = { base: block.base + size, prefix };
      if (block.base + size > end) throw new RangeError('No addresses are left for networks.');
      taken.push(block);
      next = block.base + size;
      return [key, block];
    }),
  );
}

interface Wish {
  place: Pick<EdgeAddresses, 'sourceAddress'> | undefined;
  sourceNic: number | undefined;
  targetNic: number | undefined;
}

/** What each edge had until now: by itself, or in the revision before. */
function wishesOf(
  topology: Topology,
  base: Topology | undefined,
  before: TopologyAddresses | null,
): (edge: TopologyEdge) => Wish {
  const old = new Map(base?.edges.map((edge) => [edge.key, edge]));
  const isOld = (edge: TopologyEdge) => {
    const other = old.get(edge.key);
    return other !== undefined && other.source === edge.source && other.target === edge.target;
  };
  const bare = topology.edges.filter((edge) => edge.sourceNic === undefined && isOld(edge)).map(({ key }) => key);
  const bareKeys = new Set(bare);
  const oldOrder = (base?.edges ?? []).filter(({ key }) => bareKeys.has(key)).map(({ key }) => key);
  const reordered = bare.some((key, index) => oldOrder[index] !== key);
  return (edge) => {
    const [sourceAddress] = edge.sourceNic?.addresses ?? [];
    const place = isOld(edge) ? before?.edges.get(edge.key) : undefined;
    const nics = reordered && edge.sourceNic === undefined ? undefined : place;
    return {
      place: sourceAddress === undefined ? place : { sourceAddress },
      sourceNic: edge.sourceNic?.index ?? nics?.sourceNic,
      targetNic: edge.targetNic?.index ?? nics?.targetNic ?? undefined,
    };
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
