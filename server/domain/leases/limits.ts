import { and, eq } from 'drizzle-orm';
import type { z } from 'zod';
import { leaseLimits } from '#drizzle/schema/leases';
import { roles } from '#drizzle/schema/users';
import { notFound } from '#shared/errors';
import {
  defaultWarnMinutes,
  narrower,
  noLeaseLimit,
  type LeaseLimit,
  type LeaseLimits,
  type setLeaseLimitInput,
} from '#shared/lease';
import { roles as roleNames } from '#shared/permissions';
import { leaseEnds } from '#shared/schedule/terms';
import type { Queryable, Transaction } from '#server/db/client';
import { allLeaseLimits, leaseLimitRows, type LeaseLimitRow } from '#server/db/queries/leases';
import { zoneOverview } from '#server/db/queries/zone-overview';
import { inTransaction } from '#server/db/transaction';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';
import { isOffered, loadZone } from '../zones/zones';

function limitOf(row: LeaseLimitRow | undefined): LeaseLimit {
  if (row === undefined) return noLeaseLimit;
  return {
    maxMinutes: row.maxMinutes,
    // what an operation of another version was called is nothing here
    atEnd: row.atEnd.filter((kind) => leaseEnds.includes(kind)),
    warnMinutes: row.warnMinutes ?? defaultWarnMinutes,
  };
}

/** What holds for slices of the owner in the zone: what the zone and the owner's role both allow. */
export async function leaseLimitFor(q: Queryable, place: { zoneId: number; ownerId: number }): Promise<LeaseLimit> {
  const rows = await leaseLimitRows(q, place);
  const ofZone = limitOf(rows.find((row) => row.zoneId !== null));
  return narrower(ofZone, limitOf(rows.find((row) => row.roleId !== null)));
}

/** What the actor may choose for a slice that they make in a zone. NOT_FOUND. */
export async function leaseLimitInZone(
  ctx: DomainContext,
  { actor, zoneId }: { actor: Actor; zoneId: number },
): Promise<LeaseLimit> {
  const { id } = await loadZone(ctx, ctx.db, zoneId);
  return leaseLimitFor(ctx.db, { zoneId: id, ownerId: actor.userId });
}

/** The limits of all zones and all roles. */
export async function listLeaseLimits(ctx: DomainContext): Promise<LeaseLimits> {
  const rows = await allLeaseLimits(ctx.db);
  const zones = (await zoneOverview(ctx.db)).filter(({ zone }) => isOffered(ctx, zone));
  return {
    zones: zones.map(({ zone: { id, name } }) => ({
      zone: { id, name },
      limit: limitOf(rows.find(({ limit }) => limit.zoneId === id)?.limit),
    })),
    roles: roleNames.map((role) => ({ role, limit: limitOf(rows.find((row) => row.role === role)?.limit) })),
  };
}

/**
 * Sets the limit of a zone or of a role. What is there is held to it soon after (`sweep.ts`): a slice gets a lease, or a shorter one, but
 * never one that ends before it was warned of. NOT_FOUND.
 */
export async function setLeaseLimit(
  ctx: DomainContext,
  { actor, of, limit }: { actor: Actor } & z.infer<typeof setLeaseLimitInput>,
): Promise<LeaseLimits> {
  await inTransaction(ctx.db, async (tx) => {
    const { column, id, name, objectType } = await ownerOf(ctx, tx, of);
    const [before] = await tx.select().from(leaseLimits).where(eq(leaseLimits[column], id)).for('update');
    const values = { ...limit, sweeping: true, sweepAfter: 0 };
    if (before === undefined) await tx.insert(leaseLimits).values({ [column]: id, ...values });
    else
      await tx
        .update(leaseLimits)
        .set(values)
        .where(and(eq(leaseLimits.id, before.id)));
    await recordAudit(tx, actor, {
      action: 'leases.set-limit',
      objectType,
      objectId: id,
      objectName: name,
      details: { name, limit },
    });
  });
  return listLeaseLimits(ctx);
}

async function ownerOf(ctx: DomainContext, tx: Transaction, of: z.infer<typeof setLeaseLimitInput>['of']) {
  if ('zoneId' in of) {
    const { id, name } = await loadZone(ctx, tx, of.zoneId);
    return { column: 'zoneId', id, name, objectType: 'zone' } as const;
  }
  const [role] = await tx.select({ id: roles.id }).from(roles).where(eq(roles.name, of.role));
  if (role === undefined) throw notFound('role');
  return { column: 'roleId', id: role.id, name: of.role, objectType: 'role' } as const;
}
