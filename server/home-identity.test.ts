import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { homeIdentity } from './home-identity';

async function folder(): Promise<string> {
  const made = await mkdtemp(path.join(os.tmpdir(), 'trama-home-'));
  onTestFinished(() => rm(made, { recursive: true }));
  return path.join(made, 'data');
}

test('a data folder gets its identity once, however many ask at once, and keeps it', async () => {
  const dataDir = await folder();
  const asked = await Promise.all(Array.from({ length: 8 }, () => homeIdentity(dataDir)));
  expect(new Set(asked).size).toBe(1);
  expect(await homeIdentity(dataDir)).toBe(asked[0]);
  expect((await readFile(path.join(dataDir, 'home'), 'utf8')).trim()).toBe(asked[0]);
});

test('an identity that cannot be read is not replaced: what the zones name would be gone', async () => {
  const dataDir = await folder();
  await homeIdentity(dataDir);
  await writeFile(path.join(dataDir, 'home'), 'garbage');
  await expect(homeIdentity(dataDir)).rejects.toThrow('does not hold the identity');
});
