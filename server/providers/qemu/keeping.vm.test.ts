import type * as FsPromises from 'node:fs/promises';
import { mkdir, mkdtemp, readdir, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ProviderError } from '#server/lib/provider-error';
import { runCommand } from '#server/lib/run-command';
import { readConsole } from '../contract-console';
import { addressOf, attachment, pair, tiny, vmSpec, withNic } from '../contract-fixtures';
import type { Provider } from '../provider';
import { createQemuProvider } from './qemu-provider';
import { chooseVmUsers } from './vm-users';

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof FsPromises>();
  return { ...real, statfs: vi.fn(real.statfs) };
});

const base = resolve('.trama/test');
let folder: string;
let root: string;
let provider: Provider;

beforeAll(async () => {
  await mkdir(base, { recursive: true });
  folder = await mkdtemp(join(base, 'keeping-'));
  root = join(folder, 'zone');
  provider = await createQemuProvider({ root, imagesRoot: join(base, 'images'), users: await chooseVmUsers() });
});
afterAll(async () => {
  for (const id of await provider.listSlices()) await provider.removeSlice({ id });
  await provider.close();
  await rm(folder, { recursive: true, force: true });
});

const consoleOf = async (sliceId: number, vmId: number) =>
  readConsole(await provider.openConsole({ id: sliceId }, vmId));

test('TCP connections between two guests go on after suspend and resume, and the clock of a guest is right', async () => {
  const slice = { id: 1 };
  const network = { id: 31, name: 'lan' };
  const joined = pair({ a: 11, b: 12, edge: 101 }, tiny);
  const plugs = [attachment(102, joined.a, network.id, 1), attachment(103, joined.b, network.id, 2)] as const;
  const [a, b] = [withNic(joined.a, plugs[0].source.nic), withNic(joined.b, plugs[1].source.nic)];
  for (const vm of [a, b]) await provider.ensureVm(slice, vm);
  await provider.ensureNetwork(slice, network);
  for (const edge of [joined.edge, ...plugs]) await provider.ensureEdge(slice, edge);
  await Promise.all([a, b].map((vm) => provider.startVm(slice, vm)));
  const [server, client] = [await consoleOf(1, 11), await consoleOf(1, 12)];
  // one over the link, one over the network; each has a line a second. What reads the console in the background is stopped
  const ways = { link: addressOf(joined.edge.source.nic), lan: addressOf(plugs[0].source.nic) };
  for (const [way, address] of Object.entries(ways)) {
    const port = way === 'link' ? 7001 : 7002;
    server.type(`\nsleep 9999 | nc -l -p ${port} > /tmp/${way} &\n`);
    server.type(`until netstat -tln | grep -q :${port}; do sleep 0.2; done; echo ${way} lis""tens\n`);
    await server.until(`${way} listens`);
    const lines = '(n=0; while :; do n=$((n+1)); echo line-$n; sleep 1; done)';
    client.type(`\n${lines} | nc ${address} ${port} & echo ${way} se""nds\n`);
    await client.until(`${way} sends`);
    server.type(`\nuntil grep -q line-2 /tmp/${way}; do sleep 0.2; done; echo ${way} com""es\n`);
    await server.until(`${way} comes`);
  }

  await provider.suspendSlice(slice);
  const suspendedAt = Date.now();
  expect((await provider.observe(slice)).vms.map(({ status }) => status)).toEqual(['suspended', 'suspended']);
  // so long that a clock which stood still is behind beyond all doubt
  await vi.waitUntil(() => Date.now() - suspendedAt > 20_000, { timeout: 40_000, interval: 500 });
  await provider.resumeSlice(slice);

  const again = await consoleOf(1, 11);
  again.type('\ncount() { grep -c . /tmp/$1; }\n');
  again.type('all() { i=0; while [ $i -lt $1 ]; do i=$((i+1)); echo line-$i; done; }\n');
  for (const way of Object.keys(ways)) {
    again.type(
      `had=$(count ${way}); until [ $(count ${way}) -gt $((had+3)) ]; do sleep 0.2; done; echo ${way} go""es on\n`,
    );
    await again.until(`${way} goes on`);
    // no line is missing, none is there twice
    again.type(
      `n=$(count ${way}); all $n > /tmp/all; head -n $n /tmp/${way} | cmp - /tmp/all && echo ${way} is who""le\n`,
    );
    await again.until(`${way} is whole`);
  }
  // it is told when it listens
  await vi.waitFor(
    async () => {
      const from = again.text().length;
      const asked = Date.now() / 1000;
      again.type('echo "n""ow=$(date +%s)="\n');
      const said = (await again.until(/now=\d+=/, { from })).slice(from);
      const guest = Number(/now=(\d+)=/.exec(said)?.[1]);
      expect(guest).toBeGreaterThan(asked - 10);
      expect(guest).toBeLessThan(Date.now() / 1000 + 10);
    },
    { timeout: 60_000, interval: 1_000 },
  );
  await provider.removeSlice(slice);
  expect(await readdir(root)).not.toContain('s1');
}, 400_000);

