import { readFile } from 'node:fs/promises';
import type { MachineUsage } from '../provider';
import { ticksPerSecond } from './process-figures';

/** What this machine uses in all, by `/proc`; null where it does not say. */
export async function machineFigures(): Promise<MachineUsage | null> {
  const texts = await Promise.all([readFile('/proc/stat', 'utf8'), readFile('/proc/meminfo', 'utf8')]).catch(
    () => null,
  );
  if (texts === null) return null;
  const [processors, memory] = [processorsIn(texts[0]), memoryIn(texts[1])];
  return processors === null || memory === null ? null : { ...processors, ...memory };
}

/**
 * Of `/proc/stat` (https://man7.org/linux/man-pages/man5/proc_stat.5.html): how many processors there are, and for how long all together have worked:
 * in user mode, also at low priority, in the kernel and for interrupts. Neither what waits for disks counts, nor what a hypervisor has kept to itself.
 */
export function processorsIn(stat: string): Pick<MachineUsage, 'processors' | 'cpuSeconds'> | null {
  const [user, nice, system, _idle, _wait, interrupts, softInterrupts] = (/^cpu +(.*)$/m.exec(stat)?.[1] ?? '')
    .split(' ')
    .map(Number);
  const ticks = [user, nice, system, interrupts, softInterrupts].reduce<number>(
    (sum, part) => sum + (part ?? Number.NaN),
    0,
  );
  const processors = stat.match(/^cpu\d+ /gm)?.length ?? 0;
  return Number.isFinite(ticks) && processors > 0 ? { processors, cpuSeconds: ticks / ticksPerSecond } : null;
}

/** Of `/proc/meminfo`, in MiB: what could not be given to a process that asks for it, and all that there is. */
export function memoryIn(meminfo: string): Pick<MachineUsage, 'memoryMb' | 'totalMemoryMb'> | null {
  const mbOf = (name: string) => {
    const kib = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(meminfo)?.[1];
    return kib === undefined ? null : Number(kib) / 1024;
  };
  const [total, available] = [mbOf('MemTotal'), mbOf('MemAvailable')];
  return total === null || available === null
    ? null
    : { memoryMb: Math.max(0, total - available), totalMemoryMb: Math.floor(total) };
}
