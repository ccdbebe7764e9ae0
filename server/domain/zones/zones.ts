import { eq, sql } from 'drizzle-orm';
import type { z } from 'zod';
import { availabilityZones } from '#drizzle/schema/catalogue';
import { can } from '#shared/auth';
import { AppError, notFound } from '#shared/errors';
import type { createZoneInput, updateZoneInput, Zone } from '#shared/zone';
import { say } from '#shared/sentence';
import type { ZoneSettingsInput } from '#shared/zone-settings';
import type { Queryable, Transaction } from '#server/db/client';
import { isReferenced } from '#server/db/errors';
import { reportOf } from '#server/db/queries/homes';
import { zoneOverview, type ZoneOverview } from '#server/db/queries/zone-overview';
import { lockZone, zoneById, type ZoneRow } from '#server/db/queries/zones';
import { iso } from '#server/db/rows';
import { inTransaction } from '#server/db/transaction';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';
import { placeAt, zoneAway, type Place } from '../homes/places';
import { askItsServer } from '../homes/questions';
import { nameTakenBy } from '../names';
import { capacityOf, freeOf } from './capacity';
import { describeHere, unavailable, type Description } from './describe';
import { changeSettings, shownSettings } from './settings';

/** Whether this installation offers such a zone at all: the simulator only where it was asked for. */
export function isOffered(ctx: DomainContext, zone: { provider: ZoneRow['provider'] }): boolean {
  return zone.provider !== 'simulator' || ctx.settings.simulator;
}

/** The zone, unless it is not there or not offered: NOT_FOUND. */
export async function loadZone(ctx: DomainContext, q: Queryable, id: number): Promise<ZoneRow> {
  return offered(ctx, await zoneById(q, id));
}

function offered(ctx: DomainContext, zone: ZoneRow | null): ZoneRow {
  if (zone === null || !isOffered(ctx, zone)) throw notFound('zone');
  return zone;
}

/** What the home of a zone has told of it last; that nothing can be done there now, when its server is away. */
async function told(ctx: DomainContext, zone: ZoneRow, place: Exclude<Place, { at: 'here' }>): Promise<Description> {
  const last = await reportOf(ctx.db, zone.id);
  if (place.at === 'elsewhere' && last !== null) return { ...last.report, observedAt: last.observedAt };
  const why = place.at === 'elsewhere' ? say('ZONE_NOTHING_TOLD') : zoneAway(zone, place).said;
  const { capabilities } = unavailable(why);
  return { physical: null, facts: [], ...last?.report, capabilities, observedAt: last?.observedAt ?? null };
}

async function publicZone(
  ctx: DomainContext,
  { actor, zone, home, use, refresh = false }: ZoneOverview & { actor: Actor; refresh?: boolean },
): Promise<Zone> {
  const place = placeAt(ctx.home, { zone, home });
  const {
    physical,
    capabilities,
    vmLimits = null,
    facts,
    observedAt,
  } = await (place.at === 'here' ? describeHere(ctx, { zone, refresh }) : told(ctx, zone, place));
  const capacity = capacityOf(zone, physical);
  return {
    id: zone.id,
    name: zone.name,
    provider: zone.provider,
    enabled: zone.enabled,
    physical,
    limits: { vcpus: zone.limitVcpus, ramMb: zone.limitRamMb, diskGb: zone.limitDiskGb },
    overcommit: zone.overcommit,
    settings: can(actor.role, 'zones:manage') ? shownSettings(zone) : null,
    capacity,
    allocated: use.allocated,
    free: freeOf(capacity, use.allocated),
    runningVms: use.runningVms,
    slices: use.slices,
    capabilities,
    vmLimits,
    facts,
    observedAt: iso(observedAt),
    home: home === null ? null : { id: home.id, host: home.host, seenAt: iso(home.seenAt), away: place.at === 'away' },
    released: zone.released,
    createdAt: iso(zone.createdAt),
  };
}

/** All zones by name, each as its provider describes it now; one that does not answer says so and delays nobody long. */
export async function listZones(ctx: DomainContext, { actor }: { actor: Actor }): Promise<{ items: Zone[] }> {
  const zones = (await zoneOverview(ctx.db)).filter(({ zone }) => isOffered(ctx, zone));
  return { items: await Promise.all(zones.map((found) => publicZone(ctx, { actor, ...found }))) };
}

/**
 * One zone. `refresh` has the provider look again instead of answering what it knows, at the server that the zone is at; ZONE_AWAY, or
 * ZONE_UNAVAILABLE, when that does not answer.
 */
export async function getZone(
  ctx: DomainContext,
  { actor, id, refresh = false }: { actor: Actor; id: number; refresh?: boolean },
): Promise<Zone> {
  if (refresh) await askItsServer(ctx, { zone: await loadZone(ctx, ctx.db, id) });
  const found = (await zoneOverview(ctx.db)).find(({ zone }) => zone.id === id);
  if (found === undefined || !isOffered(ctx, found.zone)) throw notFound('zone');
  return publicZone(ctx, { actor, ...found, refresh });
}

