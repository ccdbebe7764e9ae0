import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { seal } from '#server/domain/seal';
import { silentLogger } from '#server/lib/logger';
import { vmSpec } from '#server/providers/contract-fixtures';
import type { ImageSpec } from '#server/providers/provider';
import { createProviderRegistry } from './provider-registry';

const jwtSecret = new TextEncoder().encode('a secret of thirty-two characters');
const root = await mkdtemp(path.join(tmpdir(), 'trama-registry-'));
afterAll(() => rm(root, { recursive: true }));
let folders = 0;
const newFolder = () => path.join(root, String(++folders));
const registry = (dataDir = newFolder()) =>
  createProviderRegistry({
    dataDir,
    launchLimit: 3,
    accelerator: 'tcg',
    vmUids: null,
    simulator: true,
    jwtSecret,
    internetLimits: async () => ({ kbps: null, usedUp: false }),
    log: silentLogger,
  });
const sealed = (text: string) => seal(jwtSecret, text, { purpose: 'zoneSettings', bound: 'zone 1 accessKey' });
const zone = (settingsVersion: number, secrets: Record<string, string> | null = null) => ({
  id: 1,
  name: 'lab',
  provider: 'simulator' as const,
  homeId: null,
  released: false,
  settings: {},
  secrets,
  settingsVersion,
  createdAt: new Date(0),
});
const image: ImageSpec = {
  id: 1,
  name: 'tiny',
  kind: 'kernel',
  source: 'builtin:tiny',
  sha256: null,
  readyMarker: null,
};

test('a zone keeps one provider, whatever is changed of it, and its VMs with it', async () => {
  const providers = registry();
  const [first, second] = await Promise.all([providers.forZone(zone(0)), providers.forZone(zone(0))]);
  expect(second).toBe(first);
  await first.ensureVm({ id: 7 }, vmSpec(1, image));
  expect(await providers.forZone(zone(1, { accessKey: sealed('k') }))).toBe(first);
  expect(await first.listSlices()).toEqual([7]);
  await providers.close();
});

test('changes that come together are taken in their order, and a row that was read before is told nothing of', async () => {
  const providers = registry();
  const provider = await providers.forZone(zone(0, { accessKey: sealed('right') }));
  const wrong = providers.forZone(zone(1, { accessKey: sealed('wrong') }));
  const right = providers.forZone(zone(2, { accessKey: sealed('right') }));
  const old = providers.forZone(zone(1, { accessKey: sealed('wrong') }));
  expect(await Promise.all([wrong, right, old])).toEqual([provider, provider, provider]);
  expect(await provider.listSlices()).toEqual([]);
  await providers.close();
});

test('a secret that cannot be opened is named at every call, until it can', async () => {
  const providers = registry();
  const broken = zone(1, { accessKey: `${sealed('k').slice(0, -4)}AAAA` });
  for (let i = 0; i < 2; i++)
    await expect(providers.forZone(broken)).rejects.toMatchObject({
      code: 'ZONE_UNAVAILABLE',
      params: { zone: 'lab', field: 'accessKey' },
    });
  const provider = await providers.forZone(zone(2));
  // the same of one that was good before: what is kept is not given out with what it is not to go by
  await expect(providers.forZone({ ...broken, settingsVersion: 3 })).rejects.toMatchObject({
    code: 'ZONE_UNAVAILABLE',
  });
  await expect(providers.forZone({ ...broken, settingsVersion: 3 })).rejects.toMatchObject({
    code: 'ZONE_UNAVAILABLE',
  });
  expect(await providers.forZone(zone(4))).toBe(provider);
  await providers.close();
});

test('a zone that was deleted is let go of', async () => {
  const providers = registry();
  const provider = await providers.forZone(zone(0));
  await providers.forget(1);
  expect(await providers.forZone(zone(0))).not.toBe(provider);
  await providers.close();
  await providers.close();
});

test('simulated VMs ended with the server: the next one has them, and a deleted zone leaves nothing', async () => {
  const dataDir = newFolder();
  const first = registry(dataDir);
  await (await first.forZone(zone(0))).ensureVm({ id: 7 }, vmSpec(1, image));
  await first.close();
  const second = registry(dataDir);
  const provider = await second.forZone(zone(0));
  expect(await provider.listSlices()).toEqual([7]);
  await provider.removeSlice({ id: 7 });
  await second.forget(1);
  expect(await readdir(path.join(dataDir, 'zones'))).toEqual([]);
  await second.close();
});
