import { and, eq, inArray, isNull, like, max, or, sql } from 'drizzle-orm';
import { availabilityZones, images, imageStates } from '#drizzle/schema/catalogue';
import { asError, asReason, say, told, within } from '#shared/sentence';
import type { Queryable } from '#server/db/client';
import { inTransaction } from '#server/db/transaction';
import { isKeptImage } from '#server/db/queries/images';
import { providerZone, type ProviderZone } from '#server/db/queries/zones';
import { startBackgroundLoop } from '#server/lib/background-loop';
import { ProviderError } from '#server/lib/provider-error';
import type { ImageSpec, ImageState, Provider } from '#server/providers/provider';
import type { DomainContext } from '../context';
import { serves } from '../homes/places';
import { telling } from '../notifications/tell';

/** A row that says `fetching` and was not touched for so long belongs to a server that is gone. */
const abandonedMs = 60_000;
const progressMs = 1_000;
const lookMs = 3_000;
const pruneMs = 3_600_000;

/** What providers are told of an image. */
const imageColumns = {
  id: images.id,
  name: images.name,
  kind: images.kind,
  source: images.source,
  sha256: images.sha256,
  readyMarker: images.readyMarker,
};

/** Whether the zone is known to have the image whole. */
export async function isVerified(
  q: Queryable,
  { imageId, zoneId }: { imageId: number; zoneId: number },
): Promise<boolean> {
  const [row] = await q
    .select({ state: imageStates.state })
    .from(imageStates)
    .where(and(eq(imageStates.imageId, imageId), eq(imageStates.zoneId, zoneId)));
  return row?.state === 'verified';
}

/** Writes down what a zone says of an image. The size is the image's own, whichever zone says it. */
export async function writeImageState(
  q: Queryable,
  { imageId, zoneId, state, now }: { imageId: number; zoneId: number; state: ImageState; now: Date },
): Promise<void> {
  const key = and(eq(imageStates.imageId, imageId), eq(imageStates.zoneId, zoneId));
  if (state.state === 'absent') {
    await q.delete(imageStates).where(key);
    return;
  }
  const values = {
    state: state.state,
    ...('reason' in state ? asReason(within(1000, state.reason)) : { reason: null, sentences: null }),
    doneMb: state.state === 'fetching' ? state.doneMb : null,
    totalMb: state.state === 'fetching' ? state.totalMb : null,
    at: now,
  };
  await q
    .insert(imageStates)
    .values({ imageId, zoneId, ...values })
    .onDuplicateKeyUpdate({ set: values });
  if (state.state !== 'verified') return;
  const sizeMb = Math.round(state.sizeMb);
  const differs = sql`(${images.sizeMb} is null or ${images.sizeMb} <> ${sizeMb} or ${images.prunedAt} is not null)`;
  await q
    .update(images)
    // what was pruned is wanted again
    .set({ sizeMb, prunedAt: null })
    .where(and(eq(images.id, imageId), differs));
}

/** Asks every open zone that keeps images to read this one anew, or to fetch it. Who has the zone does so: {@link startImageKeeper}. */
export async function requestImageCheck(
  q: Queryable,
  { imageId, now, askedBy }: { imageId: number; now: Date; askedBy: number },
): Promise<void> {
  const zones = await q
    .select({ id: availabilityZones.id })
    .from(availabilityZones)
    .where(eq(availabilityZones.enabled, true));
  if (zones.length === 0) return;
  const values = {
    state: 'requested' as const,
    reason: null,
    sentences: null,
    doneMb: null,
    totalMb: null,
    at: now,
    askedBy,
  };
  await q
    .insert(imageStates)
    .values(zones.map(({ id }) => ({ imageId, zoneId: id, ...values })))
    .onDuplicateKeyUpdate({ set: values });
}

type Context = Pick<DomainContext, 'db' | 'bus' | 'clock' | 'log' | 'providers' | 'home'>;

/**
 * Does the checks that are asked for in the zones of this server, and removes prepared images that nothing uses. Several
 * servers may do it at once: each check is taken by one.
 */
export function startImageKeeper(ctx: Context): () => Promise<void> {
  let pruned = 0;
  let prunedFor = 0;
  return startBackgroundLoop({
    everyMs: lookMs,
    round: async (signal) => {
      await checkRequested(ctx);
      if (signal.aborted) return;
      const asked = await newestPruned(ctx.db);
      const isDue = Date.now() - pruned >= pruneMs;
      if (isDue) await surveyBuiltinImages(ctx);
      if (isDue || asked > prunedFor) await pruneImages(ctx);
      if (isDue) pruned = Date.now();
      prunedFor = asked;
    },
    // a database that is away: there is a next time
    onError: (error) => ctx.log.warn('Images could not be looked after.', { error }),
    // a download may take an hour: it is left to the provider, which is closed next
    patienceMs: 1_000,
  });
}

/** The zone's provider, or null when the zone is another server's or cannot be reached. */
async function providerHere(ctx: Context, zone: ProviderZone): Promise<Provider | null> {
  return serves(ctx.home, zone) ? ctx.providers.forZone(zone).catch(() => null) : null;
}

