import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConsole } from '../contract-console';
import { attachment, pair, tiny, vmSpec } from '../contract-fixtures';
import type { Provider } from '../provider';
import { logBytes } from './bounded-log';
import { findMachines } from './find-machines';
import { createQemuProvider } from './qemu-provider';
import { chooseVmUsers, type VmUsers } from './vm-users';
import type { RunAs } from '#server/lib/unprivileged-user';

/** What goes wrong around a VM: its process hangs, its neighbour is broken out of, nobody reads what it prints. */
const base = resolve('.trama/test');
let folder: string;
let root: string;
let users: VmUsers;
let provider: Provider;
const create = (as: VmUsers) =>
  createQemuProvider({ root, imagesRoot: join(base, 'images'), users: as, askAgainMs: 300 });
const a = vmSpec(1, tiny);
const b = vmSpec(2, tiny);
const slices = { a: { id: 1 }, b: { id: 2 } };

beforeAll(async () => {
  await mkdir(base, { recursive: true });
  folder = await mkdtemp(join(base, 'trouble-'));
  root = join(folder, 'zones/1');
  users = await chooseVmUsers();
  provider = await create(users);
  await provider.ensureVm(slices.a, a);
  await provider.ensureVm(slices.b, b);
  await Promise.all([provider.startVm(slices.a, a), provider.startVm(slices.b, b)]);
});
afterAll(async () => {
  for (const id of await provider.listSlices()) await provider.removeSlice({ id });
  const left = await findMachines(root);
  await provider.close();
  await rm(folder, { recursive: true });
  if (left.length > 0) throw new Error(`Left over: ${JSON.stringify(left)}`);
});

async function pidOf(sliceId: number, name: string): Promise<number> {
  const machine = (await findMachines(root)).find((found) => found.sliceId === sliceId && found.name === name);
  if (!machine) throw new Error(`${name} does not run`);
  return machine.pid;
}
async function userOfProcess(pid: number): Promise<RunAs> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const id = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
  return { uid: id('Uid'), gid: id('Gid') };
}
const statusOf = async (slice: { id: number }) => (await provider.observe(slice)).vms[0]?.status;

/** Opens, lists and connects to whatever it is given; prints what it could. */
const intruder = `
const fs = require('node:fs'), net = require('node:net');
const could = [];
const [pid, ...paths] = process.argv.slice(1);
for (const path of paths) for (const attempt of ['openSync', 'readdirSync', 'lstatSync'])
  try { fs[attempt](path); could.push(attempt + ' ' + path); } catch {}
for (const file of ['mem', 'environ', 'root/', 'fd/'])
  try { fs.closeSync(fs.openSync('/proc/' + pid + '/' + file)); fs.readdirSync('/proc/' + pid + '/fd'); could.push(file); } catch {}
try { process.kill(Number(pid), 0); could.push('kill'); } catch {}
Promise.all(paths.map((path) => new Promise((done) => {
  const socket = net.connect(path);
  socket.once('connect', () => { could.push('connect ' + path); socket.destroy(); done(); });
  socket.once('error', done);
}))).then(() => console.log(JSON.stringify(could)));
`;
function intrude(as: RunAs, cwd: string, pid: number, paths: string[]): Promise<string[]> {
  return new Promise((done, fail) => {
    // as QEMU is started: in its slice's folder, which it may not be able to walk to
    const child = spawn(process.execPath, ['-e', intruder, '--', String(pid), ...paths], { cwd, ...as });
    let out = '';
    let err = '';
    child.stdout.on('data', (data: Buffer) => (out += data.toString()));
    child.stderr.on('data', (data: Buffer) => (err += data.toString()));
    child.once('error', fail);
    child.once('close', () => (out === '' ? fail(new Error(err)) : done(JSON.parse(out) as string[])));
  });
}

