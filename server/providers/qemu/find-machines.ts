import { readFile, readdir, readlink } from 'node:fs/promises';
import { hasCode } from '#server/lib/error-code';
import type { MachineName } from './qemu-args';

/** A running QEMU of this zone. */
export interface FoundMachine {
  pid: number;
  sliceId: number;
  name: MachineName;
}

/**
 * The zone's running machines, by what the kernel says of every process: a QEMU whose working directory is one of the
 * zone's slice folders (also a deleted one) and whose command line names its monitor. No file can be stale or missing
 * for this, and the machines of another zone or installation are never taken for ours.
 * @param root the zone's folder, without symbolic links
 */
export async function findMachines(root: string): Promise<FoundMachine[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map((pid) => identify(pid, root)));
  return found.filter((machine) => machine !== null);
}

/** Whether the process is still there and still this machine, not another one with its number. */
export async function isMachine(machine: FoundMachine, root: string): Promise<boolean> {
  const now = await identify(machine.pid, root);
  return now?.sliceId === machine.sliceId && now.name === machine.name;
}

async function identify(pid: number, root: string): Promise<FoundMachine | null> {
  try {
    const name = machineNameOf(await readFile(`/proc/${pid}/cmdline`, 'utf8'));
    if (name === null) return null;
    const sliceId = sliceIdOf(await readlink(`/proc/${pid}/cwd`), root);
    return sliceId === null ? null : { pid, sliceId, name };
  } catch (error) {
    // gone meanwhile, or somebody else's
    if (hasCode(error, 'ENOENT', 'ESRCH', 'EACCES', 'EPERM')) return null;
    throw error;
  }
}

/** The machine that a command line, as `/proc` shows it, belongs to. A zombie has an empty one. */
export function machineNameOf(commandLine: string): MachineName | null {
  // the two programs before it become it: they limit what it may do
  const match =
    /^(?:env\0[^\0]*\0)?(?:prlimit\0[^\0]*\0)?[^\0]*qemu-system-[^\0]*\0(?:.*\0)?socket,id=qmp,path=([vn])(\d+)\/qmp\.sock,/s.exec(
      commandLine,
    );
  if (!match) return null;
  return match[1] === 'v' ? `v${Number(match[2])}` : `n${Number(match[2])}`;
}

/** The slice whose folder the working directory is. */
export function sliceIdOf(workingDirectory: string, root: string): number | null {
  const path = workingDirectory.replace(/ \(deleted\)$/, '');
  if (!path.startsWith(`${root}/`)) return null;
  const match = /^s(\d+)$/.exec(path.slice(root.length + 1));
  return match ? Number(match[1]) : null;
}
