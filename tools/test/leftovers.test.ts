import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { endProcesses, leftoverProcesses } from './leftovers';

const nowhere = '/nonexistent';

/** A process with a run's mark in its environment, or in a folder, which ends when it is told to. */
async function marked(mark: string, program: string, cwd?: string) {
  const child = spawn(process.execPath, ['-e', program], {
    env: { ...process.env, ...(cwd === undefined && { TRAMA_TEST_RUN: mark }) },
    ...(cwd !== undefined && { cwd }),
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  await once(child.stdout, 'data');
  return { child, ended: once(child, 'exit') };
}

test.runIf(process.platform === 'linux')('a process that is just ending is not left over', async () => {
  const mark = `leftovers-${process.pid}-a`;
  const { child, ended } = await marked(mark, `console.log(1); process.stdin.on('end', () => {}).resume()`);
  const left = leftoverProcesses(nowhere, mark);
  child.stdin.end();
  expect(await left).toEqual([]);
  await ended;
});

test.runIf(process.platform === 'linux')('one that will not end is ended, and nobody else', async () => {
  const mark = `leftovers-${process.pid}-b`;
  const { ended } = await marked(mark, `process.on('SIGTERM', () => {}); console.log(1); process.stdin.resume()`);
  const { child: other } = await marked(`${mark}-other`, `console.log(1); process.stdin.resume()`);
  await endProcesses(nowhere, mark, 1_000);
  expect((await ended)[1]).toBe('SIGKILL');
  expect(other.exitCode ?? other.signalCode).toBeNull();
  other.stdin.end();
  await once(other, 'exit');
});

test.runIf(process.platform === 'linux')('one that works among the temporary files of a run is its own', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'leftovers-'));
  const mark = path.basename(folder);
  const { ended } = await marked(mark, `console.log(1); process.stdin.resume()`, folder);
  await endProcesses(nowhere, mark, 1_000);
  expect((await ended)[1]).toBe('SIGTERM');
  await rm(folder, { recursive: true });
});
