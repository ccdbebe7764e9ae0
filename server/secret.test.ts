import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { seal, unseal } from '#server/domain/seal';
import { readConfig } from './config';
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

test('what the file says is accepted as TRAMA_SECRET by a second server, and is the same key', async () => {
  const first = await sessionSecret(null, folder);
  // as a person copies it, or a file is read into the environment
  const copied = await readFile(path.join(folder, 'secret'), 'utf8');
  const { secret } = readConfig({ TRAMA_SECRET: copied }, '/');
  expect(Buffer.from(await sessionSecret(secret, '/nowhere'))).toEqual(Buffer.from(first));
});

test('a file of raw bytes, as older versions made it, keeps its key: sealed second factors stay readable', async () => {
  const old = randomBytes(32);
  await writeFile(path.join(folder, 'secret'), old, { mode: 0o600 });
  const whose = { purpose: 'secondFactor', bound: 'user 1' } as const;
  const sealed = seal(old, 'JBSWY3DPEHPK3PXP', whose);
  const first = await sessionSecret(null, folder);
  expect(unseal(first, sealed, whose)).toBe('JBSWY3DPEHPK3PXP');
  const text = await readFile(path.join(folder, 'secret'), 'utf8');
  expect(text).toMatch(/^trama_secret_[\w-]{43}\n$/);
  expect((await stat(path.join(folder, 'secret'))).mode & 0o777).toBe(0o600);
  for (const again of [await sessionSecret(null, folder), await sessionSecret(text, '/nowhere')])
    expect(Buffer.from(again)).toEqual(old);
});

test('any other TRAMA_SECRET is the key that it always was', async () => {
  const text = 'correct horse battery staple, twice';
  expect(await sessionSecret(text, folder)).toEqual(new TextEncoder().encode(text));
});
