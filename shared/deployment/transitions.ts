import type { SliceStatus } from '../slice-status';
import type { DeploymentKind } from './schema';

/**
 * The lifecycle as data: which operation may begin in which status, what the slice is called while it runs, and what
 * it becomes. Read by the server's guard, by the button's disabled reason and by the one test that walks all of it.
 *
 * `during: null` leaves the status as it is while the operation runs. `succeeded: 'observed'` means that the outcome
 * is what the provider reports afterwards: all running → active, all stopped → stopped, a mixture → degraded… see
 * {@link observedStatus}. A cancelled deploy is a draft again only if nothing is left of it; what was there before it
 * stays, and the status is the observed one then.
 */
export const transitions = {
  deploy: {
    from: ['draft', 'failed', 'degraded'],
    during: 'deploying',
    succeeded: 'observed',
    failed: 'failed',
    cancelled: 'draft',
  },
  start: {
    from: ['active', 'degraded', 'stopped', 'failed'],
    during: null,
    succeeded: 'observed',
    failed: 'failed',
    cancelled: 'observed',
  },
  stop: {
    from: ['active', 'degraded', 'stopped', 'failed'],
    during: null,
    succeeded: 'observed',
    failed: 'failed',
    cancelled: 'observed',
  },
  reboot: {
    // a failed reboot can be taken up again
    from: ['active', 'degraded', 'failed'],
    during: null,
    succeeded: 'observed',
    failed: 'failed',
    cancelled: 'observed',
  },
  destroy: {
    from: ['draft', 'deploying', 'active', 'degraded', 'stopped', 'failed', 'destroying'],
    during: 'destroying',
    succeeded: 'destroyed',
    failed: 'failed',
    cancelled: 'failed',
  },
} as const satisfies Record<
  DeploymentKind,
  {
    from: readonly SliceStatus[];
    during: SliceStatus | null;
    succeeded: SliceStatus | 'observed';
    failed: SliceStatus;
    cancelled: SliceStatus | 'observed';
  }
>;

/** Why an operation may not begin now, or null if it may. `busy`: another deployment of the slice is live. */
export type Refusal = { code: 'SLICE_BUSY' } | { code: 'INVALID_TRANSITION'; status: SliceStatus };

/** The guard. Destroy is never refused for being busy: it supersedes what is under way. */
export function refusal(kind: DeploymentKind, status: SliceStatus, busy: boolean): Refusal | null {
  const from: readonly SliceStatus[] = transitions[kind].from;
  if (!from.includes(status)) return { code: 'INVALID_TRANSITION', status };
  if (busy && kind !== 'destroy') return { code: 'SLICE_BUSY' };
  return null;
}

/**
 * A slice's status from its VMs, when no operation is under way: all as desired → `active` (or `stopped` if none is
 * desired to run), anything else → `degraded`. A slice without VMs is `active`.
 */
export function observedStatus(
  vms: readonly { desired: 'absent' | 'stopped' | 'running'; status: string }[],
): Extract<SliceStatus, 'active' | 'stopped' | 'degraded'> {
  const asDesired = vms.every((vm) => vm.desired === vm.status);
  if (!asDesired) return 'degraded';
  return vms.length > 0 && vms.every((vm) => vm.desired === 'stopped') ? 'stopped' : 'active';
}
