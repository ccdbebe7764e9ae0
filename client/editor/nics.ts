import { allocateAddresses, type EdgeAddresses } from '#shared/topology/addresses';
import type { Topology } from '#shared/topology/schema';
import type { Command } from './document';

/** A NIC of a VM: the end of an edge there. */
export interface Nic {
  edgeKey: string;
  end: 'source' | 'target';
  /** Its number in the VM, from 0, as it will be once the drawing is saved. */
  index: number;
  /** What is at the other end: a VM's or a network's key. */
  peer: string;
}

/** The NICs of a VM in the order in which its guest numbers them. `base`: what the drawing was begun with. */
export function nicsOf(topology: Topology, vmKey: string, base: Topology): Nic[] {
  const plan = planOf(topology, base);
  return topology.edges
    .flatMap((edge, at): Nic[] => {
      const { key, source, target } = edge;
      const place = plan?.get(key);
      if (source === vmKey)
        return [{ edgeKey: key, end: 'source', index: place?.sourceNic ?? edge.sourceNic?.index ?? at, peer: target }];
      if (target === vmKey)
        return [{ edgeKey: key, end: 'target', index: place?.targetNic ?? edge.targetNic?.index ?? at, peer: source }];
      return [];
    })
    .toSorted((a, b) => a.index - b.index);
}

/** Null where no subnets are left to be given, which is told as a problem. */
function planOf(topology: Topology, base: Topology): ReadonlyMap<string, EdgeAddresses> | null {
  try {
    return allocateAddresses(topology, base).edges;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** One step that has two NICs of a VM change places. */
export function swapped(one: Nic, other: Nic): Command {
  const chosen = ({ edgeKey, end }: Nic, { index }: Nic) => ({ key: edgeKey, fields: { [`${end}OwnNic`]: index } });
  return { type: 'setEdges', edges: [chosen(one, other), chosen(other, one)] };
}
