import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

/** How long processes that are ending may take for it on a busy machine. */
const endingMs = 30_000;

interface Found {
  pid: number;
  commandLine: string;
  /** It has this run's mark, or works in a folder that only tests use: nobody else's. */
  certain: boolean;
}

/**
 * Processes of this run that live: those with its mark in their environment, which is the name of the folder of its temporary files, those that work in
 * that folder, and those that work in, or were given a path of, the clone's data folder.
 */
async function processesOf(root: string, mark: string): Promise<Found[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const data = path.join(root, '.trama');
  const found: Found[] = [];
  for (const pid of pids) {
    if (Number(pid) === process.pid) continue;
    const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
    const [environment, commandLine, folder] = await Promise.all([
      read('environ'),
      read('cmdline'),
      readlink(`/proc/${pid}/cwd`).catch(() => ''),
    ]);
    const marked = environment.split('\0').includes(`TRAMA_TEST_RUN=${mark}`);
    const within = (folders: readonly string[]) =>
      folders.some((name) => commandLine.includes(name) || folder.startsWith(name));
    const inTemporary = folder.split('/').includes(mark);
    if (!marked && !inTemporary && !within([`${data}/`])) continue;
    const certain = marked || inTemporary || within([`${data}/e2e/`, `${data}/test/`, `${data}/test-`]);
    found.push({ pid: Number(pid), commandLine: commandLine.replaceAll('\0', ' ').slice(0, 200), certain });
  }
  return found;
}

/**
 * What of this run still lives after those that are just ending had their time. No such process means that none of its
 * ports is listened on either.
 */
export async function leftoverProcesses(root: string, mark: string): Promise<string[]> {
  for (const deadline = performance.now() + endingMs; ; await sleep(250)) {
    const left = await processesOf(root, mark);
    if (left.length === 0 || performance.now() > deadline)
      return left.map(({ pid, commandLine }) => `process ${pid}: ${commandLine}`);
  }
}

/** Ends what a stage that took too long has started, with all that stands below it, and waits until it is gone. */
export async function endProcesses(root: string, mark: string, graceMs = 10_000): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    for (const deadline = performance.now() + graceMs; performance.now() < deadline; await sleep(250)) {
      const ours = (await processesOf(root, mark)).filter(({ certain }) => certain);
      if (ours.length === 0) return;
      for (const { pid } of ours)
        try {
          process.kill(pid, signal);
        } catch {
          // it has ended by itself
        }
    }
  }
}

/** What git sees as changed or new in the clone; nothing where this is no clone. */
export async function trackedChanges(root: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)('git', ['status', '--porcelain'], { cwd: root }).catch(() => ({
    stdout: '',
  }));
  return stdout.split('\n').filter((line) => line !== '');
}