/** One round of the checks that wait. Resolves when they are done. */
export async function checkRequested(ctx: Context): Promise<void> {
  const now = ctx.clock.now();
  const abandoned = sql`${imageStates.at} < ${new Date(now.getTime() - abandonedMs)}`;
  const underWay = inArray(imageStates.state, ['fetching', 'building']);
  const waits = or(eq(imageStates.state, 'requested'), and(underWay, abandoned));
  const rows = await ctx.db
    .select({
      zone: providerZone,
      image: imageColumns,
    })
    .from(imageStates)
    .innerJoin(images, eq(images.id, imageStates.imageId))
    .innerJoin(availabilityZones, eq(availabilityZones.id, imageStates.zoneId))
    .where(waits)
    .limit(20);
  await Promise.all(
    rows.map(async ({ zone, image }) => {
      const provider = await providerHere(ctx, zone);
      if (provider === null) return;
      const [taken] = await ctx.db
        .update(imageStates)
        .set({ state: 'fetching', doneMb: 0, totalMb: null, at: now })
        .where(and(eq(imageStates.imageId, image.id), eq(imageStates.zoneId, zone.id), waits));
      if (taken.affectedRows === 1) await check(ctx, { provider, zone, image });
    }),
  );
}

const isUnderWay = ({ state }: ImageState) => state === 'fetching' || state === 'building';

/**
 * Has what the provider says of an image that it prepares written down, again and again, until what is answered is called; that resolves
 * when nothing more will be written.
 */
export function followImage(
  provider: Pick<Provider, 'imageState'>,
  image: ImageSpec,
  write: (state: ImageState) => Promise<void>,
  onError: (error: unknown) => void,
): () => Promise<void> {
  let done = false;
  let writing = Promise.resolve();
  const timer = setInterval(() => {
    writing = writing
      .then(() => provider.imageState(image))
      .then((state) => (done || !isUnderWay(state) ? undefined : write(state)))
      .catch(onError);
  }, progressMs);
  return () => {
    done = true;
    clearInterval(timer);
    return writing;
  };
}

/**
 * Asks the zones of this server which of the built-in images they can make, so that it is known before a VM needs one. What zones have said
 * of one that they have, or are at work with, stays.
 */
export async function surveyBuiltinImages(ctx: Context): Promise<void> {
  const builtin = await ctx.db
    .select(imageColumns)
    .from(images)
    .where(and(isNull(images.retiredAt), like(images.source, 'builtin:%')));
  const zones = await ctx.db.select(providerZone).from(availabilityZones);
  for (const zone of zones) {
    const provider = await providerHere(ctx, zone);
    if (provider === null) continue;
    for (const image of builtin) {
      const state = await provider.imageState(image);
      if (state.state !== 'unbuildable' && state.state !== 'absent') continue;
      const key = and(eq(imageStates.imageId, image.id), eq(imageStates.zoneId, zone.id));
      await inTransaction(ctx.db, async (tx) => {
        const [row] = await tx.select({ state: imageStates.state }).from(imageStates).where(key).for('update');
        if (row === undefined ? state.state === 'unbuildable' : row.state === 'unbuildable')
          await writeImageState(tx, { imageId: image.id, zoneId: zone.id, state, now: ctx.clock.now() });
      });
    }
  }
}

async function check(
  ctx: Context,
  { provider, zone, image }: { provider: Provider; zone: ProviderZone; image: ImageSpec },
): Promise<void> {
  const zoneId = zone.id;
  const write = (state: ImageState) =>
    writeImageState(ctx.db, { imageId: image.id, zoneId, state, now: ctx.clock.now() });
  const settled = followImage(provider, image, write, (error) =>
    ctx.log.warn('The progress of an image could not be written.', { error }),
  );
  let outcome: ImageState;
  try {
    outcome = { state: 'verified', ...(await provider.ensureImage(image, { reread: true })) };
  } catch (error) {
    ctx.log.warn('An image is not good.', { imageId: image.id, zoneId, error });
    const reason = error instanceof ProviderError ? told(error.sentences) : say('IMAGE_CHECK_FAILED');
    outcome = { state: 'broken', reason };
  }
  await settled();
  await writeEnd(ctx, { zone, image, state: outcome });
}

/** Writes how a check ended, and tells who has asked for it: once, whoever writes it again. */
async function writeEnd(
  ctx: Context,
  { zone, image, state }: { zone: ProviderZone; image: ImageSpec; state: ImageState },
): Promise<void> {
  const key = and(eq(imageStates.imageId, image.id), eq(imageStates.zoneId, zone.id));
  await telling(ctx, async (tx, sayTo) => {
    const [row] = await tx.select({ askedBy: imageStates.askedBy }).from(imageStates).where(key).for('update');
    await writeImageState(tx, { imageId: image.id, zoneId: zone.id, state, now: ctx.clock.now() });
    const askedBy = row?.askedBy ?? null;
    if (askedBy === null) return;
    await tx.update(imageStates).set({ askedBy: null }).where(key);
    const facts = {
      image: { id: image.id, name: image.name },
      zone: { id: zone.id, name: zone.name },
      to: [askedBy],
    };
    if (state.state === 'verified') await sayTo({ kind: 'image.ready', ...facts });
    if (state.state === 'broken') await sayTo({ kind: 'image.broken', ...facts, ...asError(state.reason) });
  });
}

/** When somebody has last had an image pruned, ms; 0 for never. */
export async function newestPruned(q: Queryable): Promise<number> {
  const [row] = await q.select({ at: max(images.prunedAt) }).from(images);
  return row?.at?.getTime() ?? 0;
}

/** Removes, in the zones of this server, prepared images that are not in the catalogue, or were pruned there, and not under a VM. */
export async function pruneImages(ctx: Context): Promise<void> {
  const inUse = await ctx.db.select(imageColumns).from(images).where(isKeptImage);
  const zones = await ctx.db.select(providerZone).from(availabilityZones);
  for (const zone of zones) {
    const provider = await providerHere(ctx, zone);
    const result = await provider?.pruneImages(inUse);
    if (result && result.freedMb > 0) ctx.log.info('Unused images were removed.', { zoneId: zone.id, ...result });
  }
}
