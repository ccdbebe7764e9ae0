import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { images } from '#drizzle/schema/catalogue';
import { pruneImages, newestPruned, writeImageState } from '#server/domain/images/image-states';
import type { ImageSpec } from '#server/providers/provider';
import { createSimulatorProvider } from '#server/providers/simulator/simulator-provider';
import { registryOf } from '#server/testing/context';
import { line } from '#server/testing/drawings';
import { outcomeOf, refusalOf } from '#server/testing/outcomes';
import { simulatedZone } from '#server/testing/rows';
import { createWorld } from '#server/testing/world';

const world = createWorld(useDatabase());
const { ctx } = world;

/** An image that a zone has prepared, of the catalogue or somebody's own, 300 MiB. */
async function imageOf(ownerId: number | null, name: string): Promise<number> {
  const source = `own:${'a'.repeat(64)}`;
  const visibility = ownerId === null ? 'all' : 'private';
  const [{ insertId }] = await ctx.db
    .insert(images)
    .values({ name, kind: 'disk', source, sizeMb: 300, ownerId, visibility });
  return insertId;
}
const verified = { state: 'verified', sizeMb: 300 } as const;

test('what nothing uses is told with its room and since when, and is pruned; what is used is not', async () => {
  const admin = world.callerOf(await world.person('admin'));
  const owner = await world.person();
  const user = world.callerOf(owner);
  const zoneId = await simulatedZone(ctx.db);
  const [old, own, used, bare] = [
    await imageOf(null, 'old'),
    await imageOf(owner.userId, 'own'),
    await imageOf(null, 'used'),
    await imageOf(null, 'bare'),
  ];
  const now = ctx.clock.now();
  for (const imageId of [old, used]) await writeImageState(ctx.db, { imageId, zoneId, state: verified, now });
  const drawn = (imageId: number) => ({ ...line(1), vms: line(1).vms.map((vm) => ({ ...vm, imageId })) });
  await user.templates.create({ name: 'used', topology: drawn(used) });
  const before = await user.templates.create({ name: 'before', topology: drawn(old) });
  const listed = async () => (await admin.images.unused()).items.map(({ id }) => id);
  expect(await listed()).toEqual([own]);

  // the next revision has it no more: since then nobody uses it
  await user.templates.update({ id: before.id, topology: drawn(used), baseRevision: 1 });
  const { items, more } = await admin.images.unused();
  expect(more).toBe(false);
  expect(items).toMatchObject([
    { id: old, owner: null, roomMb: 300, zones: ['local'], wasUsed: true },
    { id: own, owner: { id: owner.userId }, roomMb: 300, zones: [], wasUsed: false },
  ]);
  expect(new Date(items[0]?.unusedSince ?? 0).getTime()).toBeGreaterThanOrEqual(new Date(before.createdAt).getTime());
  expect(await refusalOf(admin.images.prune({ id: used }))).toMatchObject({ code: 'IMAGE_IN_USE' });
  expect(await outcomeOf(user.images.prune({ id: own }))).toBe('FORBIDDEN');
  expect(await outcomeOf(user.images.unused())).toBe('FORBIDDEN');
  expect(await outcomeOf(admin.images.prune({ id: 999_999 }))).toBe('NOT_FOUND');

  // one's own is gone; the catalogue's can be taken as before
  for (const id of [own, old, old]) await admin.images.prune({ id });
  expect(await listed()).toEqual([]);
  expect((await admin.images.list({})).items.map(({ id }) => id)).toEqual(expect.arrayContaining([old, used, bare]));
  expect((await admin.images.list({})).items.map(({ id }) => id)).not.toContain(own);
});

test('zones remove what was pruned, until it is used or prepared again', async () => {
  const admin = world.callerOf(await world.person('admin'));
  const zoneId = await simulatedZone(ctx.db);
  const imageId = await imageOf(null, 'old');
  await writeImageState(ctx.db, { imageId, zoneId, state: verified, now: ctx.clock.now() });
  const provider = createSimulatorProvider();
  let kept: readonly ImageSpec[] = [];
  provider.pruneImages = (inUse) => {
    kept = inUse;
    return Promise.resolve({ freedMb: 0 });
  };
  const isKept = async () => {
    await pruneImages({ ...ctx, providers: registryOf(provider) });
    return kept.some(({ id }) => id === imageId);
  };
  expect(await isKept()).toBe(true);
  const earlier = await newestPruned(ctx.db);
  await admin.images.prune({ id: imageId });
  expect(await newestPruned(ctx.db)).toBeGreaterThan(earlier);
  expect(await isKept()).toBe(false);
  expect((await admin.images.list({ search: 'old' })).items[0]?.zones).toEqual([]);

  const drawn = line(1);
  const template = await admin.templates.create({
    name: 'again',
    topology: { ...drawn, vms: drawn.vms.map((vm) => ({ ...vm, imageId })) },
  });
  expect(await isKept()).toBe(true);
  await admin.templates.delete({ id: template.id });
  expect(await isKept()).toBe(false);
  await writeImageState(ctx.db, { imageId, zoneId, state: verified, now: ctx.clock.now() });
  expect(await isKept()).toBe(true);
  expect((await ctx.db.select().from(images).where(eq(images.id, imageId)))[0]?.prunedAt).toBeNull();
});
