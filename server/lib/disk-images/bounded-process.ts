import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { CommandError, searchPath } from '../run-command';
import type { RunAs } from '../unprivileged-user';
import { DiskFaultError } from './fault';

export interface ProcessBounds {
  /** Of the wall clock, and of the processor. */
  seconds: number;
  /** Address space. */
  memoryMb: number;
  /** Each file that it writes. */
  fileMb: number;
}

export interface BoundedProcess {
  program: string;
  args: readonly string[];
  /** Its only folder: paths are given relative to it, and it need not be able to enter those above. */
  cwd: string;
  bounds: ProcessBounds;
  runAs: RunAs | null;
  signal?: AbortSignal | undefined;
  /** Gets its output as it comes; else that is collected. */
  onOutput?: (output: Readable) => Promise<void>;
}

const keptOutput = 1024 * 1024;
const exceededFile = 153;

/**
 * Runs a program on a file that nobody trusts: as nobody where the server is root, with bounds of time, memory, files and what it
 * may write that the kernel holds it to (prlimit), and no more of the environment than the path. Answers what it printed.
 * Rejects with a DiskFaultError `no-tool`, `too-slow` or `stores-too-much`, with the signal's reason, or with a CommandError.
 */
export async function runBounded(task: BoundedProcess): Promise<string> {
  const { bounds, program, runAs, signal } = task;
  signal?.throwIfAborted();
  const limits = [
    `--as=${bounds.memoryMb * 2 ** 20}`,
    `--cpu=${bounds.seconds}`,
    `--fsize=${bounds.fileMb * 2 ** 20}`,
    '--core=0',
    '--nofile=64',
  ];
  const child = spawn('prlimit', [...limits, '--', program, ...task.args], {
    cwd: task.cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: searchPath(), LC_ALL: 'C.UTF-8', HOME: '/nonexistent' },
    ...runAs,
  });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, bounds.seconds * 1_000);
  const leave = () => child.kill('SIGKILL');
  signal?.addEventListener('abort', leave, { once: true });
  const ended = new Promise<{ code: number | null; killedBy: NodeJS.Signals | null; failure: unknown }>((resolve) => {
    child.once('error', (failure) => resolve({ code: null, killedBy: null, failure }));
    child.once('close', (code, killedBy) => resolve({ code, killedBy, failure: null }));
  });
  const stderr = collect(child.stderr);
  const read = task.onOutput === undefined ? collect(child.stdout) : task.onOutput(child.stdout).then(() => '');
  const output = await read
    .catch((error: unknown) => {
      child.kill('SIGKILL');
      throw error;
    })
    .finally(async () => {
      // to its end in any case: whoever reads it is done
      child.stdout.resume();
      await ended;
      // not before: what has closed its output may still be there
      clearTimeout(timer);
      signal?.removeEventListener('abort', leave);
    });
  const { code, killedBy, failure } = await ended;
  signal?.throwIfAborted();
  if (code === 0) return output;
  const said = await stderr;
  if (failure !== null) throw new DiskFaultError('no-tool', 'prlimit', { cause: failure });
  // where a folder of the path may not be entered, the kernel says so in place of that it is not there
  if (said.startsWith('prlimit: failed to execute')) throw new DiskFaultError('no-tool', program);
  if (late || killedBy === 'SIGXCPU' || killedBy === 'SIGKILL') throw new DiskFaultError('too-slow', program);
  if (killedBy === 'SIGXFSZ' || code === exceededFile || /File too large/i.test(said))
    throw new DiskFaultError('stores-too-much', program);
  if (/No space left/i.test(said)) throw new DiskFaultError('no-room', said);
  throw new CommandError(program, false, said, new Error(`ended with ${code ?? killedBy}`));
}

async function collect(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream) if (text.length < keptOutput) text += String(chunk);
  return text;
}
