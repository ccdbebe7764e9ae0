import { limits } from '../limits';
import type { Level } from '../scopes';
import type { SliceStatus, VmDesired } from '../slice-status';

/** The operations of this version. */
export const deploymentKinds = [
  'deploy',
  'update',
  'start',
  'stop',
  'reboot',
  'suspend',
  'resume',
  'snapshot',
  'restore',
  'heal',
  'destroy',
] as const;
export type DeploymentKind = (typeof deploymentKinds)[number];

/** Operations that can be asked for on many slices at once. */
export const bulkKinds = ['start', 'stop', 'destroy'] as const satisfies readonly DeploymentKind[];
export type BulkKind = (typeof bulkKinds)[number];

/** Decisions from which operations follow that nobody asks for at that moment, as the actions of the log that name them. */
export const systemReasons = [
  'slices.set-restart',
  'slices.set-heal',
  'users.delete',
  'leases.set',
  'schedules.add',
  'line.join',
  'idle.set',
  'links.schedule',
  'links.chaos',
] as const;
export type SystemReason = (typeof systemReasons)[number];
/** Those of operations that are steps of a run of link changes: there are many, and the run says itself what becomes of them. */
export const runReasons = ['links.schedule', 'links.chaos'] as const satisfies readonly SystemReason[];

/**
 * What is wanted of a VM from when an operation begins: a state; what was wanted before; (`restored`) that it runs, but
 * for what was stopped on purpose in a slice that is brought back to what was asked for; that what should run is kept with its
 * memory (`kept`), or what is kept so runs (`resumed`); what was wanted when a snapshot was taken (`asInSnapshot`).
 */
type Want = VmDesired | 'asBefore' | 'restored' | 'kept' | 'resumed' | 'asInSnapshot';

/** What is done to all VMs of a slice at one instant. */
export type WholeAct = 'suspend' | 'resume' | 'snapshot' | 'restore';

interface Operation {
  /**
   * What it takes of who asks for it. What is shared to be operated, and a token to operate with, can do the ones that
   * neither make nor unmake.
   */
  level: Level;
  /** Statuses of the slice in which it may begin. */
  from: readonly SliceStatus[];
  /** What the slice is called while it runs; null leaves the status as it is. */
  during: SliceStatus | null;
  /**
   * What the slice becomes. `observed`: what the provider reports afterwards, see `observedStatus`. `draft`: only if
   * nothing is left of it; what was there before stays, and the status is the observed one then. `observed` of what failed or was
   * cancelled: what is there now is what is wanted from then on.
   */
  ends: {
    succeeded: SliceStatus | 'observed';
    failed: SliceStatus | 'observed';
    cancelled: SliceStatus | 'observed';
  };
  /** Of each VM when it is aimed at the whole slice, and of the one that it is aimed at; null: it cannot be. */
  wants: { slice: Want; vm: Want | null };
  /**
   * Which networks and links it brings up: all of the slice, and away with what is no longer of it; those that the VMs
   * need which it starts; none.
   */
  builds: 'everything' | 'needed' | 'nothing';
  /** A VM that runs already is taken down and up again. */
  restarts: boolean;
  /** What it does to the slice as a whole, at one instant; null: it acts on VMs, networks and links one by one. */
  whole: WholeAct | null;
  /** VMs may run after it that did not before: refused over the owner's quota. */
  takesQuota: boolean;
  /** It takes of the zone what the slice does not hold yet: refused where that is not free. */
  takesCapacity: boolean;
  /** It acts on VMs that are there and leaves out the others; without it they are made. */
  needsVm: boolean;
  /** It may be given another topology, which becomes the slice's when it begins. */
  changesTopology: boolean;
  /** Its steps can be taken back: who asks for it may have that done when it fails. */
  rollsBack?: true;
  /** Where its zone is full but will not stay so, it may wait in line for room. */
  waitsForRoom?: true;
  /** Never refused for what is under way, but takes over from it; a second one is the first one. */
  supersedes: boolean;
}

/**
 * The lifecycle as data, one row for each operation. Planner, guard, runner, command line and browser read it, so that a
 * new operation is a row here and, where it needs one, a new step.
 */
