import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSettings } from '#shared/zone-settings';
import { tiny, vmSpec } from '../contract-fixtures';
import type { Provider } from '../provider';
import { createQemuProvider } from './qemu-provider';
import { chooseVmUsers } from './vm-users';

const base = resolve('.trama/test');
let folder: string;
let provider: Provider;
const slice = { id: 1 };
const settingsOf = (settings: object) => openSettings.parse({ provider: 'qemu', ...settings });

async function create(settings: object): Promise<Provider> {
  const given = settingsOf(settings);
  if (given.provider !== 'qemu') throw new Error('Not of QEMU');
  const [root, imagesRoot] = [join(folder, '1'), join(base, 'images')];
  return createQemuProvider({ root, imagesRoot, users: await chooseVmUsers(), launchLimit: 2, settings: given });
}
const withForward = (id: number) => vmSpec(id, tiny, { forwards: [{ protocol: 'tcp', guestPort: 22 }] });
async function forwardOf(vmId: number) {
  const { vms } = await provider.observe(slice);
  return vms.find(({ id }) => id === vmId)?.forwards[0] ?? { hostAddress: null, hostPort: null };
}
/** Whether somebody listens there. */
function reaches(host: string, port: number | null): Promise<boolean> {
  return new Promise((done) => {
    const socket = createConnection({ host, port: port ?? 1 });
    socket.once('connect', () => (socket.destroy(), done(true)));
    socket.once('error', () => done(false));
  });
}
async function listens(vmId: number): Promise<{ said: string | null; first: boolean; second: boolean }> {
  const { hostAddress, hostPort } = await forwardOf(vmId);
  const [first, second] = [await reaches('127.0.0.1', hostPort), await reaches('127.0.0.2', hostPort)];
  return { said: hostAddress, first, second };
}

beforeAll(async () => {
  await mkdir(base, { recursive: true });
  folder = await mkdtemp(join(base, 'settings-'));
  provider = await create({});
});
afterAll(async () => {
  for (const id of await provider.listSlices()) await provider.removeSlice({ id });
  await provider.close();
  await rm(folder, { recursive: true });
});

test('forwards listen on the address of the zone’s settings: each VM on that which it was started with', async () => {
  const [one, other] = [withForward(1), withForward(2)];
  for (const vm of [one, other]) await provider.ensureVm(slice, vm);
  await provider.startVm(slice, one);
  expect(await listens(1)).toEqual({ said: '127.0.0.1', first: true, second: false });
  await provider.configure(settingsOf({ forwardAddress: '127.0.0.2' }));
  await provider.startVm(slice, other);
  expect(await listens(1)).toEqual({ said: '127.0.0.1', first: true, second: false });
  expect(await listens(2)).toEqual({ said: '127.0.0.2', first: false, second: true });
  // a server that takes them over knows it, whatever the zone says by now
  await provider.close();
  provider = await create({ forwardAddress: '127.0.0.3' });
  expect([(await forwardOf(1)).hostAddress, (await forwardOf(2)).hostAddress]).toEqual(['127.0.0.1', '127.0.0.2']);
  await provider.configure(settingsOf({ forwardAddress: '127.0.0.2' }));
  await provider.rebootVm(slice, one);
  expect(await listens(1)).toEqual({ said: '127.0.0.2', first: false, second: true });
});

test('the launch limit is the zone’s, else the server’s', async () => {
  const fact = async (name: string) => (await provider.describe()).facts.find((one) => one.name === name)?.value;
  await provider.configure(settingsOf({ launchLimit: 7 }));
  expect(await fact('Launch limit')).toBe('7');
  await provider.configure(settingsOf({}));
  expect(await fact('Launch limit')).toBe('2');
  expect(await fact('Forwards listen on')).toBe('127.0.0.1');
});

test('an address that the host has not is named, instead of ports that are said to be taken', async () => {
  const vm = withForward(3);
  await provider.ensureVm(slice, vm);
  // of the net for documentation (RFC 5737)
  await provider.configure(settingsOf({ forwardAddress: '192.0.2.7' }));
  const sentence = 'Forwarded ports cannot listen on 192.0.2.7: it is no address of the zone’s server.';
  const { capabilities } = await provider.describe();
  expect(capabilities.portForwards).toMatchObject({ ok: false, reason: sentence });
  expect(capabilities.run.ok).toBe(true);
  await expect(provider.startVm(slice, vm)).rejects.toMatchObject({ code: 'UNSUPPORTED', message: sentence });
});
