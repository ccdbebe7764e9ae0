import type { TopologyParts } from '#shared/topology/schema';
import type { SettingsOf } from '#shared/zone-settings';
import type { InternetLimits, SliceRef } from '../provider';
import type { Accelerator } from './qemu-args';
import type { VmUsers } from './vm-users';

/** A distribution's first boot without KVM is minutes of work of a processor that others want too. Less than a step may take. */
export const bootTimeoutsMs = { kernel: 300_000, disk: 720_000 };

export interface QemuProviderOptions {
  /** The zone's folder, e.g. `.trama/zones/1`. Only one server may use it at a time. */
  root: string;
  /** Prepared images, shared by zones. */
  imagesRoot: string;
  /** Whom QEMU runs as. See `chooseVmUsers()`. */
  users: VmUsers;
  /** VMs that boot at once where the settings do not say it; default: the number of processors. */
  launchLimit?: number;
  settings?: SettingsOf<'qemu'>;
  accel?: Accelerator | 'auto';
  /** How long a guest may take to report that it has booted. Default: {@link bootTimeoutsMs}. */
  bootTimeoutMs?: number;
  /** How often each process is asked whether it answers. Default 10 seconds. */
  askAgainMs?: number;
  /** The program, with its arguments, by which others are run in the network that guests are let out by; default: the server's own. */
  internetWithin?: readonly string[];
  /** What the guests of a slice may have of the internet; default: all. */
  internetLimits?: (slice: SliceRef) => Promise<InternetLimits>;
  /** With the properties that a test states. */
  parts?: TopologyParts;
  log?: (message: string, details?: Record<string, unknown>) => void;
}