const columnsOf = (zone: Pick<z.infer<typeof updateZoneInput>, 'name' | 'enabled' | 'limits' | 'overcommit'>) => ({
  name: zone.name,
  enabled: zone.enabled,
  limitVcpus: zone.limits.vcpus,
  limitRamMb: zone.limits.ramMb,
  limitDiskGb: zone.limits.diskGb,
  overcommit: zone.overcommit,
});

type Values = Pick<z.infer<typeof updateZoneInput>, 'name' | 'enabled' | 'limits' | 'overcommit'>;

/** For the audit log: values named one by one, since what else a zone is given may be secret; of settings the names of the changed. */
const detailsOf = ({ name, enabled, limits, overcommit }: Values, settings: readonly string[]) => ({
  name,
  enabled,
  limits,
  overcommit,
  ...(settings.length > 0 && { settings }),
});

/** Keeps what was given of a zone's settings, and answers the names of those that it changed. */
async function writeSettings(
  ctx: DomainContext,
  tx: Transaction,
  { zone, given }: { zone: Parameters<typeof changeSettings>[1]; given: ZoneSettingsInput | undefined },
): Promise<string[]> {
  if (given === undefined) return [];
  const { changed, ...columns } = changeSettings(ctx.settings.jwtSecret, zone, given);
  if (changed.length > 0)
    await tx
      .update(availabilityZones)
      .set({ ...columns, settingsVersion: sql`${availabilityZones.settingsVersion} + 1` })
      .where(eq(availabilityZones.id, zone.id));
  return changed;
}

/** NAME_TAKEN; INVALID_INPUT for another provider's settings; ZONE_UNAVAILABLE for a provider that this installation does not have. */
export async function createZone(
  ctx: DomainContext,
  { actor, zone }: { actor: Actor; zone: z.infer<typeof createZoneInput> },
): Promise<Zone> {
  if (!isOffered(ctx, zone))
    throw new AppError('ZONE_UNAVAILABLE', say('SIMULATOR_OFF'), {
      field: 'provider',
    });
  const id = await inTransaction(ctx.db, async (tx) => {
    const [{ insertId }] = await tx
      .insert(availabilityZones)
      .values({ ...columnsOf(zone), provider: zone.provider })
      .catch(nameTakenBy('availability_zones_name_unique', 'zone', zone.name));
    const made = { id: insertId, provider: zone.provider, settings: null, secrets: null };
    const details = detailsOf(zone, await writeSettings(ctx, tx, { zone: made, given: zone.settings }));
    await recordAudit(tx, actor, { action: 'zones.create', objectType: 'zone', objectId: insertId, details });
    return insertId;
  });
  return getZone(ctx, { actor, id });
}

/** NAME_TAKEN; INVALID_INPUT for another provider's settings. A limit may go below what is in use: nothing is taken from what runs, and nothing new fits. */
export async function updateZone(
  ctx: DomainContext,
  { actor, zone: { id, ...values } }: { actor: Actor; zone: z.infer<typeof updateZoneInput> },
): Promise<Zone> {
  await inTransaction(ctx.db, async (tx) => {
    const zone = offered(ctx, await lockZone(tx, id));
    await tx
      .update(availabilityZones)
      .set(columnsOf(values))
      .where(eq(availabilityZones.id, id))
      .catch(nameTakenBy('availability_zones_name_unique', 'zone', values.name));
    const details = detailsOf(values, await writeSettings(ctx, tx, { zone, given: values.settings }));
    await recordAudit(tx, actor, { action: 'zones.update', objectType: 'zone', objectId: id, details });
  });
  // it may have more room than before
  ctx.bus.offerRoom();
  return getZone(ctx, { actor, id });
}

/** Only a zone that never had a slice: slices keep their zone as history. ZONE_IN_USE otherwise. */
export async function deleteZone(ctx: DomainContext, { actor, id }: { actor: Actor; id: number }): Promise<void> {
  await inTransaction(ctx.db, async (tx) => {
    const zone = await loadZone(ctx, tx, id);
    try {
      await tx.delete(availabilityZones).where(eq(availabilityZones.id, id));
    } catch (error) {
      if (!isReferenced(error)) throw error;
      throw new AppError('ZONE_IN_USE', say('ZONE_HAD_SLICES', { zone: zone.name }), {
        params: { name: zone.name },
        cause: error,
      });
    }
    await recordAudit(tx, actor, {
      action: 'zones.delete',
      objectType: 'zone',
      objectId: id,
      details: { name: zone.name },
    });
  });
  await ctx.providers.forget(id);
}