export const operations = {
  deploy: {
    level: 'manage',
    from: ['draft', 'failed', 'degraded'],
    during: 'deploying',
    ends: { succeeded: 'observed', failed: 'failed', cancelled: 'draft' },
    wants: { slice: 'restored', vm: null },
    builds: 'everything',
    restarts: false,
    whole: null,
    takesQuota: true,
    takesCapacity: true,
    needsVm: false,
    changesTopology: false,
    rollsBack: true,
    waitsForRoom: true,
    supersedes: false,
  },
  update: {
    level: 'manage',
    from: ['draft', 'active', 'degraded', 'stopped', 'failed'],
    // what is there goes on as it is meanwhile; a draft stays one, its drawing only changes
    during: null,
    ends: { succeeded: 'observed', failed: 'failed', cancelled: 'observed' },
    wants: { slice: 'asBefore', vm: null },
    builds: 'everything',
    restarts: false,
    whole: null,
    takesQuota: true,
    takesCapacity: true,
    needsVm: false,
    changesTopology: true,
    supersedes: false,
  },
  start: {
    level: 'operate',
    from: ['active', 'degraded', 'stopped', 'failed'],
    during: null,
    ends: { succeeded: 'observed', failed: 'failed', cancelled: 'observed' },
    wants: { slice: 'running', vm: 'running' },
    builds: 'needed',
    restarts: false,
    whole: null,
    takesQuota: true,
    takesCapacity: false,
    needsVm: false,
    changesTopology: false,
    rollsBack: true,
    supersedes: false,
  },
  stop: {
    level: 'operate',
    // of what is suspended the memory is given up
    from: ['active', 'degraded', 'stopped', 'suspended', 'failed'],
    during: null,
    ends: { succeeded: 'observed', failed: 'failed', cancelled: 'observed' },
    wants: { slice: 'stopped', vm: 'stopped' },
    builds: 'nothing',
    restarts: false,
    whole: null,
    takesQuota: false,
    takesCapacity: false,
    needsVm: true,
    changesTopology: false,
    supersedes: false,
  },
  reboot: {
    level: 'operate',
    // a failed reboot can be taken up again
    from: ['active', 'degraded', 'failed'],
    during: null,
    ends: { succeeded: 'observed', failed: 'failed', cancelled: 'observed' },
    wants: { slice: 'asBefore', vm: 'running' },
    builds: 'needed',
    restarts: true,
    whole: null,
    takesQuota: true,
    takesCapacity: false,
    needsVm: false,
    changesTopology: false,
    supersedes: false,
  },
  // what runs is kept with its memory: nothing runs then
  suspend: {
    level: 'operate',
    from: ['active', 'degraded', 'failed'],
    during: null,
    ends: { succeeded: 'observed', failed: 'observed', cancelled: 'observed' },
    wants: { slice: 'kept', vm: null },
    builds: 'nothing',
    restarts: false,
    whole: 'suspend',
    takesQuota: false,
    takesCapacity: false,
    needsVm: true,
    changesTopology: false,
    supersedes: false,
  },
  resume: {
    level: 'operate',
    from: ['suspended', 'degraded', 'failed'],
    during: null,
    ends: { succeeded: 'observed', failed: 'observed', cancelled: 'observed' },
    wants: { slice: 'resumed', vm: null },
    builds: 'nothing',
    restarts: false,
    whole: 'resume',
    takesQuota: true,
    takesCapacity: false,
    needsVm: true,
    changesTopology: false,
    supersedes: false,
  },
  snapshot: {
    level: 'manage',
    from: ['active', 'degraded', 'stopped', 'suspended', 'failed'],
    during: null,
    ends: { succeeded: 'observed', failed: 'observed', cancelled: 'observed' },
    wants: { slice: 'asBefore', vm: null },
    builds: 'nothing',
    restarts: false,
    whole: 'snapshot',
    takesQuota: true,
    takesCapacity: false,
    needsVm: true,
    changesTopology: false,
    supersedes: false,
  },
  // one that failed half-way has VMs of before and of then: it is taken up again, or what was before is restored
  restore: {
    level: 'manage',
    from: ['active', 'degraded', 'stopped', 'suspended', 'failed'],
    during: null,
    ends: { succeeded: 'observed', failed: 'failed', cancelled: 'observed' },
    wants: { slice: 'asInSnapshot', vm: null },
    builds: 'nothing',
    restarts: false,
    whole: 'restore',
    takesQuota: true,
    takesCapacity: false,
    needsVm: true,
    changesTopology: false,
    supersedes: false,
  },
  heal: {
    level: 'operate',
    from: ['active', 'degraded', 'failed'],
    during: null,
    // one that failed leaves what it was to heal
    ends: { succeeded: 'observed', failed: 'observed', cancelled: 'observed' },
    wants: { slice: 'asBefore', vm: null },
    builds: 'needed',
    restarts: false,
    whole: null,
    takesQuota: true,
    takesCapacity: false,
    needsVm: false,
    changesTopology: false,
    supersedes: false,
  },
  destroy: {
    level: 'manage',
    from: ['draft', 'deploying', 'active', 'degraded', 'stopped', 'suspended', 'failed', 'destroying'],
    during: 'destroying',
    ends: { succeeded: 'destroyed', failed: 'failed', cancelled: 'failed' },
    wants: { slice: 'absent', vm: null },
    builds: 'nothing',
    restarts: false,
    whole: null,
    takesQuota: false,
    takesCapacity: false,
    needsVm: true,
    changesTopology: false,
    supersedes: true,
  },
} as const satisfies Record<DeploymentKind, Operation>;

