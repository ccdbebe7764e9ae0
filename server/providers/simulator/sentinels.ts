/**
 * Names of VMs that make the simulator fail, for tests of what is above it. A VM has a sentinel's behaviour if its name
 * is the sentinel or begins with the sentinel and a hyphen (`fail-start-2`).
 */
export const sentinels = {
  /** `ensureVm` fails always: NO_CAPACITY, a repeat does not help. */
  failDefine: 'fail-define',
  /** `startVm` fails always: VM_CRASHED, which a repeat could help. The VM is then `failed`. */
  failStart: 'fail-start',
  /** The first `startVm` of the VM fails with VM_CRASHED; the next succeed. */
  failOnceStart: 'fail-once-start',
  /** Booting takes `delays.slowBoot` instead of `delays.boot`. */
  slowStart: 'slow-start',
  /** Nothing in it ever accepts a connection: a gate that is a port never opens. */
  neverAnswers: 'never-answers',
  /** Dies by itself `delays.crash` after it runs, after each start. */
  crashAfterStart: 'crash-after-start',
  /** The first `stopVm` fails: UNAVAILABLE, which a repeat helps. */
  failOnceStop: 'fail-once-stop',
  /** The first `removeVm`, or `removeSlice` while the VM is there, fails: UNAVAILABLE, which a repeat helps. */
  failRemoveOnce: 'fail-remove-once',
} as const;
export type Sentinel = (typeof sentinels)[keyof typeof sentinels];

/** An image with this source is refused: IMAGE_INVALID. So is every `builtin:` but `builtin:tiny`. */
export const invalidImageSource = '/simulator/invalid';

/** Whether a VM of this name has the sentinel's behaviour. */
export function behavesAs(vmName: string, sentinel: Sentinel): boolean {
  return vmName === sentinel || vmName.startsWith(`${sentinel}-`);
}