test('without room on the disk nothing is paused, and nothing is left', async () => {
  const slice = { id: 2 };
  const vm = vmSpec(21, tiny);
  await provider.ensureVm(slice, vm);
  await provider.startVm(slice, vm);
  const real = await statfs(root);
  const full = { ...real, bavail: Math.floor((70 * 2 ** 20) / real.bsize) };
  vi.mocked(statfs).mockResolvedValue(full as never);
  // a plan asks for it, before anything begins
  const room = await provider.roomToKeep(slice);
  expect(room.freeMb).toBe(6);
  expect(room.needsMb).toBeGreaterThan(6);
  for (const work of [() => provider.suspendSlice(slice), () => provider.takeSnapshot(slice, 5)]) {
    const error: unknown = await work().catch((refused: unknown) => refused);
    expect(error).toBeInstanceOf(ProviderError);
    expect(error).toMatchObject({ code: 'NO_CAPACITY', retryable: false });
    expect(String(error)).toMatch(/\d+ MiB are needed, 6 MiB are free. Nothing was changed/);
  }
  vi.mocked(statfs).mockReset();
  expect((await provider.observe(slice)).vms).toMatchObject([{ status: 'running' }]);
  expect((await readdir(join(root, 's2'))).filter((name) => /memory|snapshots|suspending/.test(name))).toEqual([]);
  await provider.removeSlice(slice);
}, 200_000);

test('a snapshot of VMs whose image is gone or damaged is not restored, and nothing is touched', async () => {
  const slice = { id: 3 };
  const source = join(folder, 'disk.qcow2');
  await runCommand('qemu-img', ['create', '-q', '-f', 'qcow2', source, '1G']);
  const image = { id: 9, name: 'bare', kind: 'disk', source, sha256: null, readyMarker: null } as const;
  const [imagesRoot, zone] = [join(folder, 'own-images'), join(folder, 'own-zone')];
  const own = await createQemuProvider({ root: zone, imagesRoot, users: await chooseVmUsers() });
  const vm = vmSpec(31, image);
  await own.ensureVm(slice, vm);
  await own.takeSnapshot(slice, 6);
  await own.startVm(slice, vm);
  const keys = (await readdir(imagesRoot, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  expect(keys).toHaveLength(1);
  const [key = ''] = keys.map(({ name }) => name);
  await rename(join(imagesRoot, key), join(folder, 'away'));
  const error: unknown = await own.restoreSnapshot(slice, 6).catch((refused: unknown) => refused);
  expect(error).toMatchObject({ code: 'IMAGE_INVALID' });
  expect(String(error)).toContain('vm-31');
  expect(String(error)).toContain('bare');
  expect((await own.observe(slice)).vms).toMatchObject([{ status: 'running' }]);
  await rename(join(folder, 'away'), join(imagesRoot, key));
  await own.restoreSnapshot(slice, 6);
  expect((await own.observe(slice)).vms).toMatchObject([{ status: 'stopped' }]);
  await own.close();
  // as a server leaves it that is killed while it saves the disk
  const [machine, tag] = [join(zone, `s${slice.id}/v31`), 'trama-saving'];
  await runCommand('qemu-img', ['snapshot', '-c', tag, join(machine, 'disk.qcow2')]);
  await writeFile(`${machine}.saving`, '');
  await mkdir(join(zone, `s${slice.id}/save-v31`));
  const next = await createQemuProvider({ root: zone, imagesRoot, users: await chooseVmUsers() });
  expect((await next.observe(slice)).vms).toMatchObject([{ status: 'stopped' }]);
  const { stdout } = await runCommand('qemu-img', ['snapshot', '-l', join(machine, 'disk.qcow2')]);
  expect(stdout).not.toContain(tag);
  // the snapshot that was asked for stays
  expect(stdout).toContain('trama-6');
  expect((await readdir(join(zone, `s${slice.id}`))).filter((name) => /sav/.test(name))).toEqual([]);
  await next.removeSlice(slice);
  await next.close();
}, 200_000);
