import { withoutPrefix } from './prefix';
import { limits } from '../limits';
import { Blocks, Numbers } from './blocks';
import { blockOf, hostsOf, nicsWithin, offsetIn, textOf, type Block } from './ipv4';
import { numberOf6 } from './ipv6';
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

const blocks = (...texts: string[]): Block[] => texts.flatMap((text) => blockOf(text) ?? []);
/** Where the subnets of links are, a /30 each, and of networks, so that neither moves the other: all but the first are for drawings that have chosen what is before. */
const linkPools = blocks('10.0.0.0/10', '172.16.0.0/13', '192.168.0.0/17');
const networkPools = blocks('10.64.0.0/10', '10.128.0.0/9', '172.24.0.0/13', '192.168.128.0/17');
const linkPrefix = 30;
/** The network of QEMU's user mode as it is by default, never given to a link. */
const userNetwork = blocks('10.0.2.0/24');

/** Smallest network, a /24 or larger, with room for `attachments` and some to spare. */
function networkPrefix(attachments: number): number {
  let prefix = 24;
  while (2 ** (32 - prefix) - 6 < attachments) prefix -= 1;
  return prefix;
}

/** The subnets that are chosen, by the keys of networks and of links. */
interface Chosen {
  networks: ReadonlyMap<string, Block>;
  edges: ReadonlyMap<string, Block>;
}

function chosenIn({ networks, edges }: Topology): Chosen {
  const of = (parts: readonly { key: string; ownSubnet?: string | undefined }[]) =>
    new Map(
      parts.flatMap(({ key, ownSubnet }): [string, Block][] => {
        const block = blockOf(ownSubnet);
        return block === null || block.offset !== 0 ? [] : [[key, block]];
      }),
    );
  const keys = new Set(networks.map(({ key }) => key));
  return { networks: of(networks), edges: of(edges.filter(({ target }) => !keys.has(target))) };
}

/**
 * Gives each VM–VM edge a subnet, a /30 unless another is chosen, each network a subnet of its own and each end an address and a NIC number.
 * What is chosen (`ownSubnet`, `ownRange`, `sourceOwnAddress`, `targetOwnAddress`, `sourceOwnNic`, `targetOwnNic`) is so, and nobody else gets it; who chooses an address
 * of IPv6 only (`sourceOwnAddress6`, `targetOwnAddress6`) has the number of that in IPv4, too, if it is one that somebody could be given. What else an edge or
 * network has already, in `topology` or else in `base` (the revision that it came from, by key and ends), it keeps, unless
 * it can have it no more: somebody has chosen it, an earlier one has it, or a network has outgrown it. The rest is given in the order of the arrays,
 * each the lowest that is free, so that the same topology always gets the same and removing an edge moves no other. Edges
 * that come without numbers of NICs but in another order than in `base` get new numbers: their order is all that they say.
 * Expects a valid topology (`validateTopology`). Throws a RangeError when the pools are used up, which takes subnets that are chosen and as large.
 */
export function allocateAddresses(topology: Topology, base?: Topology): TopologyAddresses {
  const before = base === undefined ? null : allocateAddresses(base);
  const chosen = chosenIn(topology);
  const reserved = [...chosen.networks.values(), ...chosen.edges.values()];
  const networks = allocateNetworks(topology, before, chosen.networks, reserved);
  const links = new Blocks(linkPools, [...userNetwork, ...reserved]);
  const wanted = wishesOf(topology, base, before);
  const nics = new Map<string, Numbers>();
  const hosts = new Map<string, Numbers>();
  const numbersIn = (map: Map<string, Numbers>, key: string, first: number) => {
    const numbers = map.get(key) ?? new Numbers(first);
    map.set(key, numbers);
    return numbers;
  };
  const facts = new Map(topology.networks.map((network) => [network.key, network]));
  const roomIn = (network: Block, key: string) => nicsWithin(network, facts.get(key));
  const claimHost = (network: Block | undefined, key: string, number: (block: Block) => number | undefined) => {
    if (network === undefined) return undefined;
    const { first, last } = roomIn(network, key);
    return numbersIn(hosts, key, first).claim(number(network), last + 1);
  };

  const claimNic = (key: string, number: number | undefined) => numbersIn(nics, key, 0).claim(number, limits.nicsPerVm);

  // first what is chosen, then what is kept, then what is new, so that nothing takes what another one has
  const own = topology.edges.map((edge) => ({
    host: claimHost(networks.get(edge.target), edge.target, (block) => offsetIn(block, edge.sourceOwnAddress)),
    sourceNic: claimNic(edge.source, edge.sourceOwnNic),
    targetNic: networks.has(edge.target) ? undefined : claimNic(edge.target, edge.targetOwnNic),
  }));
  const own6 = topology.edges.map((edge) =>
    claimHost(networks.get(edge.target), edge.target, (block) => numberOf6(block, edge.sourceOwnAddress6)),
  );
  const kept = topology.edges.map((edge, index) => {
    const { place, sourceNic, targetNic } = wanted(edge);
    const network = networks.get(edge.target);
    const isFree = network === undefined && !chosen.edges.has(edge.key);
    const had = blockOf(place?.sourceAddress);
    const hadHere = had?.base === network?.base && had?.prefix === network?.prefix;
    return {
      place,
      sourceNic: own[index]?.sourceNic ?? claimNic(edge.source, sourceNic),
      targetNic: network === undefined ? (own[index]?.targetNic ?? claimNic(edge.target, targetNic)) : undefined,
      link: isFree && had?.prefix === linkPrefix ? links.claim(had) : undefined,
      host:
        own[index]?.host ??
        own6[index] ??
        claimHost(network, edge.target, (block) =>
          hadHere ? offsetIn(block, unmasked(place?.sourceAddress)) : undefined,
        ),
    };
  });

  const edges = new Map<string, EdgeAddresses>();
  for (const [index, edge] of topology.edges.entries()) {
    const known = kept[index];
    const network = networks.get(edge.target);
    const sourceNic = known?.sourceNic ?? numbersIn(nics, edge.source, 0).take();
    if (network !== undefined) {
      const host = known?.host ?? numbersIn(hosts, edge.target, roomIn(network, edge.target).first).take();
      const sourceAddress = textOf(network, host);
      edges.set(edge.key, { subnet: textOf(network), sourceAddress, targetAddress: null, sourceNic, targetNic: null });
      continue;
    }
    const link = chosen.edges.get(edge.key) ?? known?.link ?? links.take(linkPrefix);
    const [source, target] = hostsOfLink(link, edge, known?.place);
    edges.set(edge.key, {
      subnet: textOf(link),
      sourceAddress: textOf(link, source),
      targetAddress: textOf(link, target),
      sourceNic,
      targetNic: known?.targetNic ?? numbersIn(nics, edge.target, 0).take(),
    });
  }
  return { networks: new Map([...networks].map(([key, block]) => [key, textOf(block)] as const)), edges };
}

