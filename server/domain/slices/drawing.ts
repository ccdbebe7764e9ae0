import { withAnnotations } from '#shared/topology/annotations';
import { topologyParts, type Topology } from '#shared/topology/schema';
import { withAddresses } from '#shared/topology/addresses';
import { endKeysIn, partOf } from '#server/db/queries/parts';
import type { SliceModel } from '#server/db/queries/slice-model';

/** A slice's rows as the topology that they are, with its address plan: what it is drawn from, and saved as a template. */
export function drawingOf(model: Omit<SliceModel, 'images' | 'slice' | 'sshKeys'>, parts = topologyParts): Topology {
  const endsOf = endKeysIn(model);
  const topology = {
    vms: model.vms.map((vm) => {
      // where the ports ended up is not part of the drawing
      const forwards = vm.forwards.map(({ hostAddress: _address, hostPort: _port, ...asked }) => asked);
      const row = { ...vm, forwards };
      return partOf(parts.vm, row);
    }),
    networks: model.networks.map((network) => {
      const row = { ...network, subnets: [network.subnet] };
      return partOf(parts.network, row);
    }),
    edges: model.edges.map(({ sourceNic, sourceAddress, targetNic, targetAddress, subnet, ...edge }) => {
      const row = {
        ...edge,
        ...endsOf(edge),
        sourceNic: { index: sourceNic, addresses: [sourceAddress] },
        // the subnet of an attachment is its network's
        ...(targetNic === null || targetAddress === null
          ? {}
          : { subnets: [subnet], targetNic: { index: targetNic, addresses: [targetAddress] } }),
      };
      return partOf(parts.edge, row);
    }),
  };
  return withAnnotations(topology, model.annotations);
}

/**
 * A topology that shall take the place of `base`, with its address plan: NICs and addresses of what stays are those that it has, whatever
 * the other one says, and what is new gets what is free beside them. Only a network that has outgrown its subnet moves.
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
