import { readFile } from 'node:fs/promises';

/** What `/proc` counts processor time in, whatever the kernel's own tick: USER_HZ, https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const ticksPerSecond = 100;

/** Seconds of the host's processors that a process has used, for itself and in the kernel; null if it is gone. */
export async function processorSeconds(pid: number): Promise<number | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  return stat === null ? null : secondsIn(stat);
}

/** Of a line of `/proc/PID/stat`: fields 14 and 15. The second one, the name, may have anything in it. */
export function secondsIn(stat: string): number | null {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return Number.isFinite(ticks) ? ticks / ticksPerSecond : null;
}
