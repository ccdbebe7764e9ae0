import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sessionSecret } from './secret';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'trama-secret-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('all who ask get the same secret, which only its owner may read', async () => {
  const [first, ...others] = await Promise.all(Array.from({ length: 8 }, () => sessionSecret(null, folder)));
  expect(first).toHaveLength(32);
  for (const other of others) expect(other).toEqual(first);
  expect((await stat(path.join(folder, 'secret'))).mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toEqual(['secret']);
});

test('the empty file that a crash left is replaced', async () => {
  await writeFile(path.join(folder, 'secret'), '');
  const made = await sessionSecret(null, folder);
  expect(made).toHaveLength(32);
  expect(await sessionSecret(null, folder)).toEqual(made);
});
