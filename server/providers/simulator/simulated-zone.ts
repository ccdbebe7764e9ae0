import type { Resources } from '#shared/primitives';
import { allCapabilities, type Capabilities, type VmLimits } from '#shared/zone';

/** What a zone of the simulator has unless a test says otherwise. */
export const defaultPhysical: Resources = { vcpus: 64, ramMb: 256 * 1024, diskGb: 4096 };
export const defaultVmLimits: VmLimits = {
  nics: 24,
  vcpus: { min: 1, max: 1024 },
  ramMb: { min: 1, max: 16 * 1024 * 1024 },
  diskGb: { min: 0, max: 1024 * 1024 },
};

/** It pretends to be able to do all. */
export const everything: Capabilities = allCapabilities({ ok: true, reason: null });
