import { isLiveStatus, type Deployment, type Plan } from '#shared/deployment/schema';
import {
  operationOf,
  passesWithRoom,
  refusal,
  type DeploymentKind,
  type Refusal,
  type Underway,
  type VmDeploymentKind,
} from '#shared/deployment/operations';
import type { Slice, SliceVm } from '#shared/slice';
import { runningVmStatuses, type VmStatus } from '#shared/slice-status';
import type { Capabilities, Capability } from '#shared/zone';
import { accessRefusal, type AccessRefusal, type SliceDeed } from './access';
import type { Doing } from './activity';

export type SliceAction = DeploymentKind | 'retry' | 'cancel';

/** Why an action cannot be taken now, as data; the button makes the sentence. */
export type Reason =
  | AccessRefusal
  | Refusal
  | { code: 'PLAN'; plan: Plan | undefined }
  | { code: 'CANCELLING' }
  | { code: 'IN_LINE' }
  | { code: 'ZONE_AWAY' }
  | { code: 'ZONE_CANNOT'; why: Capability }
  | { code: 'VM'; running: boolean };

export interface Offer {
  action: SliceAction;
  primary: boolean;
  reason: Reason | null;
}

/**
 * What the page offers for a slice in this state, the primary action first. `plan` is the plan of a deploy, when the
 * page has asked for one; `away`: the server that has its VMs gives no sign of life; `can`: what the zone says that it can do.
 */
export function offers(
  slice: Slice,
  plan: Plan | undefined,
  { away = false, can = null }: { away?: boolean; can?: Capabilities | null } = {},
): Offer[] {
  if (slice.status === 'destroyed') return [];
  const deployment = slice.deployment;
  const live = deployment !== null && isLiveStatus(deployment.status);
  const busy = live || slice.busy !== null;
  const primary = primaryAction(slice, live);
  const shown = new Set<SliceAction>(primary === null ? [] : [primary]);
  if (slice.status === 'degraded') shown.add('deploy');
  if (slice.status === 'active' || slice.status === 'degraded' || slice.status === 'stopped')
    for (const action of ['start', 'stop', 'reboot'] as const) shown.add(action);
  if (slice.status === 'active' || slice.status === 'degraded') shown.add('suspend');
  if (slice.status === 'suspended') shown.add('stop');
  if (slice.vmList.some((vm) => vm.status === 'suspended')) shown.add('resume');
  shown.add('destroy');
  return [...shown].map((action) => ({
    action,
    primary: action === primary,
    reason: reasonFor(slice, action, busy, plan) ?? awayReason(action, away) ?? unableReason(action, can),
  }));
}

/** What leads on from here; null for a slice that runs well: what one wants of that is its consoles. */
function primaryAction({ status, deployment }: Slice, live: boolean): SliceAction | null {
  // what takes over is not called off by a click, but can be asked for again
  if (live) return deployment !== null && operationOf(deployment.kind).supersedes ? deployment.kind : 'cancel';
  switch (status) {
    case 'draft':
      return 'deploy';
    case 'degraded':
      return 'heal';
    case 'active':
      return null;
    case 'stopped':
      return 'start';
    case 'suspended':
      return 'resume';
    case 'failed':
      return deployment?.status === 'failed' ? 'retry' : 'deploy';
    case 'deploying':
      return 'cancel';
    case 'destroying':
    case 'destroyed':
      return 'destroy';
  }
}

/** To take an operation up again, or to end it short, takes what it took to begin it. */
function deedOf(slice: Slice, action: SliceAction): SliceDeed {
  return action === 'retry' || action === 'cancel' ? (slice.deployment?.kind ?? 'deploy') : action;
}

