import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConsole } from '../contract-console';
import { attachment, tiny, vmSpec, withNic } from '../contract-fixtures';
import { runCommand } from '#server/lib/run-command';
import type { ImageSpec, Provider } from '../provider';
import { findMachines } from './find-machines';
import { createQemuProvider } from './qemu-provider';
import { chooseVmUsers } from './vm-users';

/** What is lost behind the provider's back, and what the steps of a heal make of it. */
const base = resolve('.trama/test');
let folder: string;
let root: string;
let provider: Provider;
const slice = { id: 1 };
const network = { id: 7, name: 'lan' };
const bare = vmSpec(1, tiny);
const edge = attachment(3, bare, network.id, 1);
const vm = withNic(bare, edge.source.nic);

beforeAll(async () => {
  await mkdir(base, { recursive: true });
  folder = await mkdtemp(join(base, 'drift-'));
  root = join(folder, 'zones', '1');
  const users = await chooseVmUsers();
  provider = await createQemuProvider({ root, imagesRoot: join(base, 'images'), users, askAgainMs: 300 });
  await heal();
});
afterAll(async () => {
  await provider.removeSlice(slice);
  const left = await findMachines(root);
  await provider.close();
  await rm(folder, { recursive: true });
  if (left.length > 0) throw new Error(`Left over: ${JSON.stringify(left)}`);
});

/** The calls of the plan that makes again whatever is missing. */
async function heal() {
  await provider.ensureNetwork(slice, network);
  await provider.ensureVm(slice, vm);
  await provider.ensureEdge(slice, edge);
  await provider.startVm(slice, vm);
}
async function pidOf(name: string): Promise<number> {
  const machine = (await findMachines(root)).find((found) => found.name === name);
  if (!machine) throw new Error(`${name} does not run`);
  return machine.pid;
}
async function expectWhole() {
  const { vms, networks, edges } = await provider.observe(slice);
  expect([
    vms.map(({ status }) => status),
    networks.map(({ status }) => status),
    edges.map((one) => one.status),
  ]).toEqual([['running'], ['up'], ['up']]);
  expect((await findMachines(root)).map(({ name }) => name).toSorted()).toEqual(['n7', 'v1']);
  const console = readConsole(await provider.openConsole(slice, vm.id));
  console.type('echo still-"here"\n');
  await console.until('still-here');
  console.close();
}

test('a VM whose folder has vanished is gone, though its process runs, and is made again once', async () => {
  await expectWhole();
  const before = await pidOf('v1');
  await rm(join(root, 's1', 'v1'), { recursive: true });
  expect((await provider.observe(slice)).vms).toEqual([]);
  await heal();
  await expectWhole();
  expect(await pidOf('v1')).not.toBe(before);
});

test('a VM whose process was killed and whose image is gone from the zone is started again', async () => {
  const killed = new Promise<void>((done) => provider.onChange(() => done()));
  process.kill(await pidOf('v1'), 'SIGKILL');
  await killed;
  expect((await provider.observe(slice)).vms).toMatchObject([{ status: 'failed' }]);
  for (const key of await readdir(join(root, 'images'))) await rm(join(root, 'images', key), { recursive: true });
  await heal();
  await expectWhole();
});

test('a network whose process was killed is down, and made again with its links', async () => {
  process.kill(await pidOf('n7'), 'SIGKILL');
  await expect
    .poll(async () => (await provider.observe(slice)).networks.map(({ status }) => status), { timeout: 30_000 })
    .toEqual(['down']);
  await heal();
  await expectWhole();
});

test('a disk whose backing file is gone runs on, and is told whether that can be made again', async () => {
  const other = { id: 2 };
  const source = join(folder, 'base.qcow2');
  await runCommand('qemu-img', ['create', '-q', '-f', 'qcow2', source, '1G']);
  const image: ImageSpec = { id: 9, name: 'base', kind: 'disk', source, sha256: null, readyMarker: null };
  const disk = vmSpec(20, image);
  await provider.ensureVm(other, disk);
  await provider.startVm(other, disk);
  const seen = async () =>
    (await provider.observe(other)).vms.map(({ status, error }) => [status, error?.sentences.map(({ code }) => code)]);
  const keys = (await readdir(join(root, 'images'))).filter((key) => key.startsWith('disk-'));
  const loseLinks = () => Promise.all(keys.map((key) => rm(join(root, 'images', key), { recursive: true })));
  expect(keys).toHaveLength(1);
  await loseLinks();
  expect(await seen()).toEqual([['running', ['VM_IMAGE_GONE']]]);
  await provider.ensureImage(image);
  expect(await seen()).toEqual([['running', undefined]]);
  // nothing is left that it could be made of
  await loseLinks();
  await rm(source);
  for (const key of keys) await rm(join(base, 'images', key), { recursive: true });
  expect(await seen()).toEqual([['running', ['VM_DISK_BASE_GONE']]]);
  await provider.removeSlice(other);
});
