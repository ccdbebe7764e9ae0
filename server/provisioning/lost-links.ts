import type { StepRow } from '#server/db/queries/deployments';
import type { SliceModel } from '#server/db/queries/slice-model';
import type { SliceObservation } from '#server/providers/provider';

/** Something to be made again that the plan has no step for. */
export interface LostLink {
  resource: 'network' | 'edge';
  action: 'create' | 'connect';
  resourceId: number;
  label: string;
}

/**
 * Networks that the VMs of this deployment have been started for, that worked when it was planned, so that no step makes
 * them, and that have died since; with the links that go with them.
 */
export function lostLinks(
  steps: Iterable<Pick<StepRow, 'resource' | 'action' | 'resourceId'>>,
  model: Omit<SliceModel, 'images'>,
  seen: SliceObservation,
): LostLink[] {
  const all = [...steps];
  const has = (resource: StepRow['resource'], id: number) =>
    all.some((step) => step.resource === resource && step.resourceId === id);
  const begun = new Set(
    all.flatMap(({ resource, action, resourceId }) =>
      resource === 'vm' && (action === 'start' || action === 'reboot') ? [resourceId] : [],
    ),
  );
  const needed = new Set(model.edges.filter((edge) => begun.has(edge.sourceVmId)).map((edge) => edge.targetNetworkId));
  const lost = model.networks.filter(
    ({ id }) =>
      needed.has(id) && !has('network', id) && seen.networks.find((network) => network.id === id)?.status !== 'up',
  );
  const ids = new Set<number | null>(lost.map(({ id }) => id));
  // one whose VM does not exist cannot be connected, and is not asked for
  const there = new Set(seen.vms.map(({ id }) => id));
  const links = model.edges.filter((edge) => ids.has(edge.targetNetworkId) && there.has(edge.sourceVmId));
  return [
    ...lost.map(({ id, name }) => ({
      resource: 'network' as const,
      action: 'create' as const,
      resourceId: id,
      label: name,
    })),
    ...links.map(({ id, key }) => ({
      resource: 'edge' as const,
      action: 'connect' as const,
      resourceId: id,
      label: key,
    })),
  ];
}
