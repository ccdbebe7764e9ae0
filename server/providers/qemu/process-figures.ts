import { readFile } from 'node:fs/promises';

/** What `/proc` counts processor time in, whatever the kernel's own tick: USER_HZ, https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
export const ticksPerSecond = 100;

interface ProcessFigures {
  /** Of the host's processors, for itself and in the kernel. */
  cpuSeconds: number;
  /** Of the host's memory that it holds now (`VmRSS`), in MiB. */
  memoryMb: number;
  /** In ticks after the host's start, whatever its clock is set to: another process of the same number began later. */
  startedAt: number;
}

/** What a process has used; null if it is gone. */
export async function processFigures(pid: number): Promise<ProcessFigures | null> {
  const texts = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readFile(`/proc/${pid}/status`, 'utf8'),
  ]).catch(() => null);
  if (texts === null) return null;
  const [times, memoryMb] = [timesIn(texts[0]), residentIn(texts[1])];
  // a zombie has no memory any more
  return times === null || memoryMb === null ? null : { ...times, memoryMb };
}

/** Of a line of `/proc/PID/stat`: fields 14, 15 and 22. The second one, the name, may have anything in it. */
export function timesIn(stat: string): Pick<ProcessFigures, 'cpuSeconds' | 'startedAt'> | null {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [ticks, startedAt] = [Number(fields[11]) + Number(fields[12]), Number(fields[19])];
  return Number.isFinite(ticks) && Number.isFinite(startedAt)
    ? { cpuSeconds: ticks / ticksPerSecond, startedAt }
    : null;
}

/** MiB, of `/proc/PID/status`; null where it says none. */
export function residentIn(status: string): number | null {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kib === undefined ? null : Number(kib) / 1024;
}
