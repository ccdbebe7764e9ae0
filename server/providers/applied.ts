import { createHash } from 'node:crypto';
import type { Applied } from '#shared/deployment/applied';
import { canonical, propertiesOf, withoutDefaults, type PartSchema } from '#shared/topology/properties';
import { topologyParts } from '#shared/topology/schema';
import type { EdgeSpec, ImageSpec, NetworkSpec, VmSpec } from './provider';

/*
 * What counts as applied of a spec. One rule for planner and providers, so that what the one wants and the other has done can
 * be compared. In it are the stated properties of each part (`shared/topology/schema.ts`) that have an effect, and of VMs and
 * edges what the rows say besides. Not in it: ids, and what follows from them (uuid, MACs); the names of networks and images, which no
 * guest is told; the NICs of a VM, which are their edges'; its neighbours' names, which it is told at its next start, whatever brings that
 * about. A VM's image is its id: who edits an image in the catalogue changes nothing that exists.
 */

/** In front of every digest. A digest of another version says nothing about a difference. */
const version = 1;

/** As much of a VM's spec as is its own. */
export type VmDefinition = Pick<VmSpec, 'name' | 'vcpus' | 'ramMb' | 'diskGb'> & {
  image: Pick<ImageSpec, 'id' | 'kind'>;
};

export function appliedVm(spec: VmDefinition, parts = topologyParts): Applied {
  const { name, vcpus, ramMb, diskGb, image } = spec;
  // a kernel image has no disk
  const disk = image.kind === 'disk' ? { diskGb } : {};
  return applied('vm', { name, vcpus, ramMb, ...disk, image: { id: image.id, kind: image.kind } }, parts.vm, spec);
}

export function appliedNetwork(spec: NetworkSpec, parts = topologyParts): Applied {
  return applied('network', {}, parts.network, spec);
}

export function appliedEdge(spec: EdgeSpec, parts = topologyParts): Applied {
  const { source, target } = spec;
  const far = 'vmId' in target ? { vmId: target.vmId } : { networkId: target.networkId };
  const farNic = 'vmId' in target ? { targetNic: target.nic.index, targetAddress: target.nic.address } : {};
  const own = {
    between: [{ vmId: source.vmId }, far],
    sourceNic: source.nic.index,
    sourceAddress: source.nic.address,
    ...farNic,
  };
  return applied('edge', own, parts.edge, spec);
}

function applied(kind: string, own: Record<string, unknown>, part: PartSchema, spec: object): Applied {
  const stated = propertiesOf(part).flatMap(({ name, facts }) => (facts.effect === 'none' ? [] : [name]));
  // what is at its default is left out, so that a property which is stated later makes no difference by itself
  const set = Object.entries(withoutDefaults(part, spec)).filter(([name]) => stated.includes(name));
  const properties = { ...own, ...Object.fromEntries(set) };
  const hash = createHash('sha256')
    .update(canonical([kind, properties]))
    .digest('hex');
  return { digest: `${version}:${hash.slice(0, 32)}`, properties };
}
