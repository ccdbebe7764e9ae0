import { withAddresses } from './addresses';
import type { Topology } from './schema';

/**
 * A topology that shall take the place of `base`, with its address plan: NICs and addresses of what stays are those that it has, whatever
 * the other one says, and what is new gets what is free beside them. Only what is chosen in the topology counts more, a network that has outgrown
 * its subnet, and what has to make way for either: they move. Expects a valid topology.
 */
export function settled(topology: Topology, base: Topology): Topology {
  const oldEdges = new Map(base.edges.map((edge) => [edge.key, edge]));
  const oldNetworks = new Map(base.networks.map((network) => [network.key, network]));
  const networks = topology.networks.map((network) => ({
    ...network,
    subnets: oldNetworks.get(network.key)?.subnets ?? network.subnets,
  }));
  const edges = topology.edges.map((edge) => {
    const old = oldEdges.get(edge.key);
    if (old?.source !== edge.source || old.target !== edge.target) return edge;
    const { subnets, sourceNic, targetNic } = old;
    return { ...edge, subnets, sourceNic, targetNic };
  });
  const staysFirst =
    (old: ReadonlyMap<string, unknown>) =>
    (a: { key: string }, b: { key: string }): number =>
      Number(old.has(b.key)) - Number(old.has(a.key));
  // whatever is claimed first is kept
  const placed = withAddresses({
    vms: topology.vms,
    networks: networks.toSorted(staysFirst(oldNetworks)),
    edges: edges.toSorted(staysFirst(oldEdges)),
  });
  const inOrder = <Part extends { key: string }>(parts: readonly Part[], order: readonly { key: string }[]): Part[] => {
    const byKey = new Map(parts.map((part) => [part.key, part]));
    return order.flatMap(({ key }) => byKey.get(key) ?? []);
  };
  return {
    ...topology,
    vms: placed.vms,
    networks: inOrder(placed.networks, topology.networks),
    edges: inOrder(placed.edges, topology.edges),
  };
}
