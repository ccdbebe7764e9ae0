import type { EdgeStatus, SliceStatus, VmDesired, VmStatus } from '../slice-status';

/** Observed statuses that are as each desired state asks for. */
const fulfilling = {
  absent: ['absent'],
  stopped: ['stopped'],
  running: ['running'],
  suspended: ['suspended'],
} as const satisfies Record<VmDesired, readonly VmStatus[]>;

/** Whether a VM is as it is wanted. The one place where the two are compared: their words need not be the same. */
export function isAsDesired({ desired, status }: { desired: VmDesired; status: VmStatus }): boolean {
  const statuses: readonly VmStatus[] = fulfilling[desired];
  return statuses.includes(status);
}

/** Whether a VM is as it is wanted, and nothing is wrong with it besides, as that its image is gone. */
export function isSound(vm: { desired: VmDesired; status: VmStatus; error?: string | null }): boolean {
  return isAsDesired(vm) && (vm.error ?? null) === null;
}

/** What one wants who wants a VM as it is; null where nobody can say how it is. */
export function desiredLike(status: VmStatus): VmDesired | null {
  switch (status) {
    case 'starting':
    case 'running':
    case 'notResponding':
      return 'running';
    case 'suspended':
      return 'suspended';
    case 'unknown':
      return null;
    case 'absent':
    case 'stopped':
    case 'paused':
    case 'failed':
      return 'stopped';
  }
}

/**
 * What a link is to who uses it, of what is observed: a NIC has carrier as soon as its VM's process runs, but nobody hears
 * anything through it before the guests that it joins (one, or two) have booted.
 */
export function linkStatus(observed: EdgeStatus, joined: readonly (VmStatus | undefined)[]): EdgeStatus {
  return observed === 'up' && !joined.every((vm) => vm === 'running') ? 'down' : observed;
}

/**
 * Whether a link is not up though the VMs that it joins (one, or two) all run; its network's process may be dead. `down`: it is not
 * meant to be up.
 */
export function isBroken(
  { status, down }: { status: EdgeStatus; down?: boolean | undefined },
  joined: readonly (VmStatus | undefined)[],
): boolean {
  return status !== 'up' && !(down === true && status === 'down') && joined.every((vm) => vm === 'running');
}

/**
 * A slice's status from its VMs, when no operation is under way: all as desired → `active` (or, if none is desired to run,
 * `suspended` where one is kept with its memory, else `stopped`), anything else → `degraded`, also a link that is not up though the VMs that it joins run. A slice
 * without VMs is `active`.
 */
export function observedStatus(
  vms: readonly { desired: VmDesired; status: VmStatus; error?: string | null }[],
  edges: readonly { broken: boolean }[] = [],
): Extract<SliceStatus, 'active' | 'stopped' | 'suspended' | 'degraded'> {
  if (!vms.every(isSound) || edges.some((edge) => edge.broken)) return 'degraded';
  if (vms.length === 0 || vms.some(({ desired }) => desired !== 'stopped' && desired !== 'suspended')) return 'active';
  return vms.some(({ desired }) => desired === 'suspended') ? 'suspended' : 'stopped';
}
