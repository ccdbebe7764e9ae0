import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { silentLogger } from '#server/lib/logger';
import { settingsOf, testCloud, type TestCloud } from '#server/testing/cloud';
import { tiny, vmSpec } from '../contract-fixtures';
import type { ImageSpec, VmSpec } from '../provider';
import { createOpenStackProvider } from './openstack-provider';
import { neededCalls } from './rights';
import { testConnection } from './test-connection';

const slice = { id: 12 };
const disk: ImageSpec = { ...tiny, kind: 'disk' };
const providerOf = (cloud: TestCloud, change: object) =>
  createOpenStackProvider({
    mark: 'trama-1-abc',
    settings: settingsOf(cloud, change),
    log: silentLogger.info,
    pause: () => Promise.resolve(),
  });
async function started(cloud: TestCloud, change: object, ...vms: VmSpec[]): Promise<unknown[]> {
  const provider = providerOf(cloud, change);
  for (const vm of vms) await provider.ensureVm(slice, vm);
  await Promise.all(vms.map((vm) => provider.startVm(slice, vm)));
  await provider.close();
  const servers = z.array(z.object({ flavor: z.object({ original_name: z.string() }) }));
  return servers.parse([...cloud.things.servers.values()]).map(({ flavor }) => flavor.original_name);
}
const sized = (id: number, change: Partial<VmSpec> = {}) => vmSpec(id, disk, { ramMb: 96, diskGb: 1, ...change });
const posted = (cloud: TestCloud) =>
  cloud.asked.filter(({ method, path: at }) => method === 'POST' && at.includes('/flavors')).map(({ path: at }) => at);

test('a VM of a flavour that is listed is made of the cloud’s, others of the smallest that fits', async () => {
  const cloud = await testCloud();
  cloud.flavours.push({ id: 'f2', name: 'big', vcpus: 4, ram: 4_096, disk: 20 });
  const made = await started(cloud, { flavours: '7=big' }, sized(1, { flavourId: 7 }), sized(2, { flavourId: 8 }));
  expect(made.toSorted()).toEqual(['f1', 'f2']);
});

test.each([
  [{ flavours: '7=gone' }, { flavourId: 7 }, 'CLOUD_FLAVOUR_GONE'],
  [{ flavours: '7=nano' }, { flavourId: 7, ramMb: 256 }, 'CLOUD_FLAVOUR_SMALLER'],
  [{ otherFlavours: 'none' }, { flavourId: 7 }, 'CLOUD_FLAVOUR_NOT_LISTED'],
  [{}, { vcpus: 8 }, 'CLOUD_FLAVOUR_NONE_FITS'],
])('with %j a VM of %j has none, and no server is asked for', async (settings, vm, code) => {
  const cloud = await testCloud();
  await expect(started(cloud, settings, sized(1, vm))).rejects.toMatchObject({
    ...{ code: 'NO_CAPACITY', retryable: false },
    sentences: [{ code }],
  });
  expect(cloud.things.servers.size).toBe(0);
});

test('one is made for a size that the cloud lacks: once for all, for the zone’s project alone', async () => {
  const cloud = await testCloud();
  cloud.makesFlavours = true;
  const all = [1, 2, 3].map((id) => sized(id, { ramMb: 100 }));
  expect(new Set(await started(cloud, { otherFlavours: 'create' }, ...all))).toEqual(new Set(['trama-1-100-1']));
  const [, made] = cloud.flavours;
  expect(made).toMatchObject({ name: 'trama-1-100-1', vcpus: 1, ram: 100, disk: 1, tenant: { tenant: 'project-1' } });
  expect(posted(cloud)).toEqual(['/compute/v2.1/flavors', '/compute/v2.1/flavors/trama-1-100-1/action']);
  // another server, and the same size again
  await started(cloud, { otherFlavours: 'create' }, sized(4, { ramMb: 100 }), sized(5, { ramMb: 128 }));
  expect(posted(cloud)).toHaveLength(2);
  expect(cloud.flavours).toHaveLength(2);
});

test.each(['lost-request', 'lost-answer', 'twice', 'late', { status: 503 }] as const)(
  'nothing is made twice where a call of it is %j',
  async (mishap) => {
    for (const which of ['/flavors', '/action']) {
      const cloud = await testCloud();
      cloud.makesFlavours = true;
      let left = 1;
      cloud.mishap = ({ method, path: at }) =>
        method === 'POST' && at.includes('/flavors') && at.endsWith(which) && (left -= 1) >= 0 ? mishap : null;
      expect(await started(cloud, { otherFlavours: 'create' }, sized(1, { ramMb: 100 }))).toEqual(['trama-1-100-1']);
      expect(cloud.flavours.map(({ name }) => name)).toEqual(['nano', 'trama-1-100-1']);
    }
  },
);

test('who may not make flavours takes the smallest that fits, and is told so', async () => {
  const cloud = await testCloud();
  expect(await started(cloud, { otherFlavours: 'create' }, sized(1))).toEqual(['f1']);
  const provider = providerOf(cloud, { otherFlavours: 'create' });
  expect((await provider.describe()).flavours).toMatchObject({ rule: 'smallest' });
  await provider.close();
  const { ok, steps } = await testConnection(settingsOf(cloud, { otherFlavours: 'create' }));
  expect(ok).toBe(true);
  expect(steps.find(({ name }) => name === 'flavours')).toMatchObject({
    ...{ state: 'limited', sentences: [{ code: 'CLOUD_FLAVOURS_NOT_MADE' }] },
  });
  expect(cloud.flavours).toHaveLength(1);
});

test('a test of the connection tells what there is to choose from, what is named and gone, and makes nothing', async () => {
  const cloud = await testCloud();
  cloud.makesFlavours = true;
  const tried = await testConnection(settingsOf(cloud, { flavours: '7=gone, 8=nano', otherFlavours: 'create' }));
  expect(tried.offers.flavours).toEqual([{ id: 'f1', name: 'nano', vcpus: 1, ramMb: 128, diskGb: 1 }]);
  expect(tried.steps.find(({ name }) => name === 'flavours')).toMatchObject({
    state: 'limited',
    sentences: [{ code: 'CLOUD_FLAVOURS_GONE', params: { flavours: 'gone' } }, { code: 'CLOUD_FLAVOURS_MADE' }],
  });
  expect(cloud.flavours).toHaveLength(1);
});

test('the README names the calls that some settings take besides', async () => {
  const readme = await readFile(path.join(import.meta.dirname, '../../../README.md'), 'utf8');
  const always = neededCalls({ otherFlavours: 'none', otherImages: 'named', portSecurity: 'off' });
  const more = neededCalls({ otherFlavours: 'create', otherImages: 'upload', portSecurity: 'pairs' }).filter(
    (call) => !always.includes(call),
  );
  expect(more.map(({ method, path: at }) => `${method} ${at}`)).toEqual([
    'GET /v2.0/security-groups',
    'POST /v2.1/flavors',
    'POST /v2.1/flavors/id/action',
    'POST /v2/images',
    'PUT /v2/images/id/file',
  ]);
  for (const { method, path: at } of more) expect(readme).toContain(`\`${method} ${at.replace('/id/', '/*/')}\``);
});
