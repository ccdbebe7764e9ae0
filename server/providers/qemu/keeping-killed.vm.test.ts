import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConsole } from '../contract-console';
import { pair, tiny } from '../contract-fixtures';
import type { Provider } from '../provider';
import { findMachines } from './find-machines';
import { createQemuProvider } from './qemu-provider';
import { chooseVmUsers } from './vm-users';

const base = resolve('.trama/test');
const imagesRoot = join(base, 'images');
const slice = { id: 1 };
const { a, b, edge } = pair({ a: 11, b: 12, edge: 101 }, tiny);
const snapshotId = 5;
let folder: string;
let root: string;
let provider: Provider;
let words = 0;

const create = async () => createQemuProvider({ root, imagesRoot, users: await chooseVmUsers() });

beforeAll(async () => {
  await mkdir(base, { recursive: true });
  folder = await mkdtemp(join(base, 'killed-'));
  root = join(folder, 'zone');
  provider = await create();
  for (const vm of [a, b]) await provider.ensureVm(slice, vm);
  await provider.ensureEdge(slice, edge);
  await Promise.all([a, b].map((vm) => provider.startVm(slice, vm)));
});
afterAll(async () => {
  await provider.removeSlice(slice);
  await provider.close();
  await rm(folder, { recursive: true, force: true });
});

const statuses = async () => (await provider.observe(slice)).vms.map(({ status }) => status);
const running = async () => (await findMachines(root)).map(({ name }) => name).sort();
/** What only a server that is at work with it has in a slice's folder. */
const unfinished = async () =>
  (await readdir(join(root, 's1'))).filter((name) => /suspending\.json$|memory\.new$/.test(name));

/** Has each guest remember a word that no other run has. */
async function remember(): Promise<string> {
  const word = `word${++words}`;
  for (const { id } of [a, b]) {
    const console = readConsole(await provider.openConsole(slice, id));
    const from = console.text().length;
    console.type(`\nkept=${word}; echo ke''pt-${word}\n`);
    await console.until(`kept-${word}`, { from });
    console.close();
  }
  return word;
}

/** The words that the guests remember. */
async function recalled(): Promise<string[]> {
  const said: string[] = [];
  for (const { id } of [a, b]) {
    const console = readConsole(await provider.openConsole(slice, id));
    const asked = `asked${++words}`;
    const from = console.text().length;
    console.type(`\necho ${asked}'<'$kept'>'\n`);
    const text = (await console.until(new RegExp(`${asked}<\\w*>`), { from })).slice(from);
    said.push(new RegExp(`${asked}<(\\w*)>`).exec(text)?.[1] ?? '');
    console.close();
  }
  return said;
}

type Call = 'suspend' | 'resume' | 'snapshot' | 'restore';
/** A server that is killed in the midst of a call; then the next one takes over. */
async function killedIn(call: Call, when: 'before' | 'after', act: string, name: string): Promise<void> {
  await provider.close();
  const script = resolve('server/testing/dying-provider.ts');
  const args = ['--import', 'tsx', script, root, imagesRoot, '1', call, when, act, name, String(snapshotId)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  provider = await create();
  expect([code, signal]).toEqual([null, 'SIGKILL']);
}

const both = ['v11', 'v12'];

test.each([
  ['before', 'open', 'v12.memory.new', 'running'],
  ['before', 'rename', 'suspending.json', 'running'],
  ['after', 'rename', 'suspending.json', 'suspended'],
  ['after', 'rename', 'v11.json', 'suspended'],
] as const)('suspending, killed %s the %s of %s: all are %s', async (when, act, name, then) => {
  const word = await remember();
  await killedIn('suspend', when, act, name);
  expect(await statuses()).toEqual([then, then]);
  expect(await running()).toEqual(then === 'running' ? both : []);
  expect(await unfinished()).toEqual([]);
  // the operation is taken up again
  await provider.suspendSlice(slice);
  expect(await statuses()).toEqual(['suspended', 'suspended']);
  expect(await running()).toEqual([]);
  await provider.resumeSlice(slice);
  expect(await recalled()).toEqual([word, word]);
});

test.each([
  ['after', 'open', 'v12.log'],
  ['before', 'rm', 'v11.memory'],
] as const)('resuming, killed %s the %s of %s: it is resumed, or suspended again', async (when, act, name) => {
  for (const next of ['resume', 'suspend'] as const) {
    const word = await remember();
    await provider.suspendSlice(slice);
    await killedIn('resume', when, act, name);
    if (next === 'suspend') {
      // it is called off
      await provider.suspendSlice(slice);
      expect(await statuses()).toEqual(['suspended', 'suspended']);
      expect(await running()).toEqual([]);
    }
    await provider.resumeSlice(slice);
    expect(await statuses()).toEqual(['running', 'running']);
    expect(await running()).toEqual(both);
    expect(await recalled()).toEqual([word, word]);
    expect((await readdir(join(root, 's1'))).filter((file) => file.includes('memory'))).toEqual([]);
  }
});

test.each([
  ['after', 'open', 'v12.memory'],
  ['before', 'rename', 'manifest.json'],
] as const)('taking a snapshot, killed %s the %s of %s: all go on, and it is none', async (when, act, name) => {
  const word = await remember();
  await killedIn('snapshot', when, act, name);
  expect(await statuses()).toEqual(['running', 'running']);
  expect(await recalled()).toEqual([word, word]);
  await expect(provider.restoreSnapshot(slice, snapshotId)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  // the operation is taken up again
  await provider.takeSnapshot(slice, snapshotId);
  await provider.removeSnapshot(slice, snapshotId);
  expect(await readdir(join(root, 's1/snapshots'))).toEqual([]);
});

test.each([
  ['before', 'rename', 'v12.memory'],
  ['after', 'rename', 'v11.memory'],
] as const)('restoring, killed %s the %s of %s: it is restored when it is taken up again', async (when, act, name) => {
  const word = await remember();
  await provider.takeSnapshot(slice, snapshotId);
  await remember();
  await killedIn('restore', when, act, name);
  await provider.restoreSnapshot(slice, snapshotId);
  expect(await statuses()).toEqual(['suspended', 'suspended']);
  await provider.resumeSlice(slice);
  expect(await recalled()).toEqual([word, word]);
  expect(await running()).toEqual(both);
  await provider.removeSnapshot(slice, snapshotId);
});
