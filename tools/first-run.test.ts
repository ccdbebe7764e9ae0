import { mkdtemp, realpath, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { emulationNotice, usableDataFolder } from './first-run';

let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'trama-first-run-')));
  onTestFinished(() => rm(folder, { recursive: true }));
});

test('makes the data folder', async () => {
  const wanted = path.join(folder, 'a/b');
  expect(await usableDataFolder(wanted)).toBe(wanted);
  expect((await stat(wanted)).isDirectory()).toBe(true);
});

test('a data folder that is a file, or cannot be made, was told as a system error', async () => {
  const file = path.join(folder, 'file');
  await writeFile(file, '');
  for (const wanted of [file, path.join(file, 'below')])
    await expect(usableDataFolder(wanted)).rejects.toThrow(`${wanted} is not a folder. Choose another: TRAMA_DATA=`);
});

test('says that VMs are emulated where there is no KVM', async () => {
  expect(await emulationNotice(path.join(folder, 'kvm'))).toMatch(/has no KVM .*: VMs are emulated/);
  await writeFile(path.join(folder, 'kvm'), '');
  expect(await emulationNotice(path.join(folder, 'kvm'))).toBeNull();
});
