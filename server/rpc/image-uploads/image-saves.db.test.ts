import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { eq } from 'drizzle-orm';
import { beforeEach, expect, it, vi } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { availabilityZones, images } from '#drizzle/schema/catalogue';
import { sliceVms } from '#drizzle/schema/slices';
import { createImageFetcher } from '#server/domain/images/fetch-uploads';
import { processUploads } from '#server/domain/images/process-uploads';
import { imageFolders } from '#server/domain/images/upload-files';
import { vmSpec } from '#server/providers/contract-fixtures';
import { outcomeOf, refusalOf } from '#server/testing/outcomes';
import { homeOf, insertSlice } from '#server/testing/rows';
import { createWorld } from '#server/testing/world';

const run = promisify(execFile);
const database = useDatabase();
const world = createWorld(database);
const { ctx, simulator } = world;
let root: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'trama-saves-'));
  ctx.settings.images = imageFolders(root);
  return async () => {
    vi.restoreAllMocks();
    await rm(root, { recursive: true, force: true });
  };
});

/** A slice with a VM that has a disk, in the zone too, and one that has none. */
async function scene() {
  const owner = await world.person();
  const zoneId = await world.zone({ name: `zone ${owner.userId}` });
  const sliceId = await insertSlice(ctx.db, owner, zoneId);
  const source = `own:${'b'.repeat(64)}`;
  const [image] = await ctx.db.insert(images).values({ name: `base ${owner.userId}`, kind: 'disk', source });
  const [vm, booting] = await ctx.db.select().from(sliceVms).where(eq(sliceVms.sliceId, sliceId));
  if (vm === undefined || booting === undefined) throw new Error('a slice has two VMs');
  await ctx.db.update(sliceVms).set({ imageId: image.insertId, status: 'stopped' }).where(eq(sliceVms.id, vm.id));
  const disk = { id: image.insertId, name: 'base', kind: 'disk', source, sha256: null, readyMarker: null } as const;
  await simulator.ensureVm({ id: sliceId }, vmSpec(vm.id, disk));
  return { owner, api: world.callerOf(owner), zoneId, sliceId, vm, booting };
}

/** Saves what waits, and makes images of it. */
async function work(): Promise<void> {
  const fetcher = createImageFetcher(ctx);
  await fetcher.look();
  await fetcher.idle();
  await processUploads(ctx);
}

it('saves the disk of a VM as an image of one’s own, compressed, with what is said of it', async () => {
  const { api, vm, owner } = await scene();
  const made = await api.imageUploads.save({ vmId: vm.id, name: 'golden', description: 'with all in it' });
  expect(made).toMatchObject({ state: 'saving', vmId: vm.id, sizeBytes: null, url: null, imageId: null });
  expect(made.fileName).toMatch(new RegExp(`/${vm.name}$`));
  expect(await outcomeOf(api.imageUploads.save({ vmId: vm.id, name: 'golden' }))).toBe('NAME_TAKEN');
  await work();
  const done = await api.imageUploads.get({ id: made.id });
  expect(done).toMatchObject({ state: 'ready', format: 'raw', sizeBytes: 2 ** 20, receivedBytes: 2 ** 20 });
  const [image] = (await api.images.list({ search: 'golden' })).items;
  expect(image).toMatchObject({
    ...{ id: done.imageId, kind: 'disk', description: 'with all in it', visibility: 'private' },
    owner: { id: owner.userId },
  });
  const [file = ''] = await readdir(ctx.settings.images.own);
  const disk = path.join(ctx.settings.images.own, file);
  const { stdout } = await run('qemu-img', ['check', '--output=json', disk]);
  expect(JSON.parse(stdout)).toMatchObject({ 'compressed-clusters': 1 });
  expect((await readFile(disk)).subarray(0, 4)).toEqual(Buffer.from('QFI\xfb', 'latin1'));
  expect(await readdir(ctx.settings.images.uploads)).toEqual([]);
});

