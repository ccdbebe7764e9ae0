import type { z } from 'zod';
import { AppError } from '#shared/errors';
import type { joinedLineSchema, joinLineInput, linePlaceOutput, linePlacesOutput } from '#shared/line';
import { say } from '#shared/sentence';
import type { Queryable } from '#server/db/client';
import { touchSlice } from '#server/db/queries/slices';
import { deleteWait, heldByOwners, waitOf, waitsIn, waitsOf } from '#server/db/queries/waits';
import { zoneById } from '#server/db/queries/zones';
import { iso } from '#server/db/rows';
import { inTransaction } from '#server/db/transaction';
import { insertEvents } from '#server/events/append';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';
import { askZone, planZoneOf } from '../deployments/situation';
import { acceptOperation } from '../deployments/start';
import { loadSlice, visibleSlices, type SliceRow } from '../slices/access';
import { lineOrder, passedAtMost } from './order';
import { lineEvent } from './stand';

/**
 * Begins an operation, or, where nothing but room in the zone is lacking, has it wait in line for that. One that waits already keeps
 * its place. As of a start: FORBIDDEN, SLICE_BUSY, INVALID_TRANSITION, QUOTA_EXCEEDED, PLAN_NOT_RUNNABLE, the last also for what is
 * larger than the zone.
 */
export async function joinLine(
  ctx: DomainContext,
  { actor, ...request }: z.infer<typeof joinLineInput> & { actor: Actor },
): Promise<z.infer<typeof joinedLineSchema>> {
  const accepted = await acceptOperation(ctx, { actor, ...request, mayWait: true });
  if (accepted !== 'waits') return { deploymentId: accepted, place: null };
  // room that became free while it came to wait
  ctx.bus.offerRoom();
  return { deploymentId: null, ...(await linePlace(ctx, { actor, sliceId: request.sliceId })) };
}

/** Gives a slice's place in line up; one that does not wait, or was let in just now, is left as it is. NOT_FOUND, FORBIDDEN. */
export async function quitLine(
  ctx: DomainContext,
  { actor, sliceId }: { actor: Actor; sliceId: number },
): Promise<z.infer<typeof linePlaceOutput>> {
  const quit = await inTransaction(ctx.db, async (tx) => {
    const slice = await loadSlice(tx, { actor, id: sliceId, lock: true, need: 'manage' });
    const wait = await waitOf(tx, sliceId);
    if (wait === null) return false;
    await deleteWait(tx, sliceId);
    await touchSlice(tx, sliceId);
    await recordAudit(tx, actor, {
      action: 'line.leave',
      objectType: 'slice',
      objectId: sliceId,
      details: { name: slice.name, kind: wait.kind },
    });
    await insertEvents(tx, sliceId, [lineEvent('left', wait.kind)]);
    return true;
  });
  if (quit) {
    ctx.bus.notify(sliceId);
    // what was kept for it
    ctx.bus.offerRoom();
  }
  return { place: null };
}

/** Where a slice stands in its zone's line. NOT_FOUND. */
export async function linePlace(
  ctx: DomainContext,
  { actor, sliceId }: { actor: Actor; sliceId: number },
): Promise<z.infer<typeof linePlaceOutput>> {
  const slice = await loadSlice(ctx.db, { actor, id: sliceId });
  return { place: (await waitOf(ctx.db, sliceId)) === null ? null : await placeOfSlice(ctx, ctx.db, slice) };
}

/** Where those of the slices stand that wait, each in its zone's line. Those that the actor does not see are left out. */
export async function linePlaces(
  ctx: DomainContext,
  { actor, sliceIds }: { actor: Actor; sliceIds: readonly number[] },
): Promise<z.infer<typeof linePlacesOutput>> {
  const waits = await waitsOf(ctx.db, sliceIds, visibleSlices(actor));
  const zones = [...new Set(waits.map(({ zoneId }) => zoneId))];
  const lines = await Promise.all(zones.map((zoneId) => lineOf(ctx, ctx.db, zoneId)));
  const asked = new Set(waits.map(({ sliceId }) => sliceId));
  return {
    places: lines.flatMap(({ order }) =>
      order.flatMap(({ sliceId }, index) =>
        asked.has(sliceId) ? [{ sliceId, place: index + 1, of: order.length }] : [],
      ),
    ),
  };
}

/** All who wait in the zone, the first place first. */
async function lineOf(ctx: DomainContext, q: Queryable, zoneId: number) {
  const zone = await zoneById(q, zoneId);
  if (zone === null) throw new AppError('ZONE_UNAVAILABLE', say('ZONE_NOT_THERE'));
  const { capacity, free } = await planZoneOf(q, zone, await askZone(ctx, zone));
  const came = (await waitsIn(q, zone.id)).map((wait) => ({ ...wait, needs: needsOf(wait) }));
  const heldBy = await heldByOwners(q, zone.id, [...new Set(came.map(({ ownerId }) => ownerId))]);
  const order = capacity === null || free === null ? came : lineOrder(came, { capacity, free, heldBy });
  return { zone, free, order };
}

async function placeOfSlice(ctx: DomainContext, q: Queryable, slice: SliceRow) {
  const { zone, free, order } = await lineOf(ctx, q, slice.zoneId);
  const place = order.findIndex((wait) => wait.sliceId === slice.id);
  const wait = order[place];
  // let in since
  if (wait === undefined) return null;
  return {
    place: place + 1,
    of: order.length,
    since: iso(wait.since),
    kind: wait.kind,
    zone: { id: zone.id, name: zone.name },
    needs: wait.needs,
    free,
    kept: wait.passed >= passedAtMost,
  };
}

/** What a wait takes of its zone. */
export function needsOf({ vcpus, ramMb, diskGb }: { vcpus: number; ramMb: number; diskGb: number }) {
  return { vcpus, ramMb, diskGb };
}
