import { readFile, readdir, readlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { hasCode } from '#server/lib/error-code';
import { gatewayName, relayControl, relayName, type MachineName } from './qemu-args';

/** A running QEMU of this zone, or a relay. */
export interface FoundMachine {
  pid: number;
  sliceId: number;
  name: MachineName;
}

/**
 * The zone's running machines, by what the kernel says of every process: a QEMU, or a relay, whose working directory is one of the
 * zone's slice folders (also a deleted one) and whose command line names its monitor, or its control socket. No file can be stale or missing
 * for this, and the machines of another zone or installation are never taken for ours.
 * @param root the zone's folder, without symbolic links
 */
export async function findMachines(root: string): Promise<FoundMachine[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map((pid) => identify(pid, root)));
  return found.filter((machine) => machine !== null);
}

/** A process that works in a slice's folder and that this server has not started. */
export interface Stranger {
  pid: number;
  sliceId: number;
  /** In whose folder it is, or which its command line names; null: the slice's. */
  machine: MachineName | null;
  /** What it is called, without what cannot be printed. */
  program: string;
}

/**
 * All processes in folders of the zone's slices but this server's children. Machines that a former server started are among them: whoever asks
 * knows those. Only what this user may look at can be seen.
 * @param root the zone's folder, without symbolic links
 */
export async function findStrangers(root: string): Promise<Stranger[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map((pid) => strangerOf(pid, root)));
  return found.filter((stranger) => stranger !== null);
}

async function strangerOf(pid: number, root: string): Promise<Stranger | null> {
  try {
    const folder = (await readlink(`/proc/${pid}/cwd`)).replace(/ \(deleted\)$/, '');
    if (!folder.startsWith(`${root}/s`)) return null;
    const place = /^s(\d+)(?:\/([vn]\d+|gw))?(?:\/|$)/.exec(folder.slice(root.length + 1));
    if (!place) return null;
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    // a zombie has let go of everything; what this server has started are machines, and tools at work for it
    if (/^State:\s+[ZX]/m.test(status) || (await isBelowUs(status))) return null;
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8');
    const [named] = /(?<![\w.-])(?:[vn]\d+|gw)(?=\/)/.exec(command) ?? [];
    const program = basename(command.split('\0', 1)[0] ?? '')
      .replaceAll(/[^\x20-\x7e]/g, '?')
      .slice(0, 60);
    return { pid, sliceId: Number(place[1]), machine: machineIn(place[2] ?? named), program: program || '?' };
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ESRCH', 'EACCES', 'EPERM')) return null;
    throw error;
  }
}

/** Whether this process has started it, itself or by others in turn. @param status of the process, as `/proc` has it */
async function isBelowUs(status: string): Promise<boolean> {
  const parent = Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1] ?? 0);
  if (parent <= 1) return parent === process.pid;
  return parent === process.pid || isBelowUs(await readFile(`/proc/${parent}/status`, 'utf8'));
}

function machineIn(name: string | undefined): MachineName | null {
  if (name === undefined || name === gatewayName) return name ?? null;
  const id = Number(name.slice(1));
  return name.startsWith('v') ? `v${id}` : `n${id}`;
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
  if (commandLine.includes(`\0${relayControl}\0`) && /^[^\0]*\0[^\0]*\/relay-[\da-f]+\.mjs\0/.test(commandLine))
    return relayName;
  // the two programs before it become it: they limit what it may do
  const match =
    /^(?:env\0[^\0]*\0)?(?:prlimit\0[^\0]*\0)?[^\0]*qemu-system-[^\0]*\0(?:.*\0)?socket,id=qmp,path=([vn]\d+|gw)\/qmp\.sock,/s.exec(
      commandLine,
    );
  return machineIn(match?.[1]);
}

/** The slice whose folder the working directory is. */
export function sliceIdOf(workingDirectory: string, root: string): number | null {
  const path = workingDirectory.replace(/ \(deleted\)$/, '');
  if (!path.startsWith(`${root}/`)) return null;
  const match = /^s(\d+)$/.exec(path.slice(root.length + 1));
  return match ? Number(match[1]) : null;
}
