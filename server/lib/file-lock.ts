import { open, readFile, rm, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode } from './error-code';

/** A lock file that still says nothing after this is the trace of a crash. */
const writingMs = 5_000;

/**
 * Runs `work` while no other process on this machine that asks for the same lock file does. A lock whose owner is gone
 * (killed) is taken over.
 */
export async function withFileLock<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  const release = await holdFileLock(path);
  try {
    return await work();
  } finally {
    await release();
  }
}

/** The same lock for who keeps it: waits until it is free, answers how to give it back. The end of the process gives it back, too. */
export async function holdFileLock(path: string): Promise<() => Promise<void>> {
  for (;;) {
    try {
      const file = await open(path, 'wx', 0o600);
      try {
        await file.writeFile(`${process.pid} ${await startOf(process.pid)}`);
      } finally {
        await file.close();
      }
      return () => rm(path, { force: true });
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
      if (await ownerIsGone(path)) await rm(path, { force: true });
      else await sleep(100);
    }
  }
}

async function ownerIsGone(path: string): Promise<boolean> {
  let text: string;
  let age: number;
  try {
    text = await readFile(path, 'utf8');
    age = Date.now() - (await stat(path)).mtimeMs;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
  const [, pid, start] = /^(\d+) (\S+)$/.exec(text) ?? [];
  // made this instant: the owner's number comes
  if (pid === undefined) return age > writingMs;
  // a number alone proves nothing: in a container each start has the same
  return (await startOf(Number(pid))) !== start;
}

/** When a process began, in the kernel's words: boot and ticks. `-` where there is no such process. */
async function startOf(pid: number): Promise<string> {
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // the name, in parentheses, may hold anything; the start is the 20th field after it
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? '-' : `${boot.trim()}:${fields[19] ?? ''}`;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ESRCH')) return '-';
    throw error;
  }
}
