import type { Applied, Update } from '#shared/deployment/applied';
import type { StepRow } from '#server/db/queries/deployments';
import type { SliceModel } from '#server/db/queries/slice-model';
import { valueOf } from '#server/providers/applied';
import type { SliceObservation } from '#server/providers/provider';

/** Whether what a step that is done has made is not there, as far as an observation can tell. */
function isContradicted(
  step: Pick<StepRow, 'resource' | 'action' | 'resourceId' | 'update'>,
  seen: SliceObservation,
): boolean {
  const { resourceId: id } = step;
  const vm = seen.vms.find((one) => one.id === id);
  switch (`${step.resource}/${step.action}`) {
    case 'network/create':
      return seen.networks.find((one) => one.id === id)?.status !== 'up';
    case 'edge/connect':
      // one that is down may be so because its VM does not run
      return !seen.edges.some((one) => one.id === id && one.status !== 'absent');
    case 'vm/create':
      return vm === undefined;
    case 'edge/disconnect':
      return seen.edges.some((one) => one.id === id && one.status !== 'absent');
    case 'vm/update':
      return lacks(step.update, vm);
    case 'network/update':
      return lacks(
        step.update,
        seen.networks.find((one) => one.id === id),
      );
    case 'edge/update':
      return lacks(
        step.update,
        seen.edges.find((one) => one.id === id),
      );
    case 'vm/start':
      return vm === undefined || vm.status === 'stopped' || vm.status === 'failed';
    case 'vm/stop':
      return vm?.status === 'running' || vm?.status === 'starting';
    case 'vm/remove':
      return vm !== undefined;
    default:
      return false;
  }
}

/** Whether a change is not there. What was applied and is not known may be it. */
function lacks(update: Update | null, seen: { applied: Applied | null } | undefined): boolean {
  if (seen === undefined) return true;
  const { applied } = seen;
  if (applied === null || update === null) return false;
  return update.changes.some(({ property, to }) => valueOf(applied, property) !== to);
}

/**
 * Numbers of the steps marked done that have to be done again: those whose work is not there any more, and what was built
 * upon it. A reboot is never among them: to do it again would not make the same. `resources` narrows what is asked of.
 */
export function contradictedSteps(
  steps: Iterable<StepRow>,
  seen: SliceObservation,
  resources: readonly StepRow['resource'][],
): Set<number> {
  const all = [...steps].toSorted((a, b) => a.seq - b.seq);
  const again = new Set<number>();
  // a VM that was stopped only to be changed runs again by a later step: that is no contradiction
  const begun = new Set(
    all.flatMap((step) =>
      step.resource === 'vm' && step.action === 'start' && step.attempts > 0 ? [step.resourceId] : [],
    ),
  );
  // a step depends only on earlier ones
  for (const step of all) {
    if (step.status !== 'done' || step.action === 'reboot' || !resources.includes(step.resource)) continue;
    if (step.resource === 'vm' && step.action === 'stop' && begun.has(step.resourceId)) continue;
    if (step.dependsOn.some((seq) => again.has(seq)) || isContradicted(step, seen)) again.add(step.seq);
  }
  return again;
}

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
  model: Pick<SliceModel, 'vms' | 'networks' | 'edges'>,
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
