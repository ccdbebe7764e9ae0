import { annotationsOf } from './annotations';
import { parametersOf } from './parameters/parameters';
import { alike } from './properties';
import type { Topology } from './schema';

/** Whether two drawings are the same in every property of every part: no revision is worth making for the difference. */
export function sameTopology(a: Topology, b: Topology): boolean {
  return alike(inOrder(a), inOrder(b));
}

/**
 * The order in which VMs and networks were drawn tells no two drawings apart. That of edges does where they have no numbers of
 * NICs yet, since it is what gives them those (`withAddresses`).
 */
function inOrder(topology: Topology): Topology {
  const byKey = (a: { key: string }, b: { key: string }) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
  return {
    vms: topology.vms.toSorted(byKey),
    networks: topology.networks.toSorted(byKey),
    edges: topology.edges.every((edge) => edge.sourceNic !== undefined)
      ? topology.edges.toSorted(byKey)
      : topology.edges,
    // in their own order: that is how they lie on each other
    annotations: [...annotationsOf(topology)],
    parameters: [...parametersOf(topology)],
  };
}
