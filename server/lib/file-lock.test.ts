import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withFileLock } from './file-lock';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'trama-lock-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('one at a time, and nothing stays', async () => {
  const file = path.join(folder, 'lock');
  let inside = 0;
  const work = async () => {
    inside += 1;
    expect(inside).toBe(1);
    await new Promise(setImmediate);
    inside -= 1;
  };
  await Promise.all([withFileLock(file, work), withFileLock(file, work)]);
  expect(await readdir(folder)).toEqual([]);
});

test('the lock of a killed owner is taken over, also when its number is ours or was never written', async () => {
  const file = path.join(folder, 'lock');
  // what the same program left in the same container, before it was killed and started again
  await writeFile(file, `${process.pid} another-boot:1`);
  expect(await withFileLock(file, async () => 'mine')).toBe('mine');
  await writeFile(file, '');
  const before = new Date(Date.now() - 60_000);
  await utimes(file, before, before);
  expect(await withFileLock(file, async () => 'mine')).toBe('mine');
});
