import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { silentLogger } from '#server/lib/logger';
import { settingsOf, testCloud, type TestCloud } from '#server/testing/cloud';
import { tiny, vmSpec } from '../contract-fixtures';
import type { ImageSpec } from '../provider';
import type { ImageFiles } from './images';
import { createOpenStackProvider } from './openstack-provider';

const folder = await mkdtemp(path.join(tmpdir(), 'trama-cloud-images-'));
afterAll(() => rm(folder, { recursive: true }));
const file = path.join(folder, 'disk.qcow2');
const content = randomBytes(3_000_000);
await writeFile(file, content);

const debian: ImageSpec = { ...tiny, id: 4, name: 'debian', kind: 'disk', source: 'builtin:debian' };
const slice = { id: 12 };
const fileName = 'trama-disk-abc';
function filesOf() {
  const asked = { times: 0 };
  const files: ImageFiles = {
    keyOf: () => Promise.resolve('disk-abc'),
    ensure: () => {
      asked.times += 1;
      return Promise.resolve({ files: [file] });
    },
    state: () => Promise.resolve({ state: 'verified', sizeMb: 3 }),
  };
  return { asked, files };
}
const providerOf = (cloud: TestCloud, change: object = { otherImages: 'upload' }) =>
  createOpenStackProvider({
    mark: 'trama-1-abc',
    settings: settingsOf(cloud, change),
    log: silentLogger.info,
    files: filesOf().files,
    pause: () => Promise.resolve(),
  });
const uploads = (cloud: TestCloud) => cloud.asked.filter(({ method }) => method === 'PUT').length;
const ours = (cloud: TestCloud) => cloud.images.filter(({ name }) => name === fileName);

test('an image is uploaded once, for all that ask at once and after, and VMs are made of it', async () => {
  const cloud = await testCloud();
  const provider = providerOf(cloud);
  expect(await provider.imageState(debian)).toMatchObject({ state: 'absent' });
  await expect(provider.ensureVm(slice, vmSpec(1, debian))).rejects.toMatchObject({
    sentences: [{ code: 'CLOUD_IMAGE_DELETED' }],
  });
  const sizes = await Promise.all([1, 2, 3].map(() => provider.ensureImage(debian)));
  expect(sizes).toEqual([1, 2, 3].map(() => ({ sizeMb: 3 })));
  expect(await provider.imageState(debian)).toEqual({ state: 'verified', sizeMb: 3 });
  await providerOf(cloud).ensureImage(debian);
  expect(ours(cloud)).toMatchObject([{ status: 'active', size: content.length, visibility: 'private' }]);
  expect(uploads(cloud)).toBe(1);
  await provider.ensureVm(slice, vmSpec(1, debian));
  await provider.startVm(slice, vmSpec(1, debian));
  const made = cloud.asked.find(({ method, path: at }) => method === 'POST' && at.endsWith('/servers'))?.body;
  expect(made).toMatchObject({ server: { imageRef: ours(cloud)[0]?.['id'] } });
  await provider.close();
});

test.each(['lost-request', 'lost-answer', 'twice', 'late', { status: 503 }] as const)(
  'never twice, also where a call of it is %j',
  async (mishap) => {
    for (const which of ['POST', 'PUT']) {
      const cloud = await testCloud();
      let left = 1;
      cloud.mishap = ({ method, path: at }) =>
        method === which && at.startsWith('/image/') && (left -= 1) >= 0 ? mishap : null;
      const provider = providerOf(cloud);
      expect(await provider.ensureImage(debian)).toEqual({ sizeMb: 3 });
      expect(ours(cloud)).toMatchObject([{ status: 'active', size: content.length }]);
      await provider.close();
    }
  },
);

test('an upload that was missed here is found as soon as another server has made it', async () => {
  const cloud = await testCloud();
  const [one, other] = [providerOf(cloud), providerOf(cloud)];
  await expect(one.ensureVm(slice, vmSpec(1, debian))).rejects.toMatchObject({ code: 'IMAGE_INVALID' });
  await other.ensureImage(debian);
  await one.ensureVm(slice, vmSpec(1, debian));
  await Promise.all([one.close(), other.close()]);
});