test.skipIf(process.getuid?.() !== 0)('a process under one slice’s user id can open nothing of another’s', async () => {
  const [mine, others] = [await pidOf(1, 'v1'), await pidOf(2, 'v2')];
  const [intruding, owner] = [await userOfProcess(mine), await userOfProcess(others)];
  expect(intruding.uid).not.toBe(owner.uid);
  expect(intruding.uid).toBeGreaterThan(1000);
  const files = await readdir(join(root, 's2'), { recursive: true });
  expect(files).toEqual(expect.arrayContaining(['v2/qmp.sock', 'v2/ser.sock', 'v2/ser.log', 'v2/config']));
  const paths = ['../s2', ...files.map((file) => `../s2/${file}`)];
  // the folder’s own name and rights can be seen, as those of every folder beside one’s own
  expect(await intrude(intruding, join(root, 's1'), others, paths)).toEqual(['lstatSync ../s2']);
  // the same attempts by the owner show that they would have worked
  const owned = await intrude(owner, join(root, 's2'), others, paths);
  expect(owned).toEqual(expect.arrayContaining(['openSync ../s2/v2/ser.log', 'connect ../s2/v2/guest.sock', 'kill']));
});

test('a VM whose process hangs is shown as not responding, and a reboot ends in a forced reset', async () => {
  const hung = await pidOf(1, 'v1');
  process.kill(hung, 'SIGSTOP');
  await expect.poll(() => statusOf(slices.a), { timeout: 60_000 }).toBe('notResponding');
  process.kill(hung, 'SIGCONT');
  await expect.poll(() => statusOf(slices.a), { timeout: 60_000 }).toBe('running');
  process.kill(hung, 'SIGSTOP');
  await provider.rebootVm(slices.a, a);
  expect(await statusOf(slices.a)).toBe('running');
  const again = await pidOf(1, 'v1');
  expect(again).not.toBe(hung);
  // one that hung while no server was there is found so by the next, and a start repairs it
  process.kill(again, 'SIGSTOP');
  await provider.close();
  provider = await create(users);
  expect(await statusOf(slices.a)).toBe('notResponding');
  await provider.startVm(slices.a, a);
  expect(await statusOf(slices.a)).toBe('running');
  process.kill(await pidOf(1, 'v1'), 'SIGSTOP');
  await provider.stopVm(slices.a, a.id);
  expect(await statusOf(slices.a)).toBe('stopped');
});

test('a network whose process hung was up for ever, and nothing repaired it', async () => {
  const slice = { id: 4 };
  const network = { id: 7, name: 'lan' };
  await provider.ensureNetwork(slice, network);
  const plain = [vmSpec(41, tiny), vmSpec(42, tiny)];
  const edges = plain.map((vm, index) => attachment(43 + index, vm, network.id, index + 1));
  const vms = plain.map((vm, index) => ({ ...vm, nics: edges[index] ? [edges[index].source.nic] : [] }));
  for (const vm of vms) await provider.ensureVm(slice, vm);
  for (const edge of edges) await provider.ensureEdge(slice, edge);
  await Promise.all(vms.map((vm) => provider.startVm(slice, vm)));
  const links = async () => {
    const seen = await provider.observe(slice);
    return [...seen.networks, ...seen.edges].map(({ status }) => status);
  };
  expect(await links()).toEqual(['up', 'up', 'up']);

  const told: number[] = [];
  const stop = provider.onChange(({ sliceId }) => told.push(sliceId));
  process.kill(await pidOf(4, 'n7'), 'SIGSTOP');
  await expect.poll(links, { timeout: 60_000 }).toEqual(['down', 'down', 'down']);
  expect(told).toContain(4);
  stop();
  process.kill(await pidOf(4, 'n7'), 'SIGCONT');
  await expect.poll(links, { timeout: 60_000 }).toEqual(['up', 'up', 'up']);

  // one that hung while no server was there is found so by the next, and what repairs it is what makes it
  const hung = await pidOf(4, 'n7');
  process.kill(hung, 'SIGSTOP');
  await provider.close();
  provider = await create(users);
  expect(await links()).toEqual(['down', 'down', 'down']);
  await provider.ensureNetwork(slice, network);
  for (const edge of edges) await provider.ensureEdge(slice, edge);
  expect(await links()).toEqual(['up', 'up', 'up']);
  expect(await pidOf(4, 'n7')).not.toBe(hung);
  const console = readConsole(await provider.openConsole(slice, 41));
  console.type('ping -c 2 -W 10 10.200.7.2\n');
  await console.until(/ 0% packet loss/);
  process.kill(await pidOf(4, 'n7'), 'SIGSTOP');
  await provider.removeSlice(slice);
});