/** The address without its prefix length. */
const unmasked = (address: string | null | undefined) => (address == null ? undefined : withoutPrefix(address));

/** What the ends of a link have in its subnet: what is chosen, what they had there, else the lowest that is free. */
function hostsOfLink(link: Block, edge: TopologyEdge, place: Place | undefined): [number, number] {
  const { first, last } = hostsOf(link);
  const numbers = new Numbers(first);
  const claim = (address: string | undefined) => numbers.claim(offsetIn(link, address), last + 1);
  const claim6 = (address6: string | undefined) => numbers.claim(numberOf6(link, address6), last + 1);
  const own = [claim(edge.sourceOwnAddress), claim(edge.targetOwnAddress)] as const;
  const own6 = [claim6(edge.sourceOwnAddress6), claim6(edge.targetOwnAddress6)] as const;
  const source = own[0] ?? own6[0] ?? claim(unmasked(place?.sourceAddress));
  const target = own[1] ?? own6[1] ?? claim(unmasked(place?.targetAddress));
  return [source ?? numbers.take(), target ?? numbers.take()];
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

function allocateNetworks(
  topology: Topology,
  before: TopologyAddresses | null,
  chosen: ReadonlyMap<string, Block>,
  reserved: readonly Block[],
): Map<string, Block> {
  const attachments = new Map<string, number>();
  for (const { target } of topology.edges) attachments.set(target, (attachments.get(target) ?? 0) + 1);
  const free = new Blocks(networkPools, reserved);
  const prefixOf = (key: string) => networkPrefix(attachments.get(key) ?? 0);
  const kept = topology.networks.map(({ key, subnets }) => {
    const block = blockOf(subnets?.[0] ?? before?.networks.get(key));
    const fits = block !== null && block.offset === 0 && block.prefix >= 16 && block.prefix <= prefixOf(key);
    return chosen.get(key) ?? (fits ? free.claim(block) : undefined);
  });
  return new Map(topology.networks.map(({ key }, index) => [key, kept[index] ?? free.take(prefixOf(key))]));
}

type Place = Pick<EdgeAddresses, 'sourceAddress'> & { targetAddress?: string | null | undefined };

interface Wish {
  place: Place | undefined;
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
    const [targetAddress] = edge.targetNic?.addresses ?? [];
    const place = isOld(edge) ? before?.edges.get(edge.key) : undefined;
    const nics = reordered && edge.sourceNic === undefined ? undefined : place;
    return {
      place: sourceAddress === undefined ? place : { sourceAddress, targetAddress },
      sourceNic: edge.sourceNic?.index ?? nics?.sourceNic,
      targetNic: edge.targetNic?.index ?? nics?.targetNic ?? undefined,
    };
  };
}

/**
 * MAC address of one end of an edge, derived from the edge's row id: locally administered, unicast, and different for
 * every end of every edge of an installation (2^39 of them). None that is chosen begins as these do (`validate-addressing.ts`).
 */
export function macOf(edgeId: number, end: 'source' | 'target'): string {
  if (!Number.isSafeInteger(edgeId) || edgeId < 0 || edgeId >= 2 ** 39) throw new RangeError(`Not an edge: ${edgeId}`);
  const number = edgeId * 2 + (end === 'target' ? 1 : 0);
  return ['02', ...(number.toString(16).padStart(10, '0').match(/../g) ?? [])].join(':');
}

/** MAC address of one end of a slice's edge: the one that is chosen, else {@link macOf}. */
export function macAt(
  edge: { id: number; sourceMac?: string | undefined; targetMac?: string | undefined },
  end: 'source' | 'target',
): string {
  return edge[`${end}Mac`] ?? macOf(edge.id, end);
}