function reasonFor(slice: Slice, action: SliceAction, busy: boolean, plan: Plan | undefined): Reason | null {
  // what will not change by waiting comes first
  const notAllowed = accessRefusal(slice.access, deedOf(slice, action));
  if (notAllowed !== null) return notAllowed;
  if (action === 'cancel') return slice.deployment?.cancelRequested === true ? { code: 'CANCELLING' } : null;
  if (action === 'retry') return busy ? { code: 'SLICE_BUSY' } : null;
  const refused = refusal(action, slice.status, busy ? [null] : []);
  if (refused !== null) return refused;
  if (action === 'deploy' && slice.status === 'draft' && plan?.runnable !== true)
    return slice.waitingSince !== null && plan?.problems.every(passesWithRoom) === true
      ? { code: 'IN_LINE' }
      : { code: 'PLAN', plan };
  // what is so already needs no doing; a degraded slice may need either
  if (action === 'start' && slice.status === 'active' && slice.vmList.every((vm) => vm.status === 'running'))
    return { code: 'INVALID_TRANSITION', status: 'active' };
  if ((action === 'stop' || action === 'reboot') && slice.status === 'stopped')
    return { code: 'INVALID_TRANSITION', status: 'stopped' };
  return null;
}

/** What is under way in the slice, and what waits for it, as far as this page has heard. */
function underwayIn({ busy, deployment, waiting }: Slice): Underway {
  if (deployment !== null && isLiveStatus(deployment.status))
    return [deployment.vmId, ...waiting.map(({ vmId }) => vmId)];
  // of what has only just begun it is not known yet what it is aimed at
  return busy === null ? [] : [null];
}

/** The operation on this VM that waits for one on another, if any. */
export function waitingOf(slice: Slice, vm: Pick<SliceVm, 'id'>): Slice['waiting'][number] | undefined {
  return slice.waiting.find(({ vmId }) => vmId === vm.id);
}

/** Nothing but destroying begins where the zone's server is away; what has begun can be called off. */
function awayReason(action: SliceAction, away: boolean): Reason | null {
  return away && action !== 'destroy' && action !== 'cancel' ? { code: 'ZONE_AWAY' } : null;
}

/** Not every zone can keep what is in memory; what is suspended already can be resumed where it is. */
function unableReason(action: SliceAction, can: Capabilities | null): Reason | null {
  return action === 'suspend' && can?.suspend.ok === false ? { code: 'ZONE_CANNOT', why: can.suspend } : null;
}

/** Why an operation on one VM cannot begin now, or null. */
export function vmReason(slice: Slice, vm: SliceVm, action: VmDeploymentKind, away = false): Reason | null {
  const notAllowed = accessRefusal(slice.access, action);
  if (notAllowed !== null) return notAllowed;
  // one VM of a stopped slice may run; the whole slice's rule for reboot is about the whole slice
  const refused = refusal(action, slice.status, underwayIn(slice), vm.id);
  if (refused !== null) return refused;
  if (action === 'start' && vm.status === 'running') return { code: 'VM', running: true };
  const down = vm.status === 'stopped' || vm.status === 'absent' || vm.status === 'suspended';
  if (action !== 'start' && down) return { code: 'VM', running: false };
  return awayReason(action, away);
}

/**
 * What is going on with each resource right now, from the steps that run and the operations that wait: `vm:12` → the step. A VM that was just stopped or
 * removed goes on being so until that is observed: that it runs again in between would not be true.
 */
export function runningSteps(
  deployment: Deployment | undefined,
  { vmList: vms, waiting }: Pick<Slice, 'vmList' | 'waiting'>,
): Map<string, Doing> {
  const running = new Map<string, Doing>();
  for (const { vmId } of waiting) running.set(`vm:${vmId}`, { action: 'wait', attempts: 0 });
  if (deployment === undefined || !isLiveStatus(deployment.status)) return running;
  const statusOf = new Map(vms.map((vm) => [vm.id, vm.status]));
  const isUnseen = ({ resource, resourceId, action, status }: Deployment['steps'][number]) =>
    resource === 'vm' &&
    status === 'done' &&
    (action === 'stop' || action === 'remove') &&
    isRunning(statusOf.get(resourceId));
  for (const step of deployment.steps)
    if (step.status === 'running' || isUnseen(step)) running.set(`${step.resource}:${step.resourceId}`, step);
  return running;
}

function isRunning(status: VmStatus | undefined): boolean {
  return (runningVmStatuses as readonly (VmStatus | undefined)[]).includes(status);
}
