import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

/**
 * Processes of this run that still live: those with its mark in their environment, and those that work in, or were given
 * a path of, the clone's data folder. No such process means that none of its ports is listened on either.
 */
export async function leftoverProcesses(root: string, mark: string): Promise<string[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const data = path.join(root, '.trama');
  const found: string[] = [];
  for (const pid of pids) {
    if (Number(pid) === process.pid) continue;
    const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
    const [environment, commandLine, folder] = await Promise.all([
      read('environ'),
      read('cmdline'),
      readlink(`/proc/${pid}/cwd`).catch(() => ''),
    ]);
    const ours =
      environment.includes(`TRAMA_TEST_RUN=${mark}`) ||
      commandLine.includes(`${data}/`) ||
      folder.startsWith(`${data}/`);
    if (ours) found.push(`process ${pid}: ${commandLine.replaceAll('\0', ' ').slice(0, 200)}`);
  }
  return found;
}

/** What git sees as changed or new in the clone; nothing where this is no clone. */
export async function trackedChanges(root: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)('git', ['status', '--porcelain'], { cwd: root }).catch(() => ({
    stdout: '',
  }));
  return stdout.split('\n').filter((line) => line !== '');
}
