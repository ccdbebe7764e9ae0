import type { Topology } from './schema';

/** Spelled out field by field, so that neither the order of keys nor that of the arrays tells two drawings apart. */
function canonical(topology: Topology): string {
  const byKey = (a: { key: string }, b: { key: string }) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
  return JSON.stringify([
    topology.vms
      .toSorted(byKey)
      .map((vm) => [
        vm.key,
        vm.name,
        vm.flavourId,
        vm.imageId,
        vm.internet,
        vm.forwards.map((forward) => [forward.protocol, forward.guestPort]),
        vm.x,
        vm.y,
      ]),
    topology.networks.toSorted(byKey).map((network) => [network.key, network.name, network.x, network.y]),
    topology.edges.toSorted(byKey).map((edge) => [edge.key, edge.source, edge.target]),
  ]);
}

/** Whether two drawings are the same: no revision is worth making for the difference. */
export function sameTopology(a: Topology, b: Topology): boolean {
  return canonical(a) === canonical(b);
}
