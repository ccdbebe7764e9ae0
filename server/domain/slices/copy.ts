import { allocateAddresses } from '#shared/topology/addresses';
import type { Topology } from '#shared/topology/schema';
import type { Queryable } from '#server/db/client';
import type { SliceParts } from '#server/db/queries/slices';
import { catalogueOf } from '#server/db/queries/topologies';

/** The parts of a slice, made from a drawing: with all its properties, the flavours' sizes of now, and addresses. */
export async function copyOfDrawing(q: Queryable, topology: Topology): Promise<SliceParts> {
  const catalogue = await catalogueOf(q, topology);
  const flavours = new Map(catalogue.flavours.map((flavour) => [flavour.id, flavour]));
  const addresses = allocateAddresses(topology);
  return {
    vms: topology.vms.map((vm) => {
      const flavour = flavours.get(vm.flavourId);
      if (flavour === undefined) throw new Error(`There is no flavour ${vm.flavourId}`);
      return {
        ...vm,
        vcpus: flavour.vcpus,
        ramMb: flavour.ramMb,
        diskGb: flavour.diskGb,
        forwards: vm.forwards.map((forward) => ({ ...forward, hostAddress: null, hostPort: null })),
      };
    }),
    networks: topology.networks.map(({ subnets: _subnets, ...network }) => ({
      ...network,
      subnet: addresses.networks.get(network.key) ?? '',
    })),
    edges: topology.edges.map(({ subnets: _subnets, sourceNic: _source, targetNic: _target, ...edge }) => {
      const place = addresses.edges.get(edge.key);
      if (place === undefined) throw new Error(`The edge ${edge.key} has no addresses`);
      return { ...edge, ...place };
    }),
  };
}
