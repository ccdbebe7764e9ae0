import { readlinkSync } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { createFileOnce, linkIntoPlace, moveIntoPlace, writeFileAtomic } from './atomic-file';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'trama-atomic-'));
  onTestFinished(() => rm(folder, { recursive: true }));
});

/** Everything that is written through to the disk from now on, and what was in the folder at that moment. */
async function watchSyncs(): Promise<{ synced: string; present: string[] }[]> {
  const handle = await open(folder, 'r');
  const prototype = Object.getPrototypeOf(handle) as typeof handle;
  await handle.close();
  const seen: { synced: string; present: string[] }[] = [];
  const sync = prototype.sync;
  const spy = vi.spyOn(prototype, 'sync').mockImplementation(async function (this: typeof handle) {
    const name = readlinkSync(`/proc/self/fd/${this.fd}`);
    const entry = { synced: path.relative(folder, name), present: (await readdir(folder)).toSorted() };
    await sync.call(this);
    seen.push(entry);
  });
  onTestFinished(() => spy.mockRestore());
  return seen;
}

test('the folder is synced after the rename: a loss of power does not bring the old file back', async () => {
  const file = path.join(folder, 'record.json');
  await writeFile(file, 'old');
  const seen = await watchSyncs();
  await writeFileAtomic(file, 'new');
  expect(await readFile(file, 'utf8')).toBe('new');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const temporary = expect.stringMatching(/^record\.json\.[0-9a-f]{12}\.tmp$/);
  expect(seen).toEqual([
    { synced: temporary, present: ['record.json', temporary] },
    { synced: '', present: ['record.json'] },
  ]);
});

test('a link in place of the file is replaced, and what it leads to is left alone', async () => {
  const victim = path.join(folder, 'victim');
  await writeFile(victim, 'mine');
  await symlink(victim, path.join(folder, 'record.json'));
  await writeFileAtomic(path.join(folder, 'record.json'), 'new');
  expect(await readFile(victim, 'utf8')).toBe('mine');
});

test('what cannot be written leaves neither a part nor a temporary file', async () => {
  await mkdir(path.join(folder, 'taken'));
  await expect(writeFileAtomic(path.join(folder, 'taken'), 'x')).rejects.toThrow('EISDIR');
  expect(await readdir(folder)).toEqual(['taken']);
});

test('a file that is made once is whole and on the disk with its name, and the first of several stays', async () => {
  const file = path.join(folder, 'home');
  const seen = await watchSyncs();
  await Promise.all(['a', 'b', 'c'].map((content) => createFileOnce(file, content.repeat(100))));
  const kept = await readFile(file, 'utf8');
  expect(['a', 'b', 'c'].map((content) => content.repeat(100))).toContain(kept);
  await createFileOnce(file, 'later');
  expect(await readFile(file, 'utf8')).toBe(kept);
  expect(await readdir(folder)).toEqual(['home']);
  expect(seen.filter(({ synced, present }) => synced === '' && present.includes('home'))).toHaveLength(4);
});

test('a folder is moved into place after all that is in it was synced, and its name after that', async () => {
  await mkdir(path.join(folder, 'building/inner'), { recursive: true });
  await writeFile(path.join(folder, 'building/disk'), 'x');
  await writeFile(path.join(folder, 'building/inner/file'), 'x');
  const seen = await watchSyncs();
  await moveIntoPlace(path.join(folder, 'building'), path.join(folder, 'image'));
  expect(seen.map(({ synced, present }) => `${synced} while ${present.join()}`).toSorted()).toEqual([
    ' while image',
    'building while building',
    'building/disk while building',
    'building/inner while building',
    'building/inner/file while building',
  ]);
});

test('a file is moved into place over another one after it was synced', async () => {
  await writeFile(path.join(folder, 'seed.iso'), 'old');
  await writeFile(path.join(folder, 'new'), 'new');
  const seen = await watchSyncs();
  await moveIntoPlace(path.join(folder, 'new'), path.join(folder, 'seed.iso'));
  expect(await readFile(path.join(folder, 'seed.iso'), 'utf8')).toBe('new');
  expect(seen.map(({ synced }) => synced)).toEqual(['new', '']);
});

test('a name for what has one already leaves nothing else behind, over another file and over itself', async () => {
  await writeFile(path.join(folder, 'image'), 'content');
  await writeFile(path.join(folder, 'name'), 'old');
  for (let round = 0; round < 2; round += 1) {
    await linkIntoPlace(path.join(folder, 'image'), path.join(folder, 'name'));
    expect((await stat(path.join(folder, 'name'))).ino).toBe((await stat(path.join(folder, 'image'))).ino);
    expect((await readdir(folder)).toSorted()).toEqual(['image', 'name']);
  }
});

test('nothing but this file renames what the server keeps', async () => {
  const root = path.resolve(import.meta.dirname, '../..');
  const found: string[] = [];
  for (const top of ['server', 'db'])
    for (const name of await readdir(path.join(root, top), { recursive: true })) {
      if (!name.endsWith('.ts') || /\.test\.ts$|(^|\/)testing\//.test(name)) continue;
      const text = await readFile(path.join(root, top, name), 'utf8');
      if (/import[^;]*\b(rename|renameSync|link|linkSync)\b[^;]*from 'node:fs/.test(text)) found.push(`${top}/${name}`);
    }
  expect(found).toEqual(['server/lib/atomic-file.ts']);
});
