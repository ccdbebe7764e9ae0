import type { Problem } from '../errors';
import { can, type Role } from '../permissions';
import type { Resources } from '../primitives';
import { alike } from './properties';
import type { Topology, TopologyVm } from './schema';

/** What a VM has: its flavour's size, and in its place what it says itself. */
export function sizeOf({ ownSize }: Pick<TopologyVm, 'ownSize'>, flavour: Resources): Resources {
  const { vcpus, ramMb, diskGb } = flavour;
  return { vcpus: ownSize?.vcpus ?? vcpus, ramMb: ownSize?.ramMb ?? ramMb, diskGb };
}

/**
 * A problem for each VM that says a size of its own which somebody of this role may not give; what it has in `base` already it keeps,
 * found by its key.
 */
export function sizeProblems(topology: Topology, role: Role, base?: Topology): Problem[] {
  if (can(role, 'vms:size')) return [];
  const before = new Map(base?.vms.map(({ key, ownSize }) => [key, ownSize]));
  return topology.vms
    .filter(({ key, ownSize }) => ownSize !== undefined && !alike(ownSize, before.get(key)))
    .map(({ key, name }) => sizeDenied({ key, name }));
}

/** Of one VM. The planner says it of the slice's owner. */
export function sizeDenied({ key, name }: Pick<TopologyVm, 'key' | 'name'>): Problem {
  return {
    code: 'SIZE_NOT_ALLOWED',
    message: `${name} has CPUs or RAM of its own, which its owner’s role does not allow. Give it a flavour’s size.`,
    node: key,
    field: 'ownSize',
    params: { vm: name },
  };
}
