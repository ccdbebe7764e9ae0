import { problemOf, type Problem } from '#shared/errors';
import { isOverlapping, isWithin } from '#shared/networks/blocks';
import { blockOf, textOf } from '#shared/topology/ipv4';
import { numberOf6, subnet6Of, subnetIn } from '#shared/topology/ipv6';
import { withoutPrefix } from '#shared/topology/prefix';
import { topologyNetworkSchema, type Topology, type TopologyNetwork } from '#shared/topology/schema';
import type { Queryable } from '#server/db/client';
import { joinsOfSlice, publishedOf, type WholeJoin } from '#server/db/queries/networks';
import { partOf } from '#server/db/queries/parts';

/** What a network has of addresses by itself, or by an agreement. */
type Addressing = Pick<TopologyNetwork, 'ownSubnet' | 'ownRange' | 'ipv6' | 'dhcp'>;

/** What a network that joins another one has to have: the subnet of that one, its own part of it, and no server that gives out others. */
export function agreedFor({ join, host }: Pick<WholeJoin, 'join' | 'host'>): Addressing {
  const { ipv6 } = partOf(topologyNetworkSchema, host.network);
  return { ownSubnet: host.network.subnet, ownRange: join.block, ipv6, dhcp: undefined };
}

/** Whether it has that. */
export function isAgreed(network: Addressing, wanted: Addressing): boolean {
  const { ownSubnet, ownRange, ipv6 } = network;
  return ownSubnet === wanted.ownSubnet && ownRange === wanted.ownRange && ipv6 === wanted.ipv6;
}

/** What each network of a slice that joins another one has to have, by its key. */
async function agreedIn(q: Queryable, sliceId: number): Promise<ReadonlyMap<string, Addressing>> {
  const joins = (await joinsOfSlice(q, sliceId)).filter(({ join }) => join.sliceId === sliceId);
  return new Map(joins.map((one) => [one.guest.network.key, agreedFor(one)]));
}

/** Whether an address of IPv6 is one that NICs in a part of a subnet are given. */
export function isOfPart(address6: string, { ownSubnet, ownRange = '', ipv6 }: Addressing): boolean {
  const block = blockOf(ownSubnet);
  const number = block === null ? undefined : numberOf6(block, address6);
  if (block === null || number === undefined) return false;
  return (
    subnetIn(`${address6}/64`) === subnet6Of(textOf(block), ipv6) &&
    isWithin(withoutPrefix(textOf(block, number)), ownRange)
  );
}

/** The topology of a slice with what its joins have given its networks; static addresses and gateways that are elsewhere are given up. */
export async function withJoins(q: Queryable, sliceId: number, topology: Topology): Promise<Topology> {
  const agreed = await agreedIn(q, sliceId);
  return {
    ...topology,
    networks: topology.networks.map((network) => {
      const given = agreed.get(network.key);
      if (given?.ownSubnet === undefined) return network;
      const { gateway, gateway6 } = network;
      const keepsGateway = gateway !== undefined && isWithin(gateway, given.ownSubnet);
      const keepsGateway6 =
        gateway6 !== undefined && subnetIn(`${gateway6}/64`) === subnet6Of(given.ownSubnet, given.ipv6);
      return {
        ...network,
        ...given,
        gateway: keepsGateway ? gateway : undefined,
        gateway6: keepsGateway6 ? gateway6 : undefined,
      };
    }),
    edges: topology.edges.map((edge) => {
      const given = agreed.get(edge.target);
      if (given?.ownRange === undefined) return edge;
      const { sourceOwnAddress, sourceOwnAddress6 } = edge;
      const keeps = sourceOwnAddress !== undefined && isWithin(sourceOwnAddress, given.ownRange);
      const keeps6 = sourceOwnAddress6 !== undefined && isOfPart(sourceOwnAddress6, given);
      return {
        ...edge,
        ...(!keeps && { sourceOwnAddress: undefined }),
        ...(!keeps6 && { sourceOwnAddress6: undefined }),
      };
    }),
  };
}

/** A subnet that another part of the slice has by choice or by a join, and that overlaps the one which a network of it is to have; null for none. */
export async function clashOf(
  q: Queryable,
  { sliceId, topology, network, subnet }: { sliceId: number; topology: Topology; network: string; subnet: string },
): Promise<string | null> {
  const { networks, edges } = await withJoins(q, sliceId, topology);
  const others = [...networks.filter(({ key }) => key !== network), ...edges];
  return others.find(({ ownSubnet }) => isOverlapping(ownSubnet, subnet))?.ownSubnet ?? null;
}

/**
 * What a change of a slice would break of what others rely on: a published network keeps its subnet and its part of it, one that joins another
 * keeps what it was given, once it has that. Either may be removed, which ends it.
 */
export async function agreementProblems(
  q: Queryable,
  sliceId: number,
  { before, wanted }: { before: Topology; wanted: Topology },
): Promise<Problem[]> {
  if (before.networks.length === 0) return [];
  const published = new Set((await publishedOf(q, sliceId)).map(({ network }) => network.key));
  const agreed = await agreedIn(q, sliceId);
  const old = new Map(before.networks.map((network) => [network.key, network]));
  return wanted.networks.flatMap((network) => {
    const [had, given] = [old.get(network.key), agreed.get(network.key)];
    if (had === undefined || isAgreed(network, had)) return [];
    const where = { node: network.key, field: network.ownSubnet === had.ownSubnet ? 'ownRange' : 'ownSubnet' };
    const { name } = had;
    if (published.has(network.key))
      return [problemOf('NETWORK_SHARED', { code: 'NETWORK_IS_PUBLISHED', params: { name } }, where)];
    // what it does not have yet it may still take, or anything else
    if (given === undefined || !isAgreed(had, given) || isAgreed(network, given)) return [];
    return [problemOf('NETWORK_SHARED', { code: 'NETWORK_IS_JOINED', params: { name } }, where)];
  });
}
