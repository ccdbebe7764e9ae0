import { withAnnotations } from '#shared/topology/annotations';
import { topologyParts, type Topology } from '#shared/topology/schema';
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