/** The row of an operation, as wide as the table's type: for whoever is not about one operation in particular. */
export function operationOf(kind: DeploymentKind): Operation {
  return operations[kind];
}

/** An operation that may be aimed at one VM. */
export type VmDeploymentKind = {
  [Kind in DeploymentKind]: (typeof operations)[Kind]['wants']['vm'] extends null ? never : Kind;
}[DeploymentKind];

/** Whether an operation may be aimed at one VM. */
export function aimsAtVm(kind: DeploymentKind): kind is VmDeploymentKind {
  return operationOf(kind).wants.vm !== null;
}

/** Whether a failure of the operation can be followed by taking back what it did. */
export function canRollBack(kind: DeploymentKind): boolean {
  return operationOf(kind).rollsBack === true;
}

/** Whether the operation may wait in line while its zone is full. */
export function canWaitForRoom(kind: DeploymentKind): boolean {
  return operationOf(kind).waitsForRoom === true;
}

/** Whether a plan's problem is over when others make room: who waits in line waits for just that. */
export const passesWithRoom = ({ code }: { code: string }): boolean => code === 'NO_CAPACITY' || code === 'ROOM_KEPT';

/** Whether an operation keeps the memory of what runs, which takes its room; to go back to a snapshot, what is there is kept first. */
export const keepsWhatRuns = (kind: DeploymentKind) => !['resume', null].includes(operationOf(kind).whole);
/** Whether an operation takes a snapshot, which may be given a name, and whether it needs one to go back to. */
export const takesSnapshot = (kind: DeploymentKind) => operationOf(kind).whole === 'snapshot';
export const needsSnapshot = (kind: DeploymentKind) => operationOf(kind).whole === 'restore';

/** Whether nothing is left of a slice after the operation: what is asked twice before it is done. */
export function removesSlice(kind: DeploymentKind): boolean {
  return operationOf(kind).wants.slice === 'absent';
}

/**
 * What an operation wants from now on of a VM of which `desired` was wanted; `ofVm`: it is aimed at this one alone. `inSnapshot`: what
 * was wanted of it when the snapshot that it goes back to was taken.
 */
export function desiredAfter(
  kind: DeploymentKind,
  vm: { desired: VmDesired; ofVm: boolean; sliceStatus: SliceStatus; inSnapshot?: VmDesired | undefined },
): VmDesired {
  const { wants } = operationOf(kind);
  const want = (vm.ofVm ? wants.vm : null) ?? wants.slice;
  if (want === 'asBefore') return vm.desired;
  if (want === 'kept') return vm.desired === 'running' ? 'suspended' : vm.desired;
  if (want === 'resumed') return vm.desired === 'suspended' ? 'running' : vm.desired;
  if (want === 'asInSnapshot') return vm.inSnapshot ?? vm.desired;
  if (want === 'restored') return vm.sliceStatus === 'degraded' && vm.desired === 'stopped' ? 'stopped' : 'running';
  return want;
}

/** Why an operation may not begin now, or null if it may. */
export type Refusal = { code: 'SLICE_BUSY' } | { code: 'INVALID_TRANSITION'; status: SliceStatus };

/** What is under way in a slice or waits for it: of each live deployment the VM that it is aimed at, null for the whole slice. */
export type Underway = readonly (number | null)[];

/** The guard, for an operation on the whole slice or on the VM `vmId`. */
export function refusal(
  kind: DeploymentKind,
  status: SliceStatus,
  underway: Underway,
  vmId: number | null = null,
): Refusal | null {
  const { from, supersedes } = operationOf(kind);
  if (!from.includes(status)) return { code: 'INVALID_TRANSITION', status };
  return underway.length === 0 || supersedes || mayWait(vmId, underway) ? null : { code: 'SLICE_BUSY' };
}

/**
 * Whether an operation may queue behind what is under way: on one VM, behind such on other VMs. What these do to their VMs does
 * not change what it plans for its own. On the same VM it would: a start planned while a stop goes on finds nothing to do.
 */
function mayWait(vmId: number | null, underway: Underway): boolean {
  const areOthers = underway.every((other) => other !== null && other !== vmId);
  return vmId !== null && areOthers && underway.length < limits.operationsPerSlice;
}
