import { statfs } from 'node:fs/promises';
import { availableParallelism, networkInterfaces, totalmem } from 'node:os';
import { runCommand } from '#server/lib/run-command';
import { asReason, asValue, say, type Said } from '#shared/sentence';
import type { Capability } from '#shared/zone';
import type { ZoneDescription } from '../provider';
import { notOfThisHost } from './host-ports';
import { maxDiskGb } from './images/disk';
import { nicSlots, qemuProgram } from './qemu-args';
import { canRelay } from './relay/program';
import type { VmUsers } from './vm-users';

/** The programs that the provider needs: their first line of `--version`, or null where they are not installed. */
export interface InstalledTools {
  qemu: string | null;
  qemuImg: string | null;
  genisoimage: string | null;
}

export async function findTools(): Promise<InstalledTools> {
  const version = (program: string) =>
    runCommand(program, ['--version'], { timeoutMs: 10_000 }).then(
      ({ stdout, stderr }) => (stdout || stderr).split('\n')[0] ?? '',
      () => null,
    );
  const [qemu, qemuImg, genisoimage] = await Promise.all([qemuProgram, 'qemu-img', 'genisoimage'].map(version));
  return { qemu: qemu ?? null, qemuImg: qemuImg ?? null, genisoimage: genisoimage ?? null };
}

const ok = { ok: true, reason: null } as const;
const cannot = (said: Said) => ({ ok: false, ...asReason(said) });
const install = (tool: string, packages: string) => cannot(say('TOOL_MISSING', { tool, packages }));

/** Of QEMU's machine `pc`. */
const maxVcpus = 255;

/** The machine as it is, and what can be done on it. */
export async function describeZone(zone: {
  root: string;
  tools: InstalledTools;
  accelerator: Said;
  launchLimit: number;
  forwardAddress: string;
  users: VmUsers;
  /** Whether gateways to the internet can be started, and slow ones; asked for where QEMU is there. */
  internet: () => Promise<{ any: Capability; slow: Capability }>;
}): Promise<ZoneDescription> {
  const { tools } = zone;
  const disk = await statfs(zone.root);
  const room = roomOf(disk.bavail * disk.bsize);
  const qemu = tools.qemu === null ? install('QEMU', 'qemu-system-x86 qemu-utils') : room.capability;
  const qemuImg = tools.qemuImg === null ? install('qemu-img', 'qemu-utils') : qemu;
  const disks = tools.qemuImg !== null && tools.genisoimage === null ? install('genisoimage', 'genisoimage') : qemuImg;
  const relayed = (await canRelay()) ? qemu : cannot(say('LINK_RELAY_IMPOSSIBLE'));
  const internet = qemu.ok ? await zone.internet() : { any: qemu, slow: qemu };
  return {
    physical: {
      vcpus: availableParallelism(),
      ramMb: Math.floor(totalmem() / 2 ** 20),
      diskGb: Math.floor((disk.blocks * disk.bsize) / 2 ** 30),
    },
    capabilities: {
      run: qemu,
      internet: internet.any,
      internetRate: internet.slow,
      portForwards: isOfThisHost(zone.forwardAddress) ? qemu : cannot(notOfThisHost(zone.forwardAddress)),
      disks,
      extraDisks: qemuImg,
      serialConsole: qemu,
      graphics: qemu,
      suspend: qemu,
      // disks have their part of a snapshot in themselves
      snapshot: qemuImg,
      impair: relayed,
      // its server is in the process of the relay
      dhcp: relayed,
      crossSlice: qemu,
      exec: qemu,
    },
    vmLimits: {
      nics: nicSlots,
      vcpus: { min: 1, max: maxVcpus },
      // less does not boot any kernel that is in use; more than the machine has cannot be given to one guest
      ramMb: { min: 32, max: Math.floor(totalmem() / 2 ** 20) },
      diskGb: { min: 0, max: maxDiskGb },
    },
    facts: [
      { name: 'Accelerator', ...asValue(zone.accelerator) },
      {
        name: 'QEMU',
        ...(tools.qemu === null
          ? asValue(say('NOT_INSTALLED'))
          : { value: tools.qemu.replace(/^QEMU emulator version /, '') }),
      },
      { name: 'Free on disk', value: room.text },
      { name: 'Launch limit', value: String(zone.launchLimit) },
      { name: 'Forwards listen on', value: zone.forwardAddress },
      {
        name: 'VMs run as',
        ...asValue(usersInWords(zone.users)),
      },
    ],
    observedAt: new Date(),
  };
}

/** Whether something can listen on the address: all of 127.0.0.0/8 is loopback, 0.0.0.0 every address. */
function isOfThisHost(address: string): boolean {
  if (address === '0.0.0.0' || address.startsWith('127.')) return true;
  return Object.values(networkInterfaces()).some((own) => own?.some((one) => one.address === address));
}

/** Less than this is not begun with: a VM's records, sockets, logs and the first writes to its disk need it. */
const leastFreeBytes = 64 * 2 ** 20;

/** What the file system really has left, whatever the zone may promise; and whether a VM can be run with it. */
export function roomOf(freeBytes: number): { text: string; capability: Capability } {
  const mb = Math.floor(freeBytes / 2 ** 20);
  const text = mb < 1024 ? `${mb} MiB` : `${(mb / 1024).toFixed(1)} GiB`;
  if (freeBytes >= leastFreeBytes) return { text, capability: ok };
  return { text, capability: cannot(say('DISK_FULL_FREE', { free: text })) };
}

function usersInWords(users: VmUsers): Said {
  if (users.kind === 'server') return say('RUN_AS_SERVER');
  if (users.kind === 'shared') return say('RUN_AS_SHARED', { uid: users.user.uid });
  const { first, count } = users.range;
  return say('RUN_AS_OWN', { first, last: first + count - 1 });
}
