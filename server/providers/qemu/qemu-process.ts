import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { readFile, rm, type FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode } from '#server/lib/error-code';
import { searchPath } from '#server/lib/run-command';
import { ProviderError } from '#server/lib/provider-error';
import { say, together } from '#shared/sentence';
import { findMachines, isMachine, type FoundMachine } from './find-machines';
import { monitorSocket, qemuProgram, type MachineName } from './qemu-args';
import { QmpClient, type QmpHandlers } from './qmp-client';
import { createLog, readLogTail } from './bounded-log';
import type { RunAs } from '#server/lib/unprivileged-user';
import type { ZoneFolder } from './zone-folder';

const notInstalled = say('TOOL_MISSING', { tool: 'QEMU', packages: 'qemu-system-x86 qemu-utils' });

/**
 * Starts a QEMU that outlives the server: its own session, its output to `NAME.log`, its working directory the slice's
 * folder, its user the slice's. (The directory is changed before the user is, so it may lie where that user cannot go.)
 * No file of it grows beyond `fileLimit` bytes: see `bounded-log.ts`. `inherits` is its file descriptor 3. `through`: the programs that
 * start it in turn, the first of which becomes the slice's user itself; QEMU is a process below them.
 */
export async function spawnMachine(
  folder: ZoneFolder,
  sliceId: number,
  name: MachineName,
  args: readonly string[],
  fileLimit: number,
  { inherits = null, through = [] }: { inherits?: FileHandle | null; through?: readonly string[] } = {},
): Promise<FoundMachine> {
  const runAs = through.length === 0 ? await folder.userOf(sliceId) : null;
  return spawnProgram(folder, { sliceId, name }, { program: qemuProgram, args, runAs, fileLimit, inherits, through });
}

/** As {@link spawnMachine}, any program. `runAs` null: as the server, to become somebody else by itself. */
export async function spawnProgram(
  folder: ZoneFolder,
  { sliceId, name }: Pick<FoundMachine, 'sliceId' | 'name'>,
  start: {
    program: string;
    args: readonly string[];
    runAs: RunAs | null;
    fileLimit: number;
    inherits?: FileHandle | null;
    through?: readonly string[];
  },
): Promise<FoundMachine> {
  const { program, args, fileLimit, inherits = null, through = [] } = start;
  const logPath = `${folder.machinePath(sliceId, name)}.log`;
  await rm(logPath, { force: true });
  const log = await createLog(logPath, fileLimit, null);
  try {
    const limited = ['--ignore-signal=XFSZ', 'prlimit', `--fsize=${fileLimit}:${fileLimit}`, ...through, program];
    const child = spawn('env', [...limited, ...args], {
      cwd: folder.slicePath(sliceId),
      detached: true,
      stdio: ['ignore', log.fd, log.fd, ...(inherits === null ? [] : [inherits.fd])],
      env: { PATH: searchPath(), LC_ALL: 'C.UTF-8' },
      ...start.runAs,
    });
    const pid = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('spawn', () => (child.pid === undefined ? reject(new Error('No process id')) : resolve(child.pid)));
    });
    child.unref();
    const ended = () => child.exitCode !== null || child.signalCode !== null;
    if (through.length > 0) {
      for (;;) {
        const found = (await findMachines(folder.root)).find((one) => one.sliceId === sliceId && one.name === name);
        // of what has ended at its start the monitor's absence tells
        if (found || ended()) return found ?? { pid, sliceId, name };
        await sleep(20);
      }
    }
    // until the programs before it have become this one, the kernel may show no command line for an instant
    while (!ended() && !(await isRunning(pid, program))) await sleep(2);
    return { pid, sliceId, name };
  } catch (error) {
    throw new ProviderError('UNAVAILABLE', say('PROCESS_NOT_STARTED'), true, error);
  } finally {
    await log.close();
  }
}

async function isRunning(pid: number, program: string): Promise<boolean> {
  return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).startsWith(`${program}\0`);
}

/** Connects to the machine's monitor, waiting for it as long as the machine lives, `timeoutMs` at most. */
export async function connectMonitor(
  folder: ZoneFolder,
  machine: FoundMachine,
  handlers: QmpHandlers,
  fileLimit: number,
  timeoutMs = 15_000,
): Promise<QmpClient> {
  const deadline = performance.now() + timeoutMs;
  const path = folder.socketPath(machine.sliceId, monitorSocket(machine.name));
  for (;;) {
    try {
      return await QmpClient.open(path, handlers, timeoutMs);
    } catch (error) {
      if (!(await isMachine(machine, folder.root))) throw await startFailure(folder, machine, fileLimit, error);
      if (performance.now() > deadline) throw new ProviderError('TIMEOUT', say('VM_SILENT'), true, error);
      // there is no event for a socket that begins to listen
      await sleep(5);
    }
  }
}

/** Why a QEMU ended at its start, by what it printed. */
async function startFailure(
  folder: ZoneFolder,
  machine: FoundMachine,
  fileLimit: number,
  cause: unknown,
): Promise<ProviderError> {
  const file = await folder.openPlain(machine.sliceId, `${machine.name}.log`, constants.O_RDONLY).catch(() => null);
  const log = file ? (await readLogTail(file, fileLimit, 16_384)).tail.toString() : '';
  await file?.close();
  if (/failed to execute qemu-system/.test(log)) return new ProviderError('UNAVAILABLE', notInstalled, true, cause);
  const said = new Error(log.trim().slice(-1000) || 'QEMU said nothing', { cause });
  if (/[Cc]annot allocate memory|cannot set up guest memory/.test(log))
    return new ProviderError('NO_CAPACITY', say('MEMORY_EXHAUSTED'), true, said);
  if (/[Cc]ould not set up host forwarding/.test(log))
    return new ProviderError('UNAVAILABLE', say('VM_FORWARD_TAKEN'), true, said);
  const line = lastWords(log);
  const quoted = line === '' ? [] : [say('QEMU_SAYS', { line })];
  return new ProviderError('VM_CRASHED', together(say('VM_ENDED_STARTING'), ...quoted), true, said);
}

/** QEMU's last line, for the user: without its own name, and with the names of files only. */
export function lastWords(log: string): string {
  const line = log.trim().split('\n').at(-1) ?? '';
  return line
    .replace(/^qemu-system-\S+?: (?:-\S+ \S+: )?/, '')
    .replaceAll(/(?:[\w.-]*\/)+([\w.-]+)/g, '$1')
    .slice(0, 300);
}

/** Resolves with whether the process is gone, at the latest after `timeoutMs`. It may not be a child of ours. */
export async function waitForEnd(machine: FoundMachine, root: string, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    if (!(await isMachine(machine, root))) return true;
    if (performance.now() > deadline) return false;
    await sleep(10);
  }
}

/** Ends the process for good. */
export async function killMachine(machine: FoundMachine, root: string): Promise<void> {
  if (!(await isMachine(machine, root))) return;
  try {
    process.kill(machine.pid, 'SIGKILL');
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error;
  }
  if (!(await waitForEnd(machine, root, 10_000))) throw new ProviderError('TIMEOUT', say('VM_NOT_ENDED'), true);
}