test('the console’s log does not grow without bound while no server is there', async () => {
  const first = readConsole(await provider.openConsole(slices.b, b.id));
  const line = 'x'.repeat(200);
  first.type(`yes ${line}\n`);
  await first.until(`\n${line}\r\n${line}`);
  await provider.close();
  const log = join(root, 's2/v2/ser.log');
  const onDisk = async () => (await stat(log)).blocks * 512;
  const written = async () => {
    const io = await readFile(`/proc/${await pidOf(2, 'v2')}/io`, 'utf8');
    return Number(/^wchar: (\d+)/m.exec(io)?.[1]);
  };
  const from = await written();
  // full, and the guest goes on printing
  await expect.poll(onDisk, { timeout: 240_000, interval: 500 }).toBeGreaterThan(logBytes * 0.95);
  const calls = async () =>
    Number(/^syscw: (\d+)/m.exec(await readFile(`/proc/${await pidOf(2, 'v2')}/io`, 'utf8'))?.[1]);
  const before = await calls();
  await expect.poll(calls, { timeout: 60_000 }).toBeGreaterThan(before + 10_000);
  expect(await onDisk()).toBeLessThanOrEqual(logBytes + 65_536);
  expect(await written()).toBeGreaterThan(from);
  provider = await create(users);
  const second = readConsole(await provider.openConsole(slices.b, b.id));
  await second.until(`${line}\r\n${line}`);
  second.type('\u0003');
  second.type('echo "still ""here"\n');
  await second.until('still here');
  await expect.poll(onDisk).toBeLessThan(logBytes);
});

test.skipIf(process.getuid?.() !== 0)(
  'VMs that run under the former user are adopted, and get their slice’s own when all have stopped',
  async () => {
    if (users.kind !== 'perSlice') throw new Error('This machine has no range of user ids');
    const slice = { id: 3 };
    const { a: left, b: right, edge } = pair({ a: 31, b: 32, edge: 33 }, tiny);
    await provider.close();
    provider = await create({ kind: 'shared', user: users.former });
    for (const vm of [left, right]) await provider.ensureVm(slice, vm);
    await Promise.all([left, right].map((vm) => provider.startVm(slice, vm)));
    await provider.close();
    provider = await create(users);
    expect((await provider.observe(slice)).vms.map(({ status }) => status)).toEqual(['running', 'running']);
    // a neighbour still runs under the former: they could not reach each other otherwise
    await provider.stopVm(slice, left.id, { graceMs: 0 });
    await provider.startVm(slice, left);
    expect(await userOfProcess(await pidOf(3, 'v31'))).toEqual(users.former);
    for (const vm of [left, right]) await provider.stopVm(slice, vm.id, { graceMs: 0 });
    await Promise.all([left, right].map((vm) => provider.startVm(slice, vm)));
    await provider.ensureEdge(slice, edge);
    const user = await userOfProcess(await pidOf(3, 'v31'));
    expect(user.uid).toBe(users.range.first + 1 + slice.id);
    expect(await userOfProcess(await pidOf(3, 'v32'))).toEqual(user);
    const console = readConsole(await provider.openConsole(slice, left.id));
    console.type('ping -c 2 -W 10 10.0.33.2\n');
    await console.until(/ 0% packet loss/);
  },
);