it('refuses what has no disk, what another server has, and who does not manage the slice, before anything is begun', async () => {
  const { api, vm, booting, zoneId, sliceId } = await scene();
  const other = await world.person();
  const save = (vmId: number, by = api) => by.imageUploads.save({ vmId, name: 'x' });
  expect(await refusalOf(save(booting.id))).toMatchObject({ sentences: [{ code: 'VM_WITHOUT_DISK' }] });
  expect(await outcomeOf(save(vm.id, world.callerOf(other)))).toBe('NOT_FOUND');
  await api.slices.share({ id: sliceId, email: other.email, level: 'operate' });
  expect(await outcomeOf(save(vm.id, world.callerOf(other)))).toBe('FORBIDDEN');
  await world.observed(vm.id, 'absent');
  expect(await refusalOf(save(vm.id))).toMatchObject({ sentences: [{ code: 'VM_DISK_NOT_THERE' }] });
  await world.observed(vm.id, 'running');
  vi.spyOn(ctx, 'home', 'get').mockReturnValue({ id: 999_999, everything: false, accompanied: true });
  for (const [away, code] of [
    [false, 'UPLOAD_ELSEWHERE'],
    [true, 'ZONE_AWAY'],
  ] as const) {
    const homeId = await homeOf(ctx.db, 'beta', { away });
    await ctx.db.update(availabilityZones).set({ homeId }).where(eq(availabilityZones.id, zoneId));
    const refused = await refusalOf(save(vm.id));
    expect(refused).toMatchObject({ code });
    expect(refused?.message).toContain('beta');
  }
  expect((await api.imageUploads.list({})).items).toEqual([]);
});

it('fails with what the zone says, takes of the quota what comes, and leaves nothing', async () => {
  const { api, vm, owner, sliceId } = await scene();
  await world.quota({ userId: owner.userId }, { imageMb: 1 });
  vi.spyOn(simulator, 'saveDisk').mockImplementationOnce(async (_slice, _vmId, { onProgress, signal }) => {
    onProgress({ percent: 5, bytes: 3 * 2 ** 20 });
    // until it is told that there is no quota for it
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    signal.throwIfAborted();
  });
  const { id: large } = await api.imageUploads.save({ vmId: vm.id, name: 'large' });
  await work();
  expect(await api.imageUploads.get({ id: large })).toMatchObject({
    state: 'failed',
    sentences: [{ code: 'QUOTA_IMAGES' }],
  });
  await simulator.removeVm({ id: sliceId }, vm.id);
  const { id: gone } = await api.imageUploads.save({ vmId: vm.id, name: 'gone' });
  await work();
  expect(await api.imageUploads.get({ id: gone })).toMatchObject({
    state: 'failed',
    sentences: [{ code: 'VM_NOT_DEFINED' }],
  });
  expect(await readdir(ctx.settings.images.uploads)).toEqual([]);
});

it('is begun anew by the server that follows, and ends when it is cancelled', async () => {
  const { api, vm } = await scene();
  const { id } = await api.imageUploads.save({ vmId: vm.id, name: 'slow' });
  const signals: AbortSignal[] = [];
  const endless = vi.spyOn(simulator, 'saveDisk').mockImplementation(async (_slice, _vmId, { signal }) => {
    signals.push(signal);
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    signal.throwIfAborted();
  });
  const dying = createImageFetcher(ctx);
  await dying.look();
  await expect.poll(() => signals.length).toBe(1);
  await dying.stop();
  expect(await api.imageUploads.get({ id })).toMatchObject({ state: 'saving' });
  const next = createImageFetcher(ctx);
  await next.look();
  await expect.poll(() => signals.length).toBe(2);
  await api.imageUploads.cancel({ id });
  await next.idle();
  expect(signals.every(({ aborted }) => aborted)).toBe(true);
  expect(await readdir(ctx.settings.images.uploads)).toEqual([]);
  endless.mockRestore();
  // its name is free again
  await api.imageUploads.save({ vmId: vm.id, name: 'slow' });
  await work();
  expect((await api.images.list({ search: 'slow' })).items).toHaveLength(1);
});
