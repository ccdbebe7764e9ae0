import { inArray } from 'drizzle-orm';
import type { z } from 'zod';
import { slices } from '#drizzle/schema/slices';
import { AppError } from '#shared/errors';
import { say } from '#shared/sentence';
import type { Leftover, LeftoverReason, removeLeftoversInput } from '#shared/zone-leftovers';
import { newestDeployment } from '#server/db/queries/deployments';
import { zonesByName, type ZoneRow } from '#server/db/queries/zones';
import { inTransaction } from '#server/db/transaction';
import { lockSlice } from '#server/events/append';
import type { Found } from '#server/providers/provider';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';
import { isLive } from '../deployments/live';
import { placeOf, zoneAway } from '../homes/places';
import { markOf } from './mark';
import { loadZone } from './zones';

type SliceRow = Pick<typeof slices.$inferSelect, 'id' | 'status' | 'zoneId'>;
/** Longer than anybody waits. */
const listedAtMost = 1_000;

/**
 * What there is in a zone, by its provider, and belongs to no slice of it; what other zones and installations have in the same cloud, too, which is only
 * shown. ZONE_AWAY for a zone at another server.
 */
export async function leftovers(ctx: DomainContext, { id }: { id: number }): Promise<{ items: Leftover[] }> {
  const zone = await hereOnly(ctx, id);
  return { items: await leftoversIn(ctx, zone) };
}

/**
 * Removes what is named, one after the other, as far as it belongs to no slice by now. FORBIDDEN for what is another zone's or installation's, before anything is
 * touched. What is gone already is no error. Answers what is left over then.
 */
export async function removeLeftovers(
  ctx: DomainContext,
  { actor, id, names }: { actor: Actor } & z.output<typeof removeLeftoversInput>,
): Promise<{ items: Leftover[] }> {
  const zone = await hereOnly(ctx, id);
  const provider = await ctx.providers.forZone(zone);
  const wanted = (await leftoversIn(ctx, zone)).filter(({ name }) => names.includes(name));
  for (const { name, removable } of wanted)
    if (!removable) throw new AppError('FORBIDDEN', say('LEFTOVER_OF_OTHERS', { name }));
  // before anything goes: what a server that dies half-way has removed is written down, too
  await inTransaction(ctx.db, (tx) =>
    recordAudit(tx, actor, {
      action: 'zones.remove-leftovers',
      objectType: 'zone',
      objectId: zone.id,
      details: { name: zone.name, leftovers: names.join(', ') },
    }),
  );
  for (const { sliceId } of wanted)
    // once: it touches more than the database. Its row stays locked meanwhile, so that no deploy begins on what is being removed
    await ctx.db.transaction(async (tx) => {
      const slice = await lockSlice(tx, sliceId);
      if (whyLeft(slice, zone) === null || isLive(await newestDeployment(tx, sliceId))) return;
      await provider.removeSlice({ id: sliceId });
    });
  return { items: await leftoversIn(ctx, zone) };
}

async function hereOnly(ctx: DomainContext, id: number): Promise<ZoneRow> {
  const zone = await loadZone(ctx, ctx.db, id);
  const place = await placeOf(ctx, { zone });
  if (place.at !== 'here') throw zoneAway(zone, place);
  return zone;
}

/** Why what is there of a slice is left over; null: it belongs to it. */
function whyLeft(slice: SliceRow | undefined, zone: { id: number }): LeftoverReason | null {
  if (slice === undefined) return 'unknown';
  if (slice.zoneId !== zone.id) return 'elsewhere';
  return slice.status === 'destroyed' || slice.status === 'draft' ? slice.status : null;
}

async function leftoversIn(ctx: DomainContext, zone: ZoneRow): Promise<Leftover[]> {
  const provider = await ctx.providers.forZone(zone);
  const found: Found[] =
    provider.found === undefined
      ? (await provider.listSlices()).map((sliceId) => ({ name: `slice-${sliceId}`, mark: null, sliceId, parts: null }))
      : await provider.found();
  const isOwn = ({ mark }: Found) => mark === null || mark === markOf(zone);
  const ids = found.filter(isOwn).map(({ sliceId }) => sliceId);
  const fields = { id: slices.id, status: slices.status, zoneId: slices.zoneId };
  const rows = ids.length === 0 ? [] : await ctx.db.select(fields).from(slices).where(inArray(slices.id, ids));
  const known = new Map(rows.map((row) => [row.id, row]));
  const zones = new Map((await zonesByName(ctx.db)).map((one) => [markOf(one), one.name]));
  const items: Leftover[] = [];
  for (const one of found.slice(0, listedAtMost)) {
    const { name, sliceId, parts } = one;
    const neighbour = one.mark === null ? null : (zones.get(one.mark) ?? null);
    const why = isOwn(one) ? whyLeft(known.get(sliceId), zone) : neighbour === null ? 'foreign' : 'otherZone';
    if (why === null) continue;
    const counts = parts ?? { servers: null, networks: null, ports: null };
    items.push({ name, sliceId, why, zone: isOwn(one) ? null : neighbour, removable: isOwn(one), ...counts });
  }
  return items;
}
