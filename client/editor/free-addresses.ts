import { Blocks } from '#shared/topology/blocks';
import { blockOf } from '#shared/topology/ipv4';
import type { Topology, TopologyEdge, TopologyNetwork } from '#shared/topology/schema';

/**
 * What is pasted, duplicated or put back, without the subnets, addresses, MACs and numbers of NICs that it has chosen and that something drawn has already: there it is
 * given others. What clashes with nothing it keeps.
 */
export function withFreeAddresses(fragment: Topology, topology: Topology): Topology {
  const drawn = [...topology.networks, ...topology.edges];
  const subnets = new Blocks(
    [],
    drawn.flatMap(({ ownSubnet }) => blockOf(ownSubnet) ?? []),
  );
  const macs = new Set(topology.edges.flatMap(({ sourceMac, targetMac }) => [sourceMac, targetMac]));
  const addresses = new Set(
    topology.edges.flatMap(({ target, sourceOwnAddress, sourceOwnAddress6 }) => [
      `${target} ${sourceOwnAddress}`,
      `${target} ${sourceOwnAddress6}`,
    ]),
  );
  const nics = new Set(
    topology.edges.flatMap(({ source, target, sourceOwnNic, targetOwnNic }) => [
      `${source} ${sourceOwnNic}`,
      `${target} ${targetOwnNic}`,
    ]),
  );
  const isTaken = ({ ownSubnet }: { ownSubnet?: string | undefined }) => {
    const block = blockOf(ownSubnet);
    return block !== null && subnets.meets(block) !== undefined;
  };
  const subnets6 = new Set(drawn.map(({ ipv6 }) => ipv6?.toLowerCase()));
  subnets6.delete('given');
  const free6 = (ipv6: TopologyNetwork['ipv6']) =>
    ipv6 !== undefined && subnets6.has(ipv6.toLowerCase()) ? { ipv6: 'given' as const } : {};
  const moved = new Set<string>();
  /** By their subnets of IPv6, or those of IPv4 that these follow. */
  const moved6 = new Set<string>();
  const isMoved6 = (part: Pick<TopologyNetwork, 'ownSubnet' | 'ipv6'>) =>
    'ipv6' in free6(part.ipv6) || (part.ipv6 === 'given' && isTaken(part));
  const networks = fragment.networks.map((network) => {
    if (isTaken(network)) moved.add(network.key);
    if (isMoved6(network)) moved6.add(network.key);
    return {
      ...network,
      ...(isTaken(network) && { ownSubnet: undefined, ownRange: undefined }),
      ...free6(network.ipv6),
    };
  });
  const isMacTaken = (mac: string | undefined) => mac !== undefined && macs.has(mac);
  const edges = fragment.edges.map((edge) => {
    const { source, target, sourceOwnAddress, sourceOwnAddress6, sourceMac, targetMac, sourceOwnNic, targetOwnNic } =
      edge;
    const subnet = isTaken(edge) ? { ownSubnet: undefined, targetOwnAddress: undefined } : {};
    const isAddressTaken =
      sourceOwnAddress !== undefined &&
      (isTaken(edge) || moved.has(target) || addresses.has(`${target} ${sourceOwnAddress}`));
    const isOther6 = isMoved6(edge) || moved6.has(target);
    const next: TopologyEdge = {
      ...edge,
      ...subnet,
      ...free6(edge.ipv6),
      ...(isAddressTaken && { sourceOwnAddress: undefined }),
      ...(isOther6 && { sourceOwnAddress6: undefined, targetOwnAddress6: undefined }),
      ...(addresses.has(`${target} ${sourceOwnAddress6}`) && { sourceOwnAddress6: undefined }),
      ...(isMacTaken(sourceMac) && { sourceMac: undefined }),
      ...(isMacTaken(targetMac) && { targetMac: undefined }),
      ...(sourceOwnNic !== undefined && nics.has(`${source} ${sourceOwnNic}`) && { sourceOwnNic: undefined }),
      ...(targetOwnNic !== undefined && nics.has(`${target} ${targetOwnNic}`) && { targetOwnNic: undefined }),
    };
    return next;
  });
  return { ...fragment, networks, edges };
}