test('many VMs of an upload are made without asking for it each time', async () => {
  const cloud = await testCloud();
  const provider = providerOf(cloud);
  await provider.ensureImage(debian);
  const before = cloud.asked.length;
  const vms = Array.from({ length: 8 }, (_, index) => vmSpec(index + 1, debian));
  for (const vm of vms) await provider.ensureVm(slice, vm);
  for (const vm of vms) await provider.startVm(slice, vm);
  const asked = cloud.asked.slice(before).filter(({ path: at }) => at.startsWith('/image/'));
  expect(asked).toHaveLength(1);
  await provider.close();
});

test('two servers that upload at once make one', async () => {
  const cloud = await testCloud();
  const both = [providerOf(cloud), providerOf(cloud)];
  await Promise.all(both.map((provider) => provider.ensureImage(debian)));
  expect(ours(cloud)).toHaveLength(1);
});

test('one that is deleted behind our back is told, and uploaded again by the next deploy', async () => {
  const cloud = await testCloud();
  const provider = providerOf(cloud);
  await provider.ensureImage(debian);
  const [gone] = ours(cloud);
  cloud.images = cloud.images.filter((image) => image !== gone);
  cloud.deletedImages.add(String(gone?.['id']));
  await expect(provider.ensureVm(slice, vmSpec(1, debian))).rejects.toMatchObject({
    ...{ code: 'IMAGE_INVALID', message: expect.stringContaining('Deploy the slice again') },
  });
  await provider.ensureImage(debian);
  expect(ours(cloud)).toMatchObject([{ status: 'active' }]);
  await provider.ensureVm(slice, vmSpec(1, debian));
  await provider.close();
});

test('one that has become another, and one of somebody else, is not taken', async () => {
  const cloud = await testCloud();
  cloud.images.push({ id: 'foreign', name: fileName, status: 'active', size: 1, owner: 'project-2' });
  const provider = providerOf(cloud);
  await provider.ensureImage(debian);
  const mine = cloud.images.find(({ owner }) => owner === 'project-1');
  Object.assign(mine ?? {}, { os_hash_value: 'other' });
  await expect(provider.ensureImage(debian)).rejects.toMatchObject({
    ...{ code: 'IMAGE_INVALID', sentences: [{ code: 'CLOUD_IMAGE_DAMAGED' }] },
  });
  await provider.close();
});

test('what the settings name goes before, by id or name, and is told when it is gone', async () => {
  const cloud = await testCloud();
  cloud.images.push({ id: 'g1', name: 'Debian 12', status: 'active', size: 2 ** 21 });
  for (const images of ['4=Debian 12', '4=g1'])
    expect(await providerOf(cloud, { images, otherImages: 'upload' }).ensureImage(debian)).toEqual({ sizeMb: 2 });
  const provider = providerOf(cloud, { images: '4=gone' });
  expect(await provider.imageState(debian)).toMatchObject({ state: 'unbuildable' });
  await expect(provider.ensureImage(debian)).rejects.toMatchObject({ sentences: [{ code: 'CLOUD_IMAGE_GONE' }] });
  // others go by their names as before
  expect(await provider.ensureImage({ ...tiny, id: 9 })).toEqual({ sizeMb: 5 });
  expect(uploads(cloud)).toBe(0);
});

test('what another server has begun with other bytes is not filled with ours', async () => {
  const cloud = await testCloud();
  const other = {
    id: 'begun',
    name: fileName,
    status: 'queued',
    size: null,
    owner: 'project-1',
    trama_sha512: 'other',
  };
  cloud.images.push(other);
  const provider = providerOf(cloud);
  expect(await provider.ensureImage(debian)).toEqual({ sizeMb: 3 });
  expect(other.status).toBe('queued');
  expect(await provider.imageState(debian)).toEqual({ state: 'verified', sizeMb: 3 });
  await provider.close();
});
