import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConsole } from '../contract-console';
import { attachment, tiny, vmSpec, withNic } from '../contract-fixtures';
import type { Provider } from '../provider';
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
