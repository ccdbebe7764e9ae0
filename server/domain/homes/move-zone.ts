import { eq } from 'drizzle-orm';
import type { z } from 'zod';
import { availabilityZones } from '#drizzle/schema/catalogue';
import { AppError } from '#shared/errors';
import { say } from '#shared/sentence';
import type { homeSchema, moveZoneInput, releaseZoneInput, Zone } from '#shared/zone';
import type { Transaction } from '#server/db/client';
import { deleteDeparture, departFrom, homeById, homesWithZones, type HomeState } from '#server/db/queries/homes';
import { countHolding, lockZone, type ZoneRow } from '#server/db/queries/zones';
import { iso } from '#server/db/rows';
import { inTransaction } from '#server/db/transaction';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';
import { getZone, loadZone } from '../zones/zones';
import { isLocal } from './places';

/** The servers that zones can be at, living and gone, by the names of their machines. */
export async function listHomes(ctx: DomainContext): Promise<{ items: z.infer<typeof homeSchema>[] }> {
  const items = (await homesWithZones(ctx.db)).map(({ home, zones }) => ({
    id: home.id,
    host: home.host,
    seenAt: iso(home.seenAt),
    away: !home.alive,
    zones,
  }));
  return { items };
}

/**
 * Gives a zone to another server. What its VMs are is in the data folder of the one that it is at, and is not moved: so it has to hold
 * nothing, or that server has to be gone, and then what is not brought over by hand is lost, which `acceptLoss` says. Should that server
 * come back, it removes what it has of the zone. Twice is once.
 *
 * ZONE_IN_USE while slices have VMs at a living server, or the loss is not accepted; ZONE_UNAVAILABLE for a server that is away;
 * INVALID_INPUT for a zone that is at no server of ours.
 */
export async function moveZone(
  ctx: DomainContext,
  { actor, id, homeId, acceptLoss }: { actor: Actor } & z.infer<typeof moveZoneInput>,
): Promise<Zone> {
  await inTransaction(ctx.db, async (tx) => {
    const { zone, from } = await lockedZone(ctx, tx, id);
    const to = await homeById(tx, homeId);
    if (to === null) throw new AppError('NOT_FOUND', say('SERVER_NOT_THERE'), { field: 'homeId' });
    if (zone.homeId === to.id) return;
    if (!to.alive)
      throw new AppError('ZONE_UNAVAILABLE', say('SERVER_GIVEN_AWAY', { host: to.host }), {
        field: 'homeId',
        params: { host: to.host },
      });
    const left = await leave(tx, zone, { from, acceptLoss });
    // it is to keep what it has of the zone, as from now on
    await deleteDeparture(tx, zone.id, to.id);
    await tx.update(availabilityZones).set({ homeId: to.id, released: false }).where(eq(availabilityZones.id, zone.id));
    await recordAudit(tx, actor, {
      action: 'zones.move',
      objectType: 'zone',
      objectId: zone.id,
      details: { name: zone.name, from: from?.host ?? null, to: to.host, slicesLeft: left },
    });
  });
  return getZone(ctx, { actor, id });
}

/**
 * Takes a zone from its server, as {@link moveZone} does, and gives it to none: nothing but destroy can be asked of it, and no
 * server takes it, until it is given to one. Twice is once.
 */
export async function releaseZone(
  ctx: DomainContext,
  { actor, id, acceptLoss }: { actor: Actor } & z.infer<typeof releaseZoneInput>,
): Promise<Zone> {
  await inTransaction(ctx.db, async (tx) => {
    const { zone, from } = await lockedZone(ctx, tx, id);
    if (zone.released) return;
    // it would have it again with the next heartbeat
    if (ctx.home.everything && zone.homeId === ctx.home.id) throw new AppError('ZONE_UNAVAILABLE', say('SERVER_ALONE'));
    const left = await leave(tx, zone, { from, acceptLoss });
    await tx.update(availabilityZones).set({ homeId: null, released: true }).where(eq(availabilityZones.id, zone.id));
    await recordAudit(tx, actor, {
      action: 'zones.release',
      objectType: 'zone',
      objectId: zone.id,
      details: { name: zone.name, from: from?.host ?? null, slicesLeft: left },
    });
  });
  return getZone(ctx, { actor, id });
}

/** The zone's row, locked: whoever deploys to it takes its capacity under the same lock. With the server that it is at. */
async function lockedZone(
  ctx: DomainContext,
  tx: Transaction,
  id: number,
): Promise<{ zone: ZoneRow; from: HomeState | null }> {
  await lockZone(tx, id);
  const zone = await loadZone(ctx, tx, id);
  if (!isLocal(zone.provider)) throw new AppError('INVALID_INPUT', say('ZONE_AT_NO_SERVER', { zone: zone.name }));
  return { zone, from: zone.homeId === null ? null : await homeById(tx, zone.homeId) };
}

/** Takes the zone from its server, if that may be. Answers how many slices have left something there. */
async function leave(
  tx: Transaction,
  zone: ZoneRow,
  { from, acceptLoss }: { from: HomeState | null; acceptLoss: boolean },
): Promise<number> {
  if (from === null) return 0;
  const slices = await countHolding(tx, zone.id);
  const params = { zone: zone.name, host: from.host, slices };
  if (slices > 0 && from.alive) throw new AppError('ZONE_IN_USE', say('ZONE_SERVER_AT_WORK', params), { params });
  if (slices > 0 && !acceptLoss) throw new AppError('ZONE_IN_USE', say('ZONE_LOSS_UNACCEPTED', params), { params });
  await departFrom(tx, zone.id, from.id);
  return slices;
}
