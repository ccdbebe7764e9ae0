import type { Resources } from '#shared/primitives';
import type { Capabilities, VmLimits } from '#shared/zone';

/** What a zone of the simulator has unless a test says otherwise. */
export const defaultPhysical: Resources = { vcpus: 64, ramMb: 256 * 1024, diskGb: 4096 };
export const defaultVmLimits: VmLimits = {
  nics: 24,
  vcpus: { min: 1, max: 1024 },
  ramMb: { min: 1, max: 16 * 1024 * 1024 },
  diskGb: { min: 0, max: 1024 * 1024 },
};

const ok = { ok: true, reason: null } as const;
/** It pretends to be able to do all. */
export const everything: Capabilities = {
  run: ok,
  internet: ok,
  internetRate: ok,
  portForwards: ok,
  disks: ok,
  extraDisks: ok,
  serialConsole: ok,
  graphics: ok,
  suspend: ok,
  snapshot: ok,
  impair: ok,
  dhcp: ok,
  crossSlice: ok,
  exec: ok,
};
