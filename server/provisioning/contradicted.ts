import type { StepRow } from '#server/db/queries/deployments';
import type { SliceObservation } from '#server/providers/provider';

/** Whether what a step that is done has made is not there, as far as an observation can tell. */
function isContradicted(step: Pick<StepRow, 'resource' | 'action' | 'resourceId'>, seen: SliceObservation): boolean {
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

/**
 * Numbers of the steps marked done that have to be done again: those whose work is not there any more, and what was built
 * upon it. A reboot is never among them: to do it again would not make the same. `resources` narrows what is asked of.
 */
export function contradictedSteps(
  steps: Iterable<StepRow>,
  seen: SliceObservation,
  resources: readonly StepRow['resource'][],
): Set<number> {
  const again = new Set<number>();
  // a step depends only on earlier ones
  for (const step of [...steps].toSorted((a, b) => a.seq - b.seq)) {
    if (step.status !== 'done' || step.action === 'reboot' || !resources.includes(step.resource)) continue;
    if (step.dependsOn.some((seq) => again.has(seq)) || isContradicted(step, seen)) again.add(step.seq);
  }
  return again;
}
