import { and, asc, eq, gt, inArray, isNotNull, lte, sql } from 'drizzle-orm';
import { availabilityZones } from '#drizzle/schema/catalogue';
import { deployments } from '#drizzle/schema/deployments';
import type { Database, Queryable, Transaction } from '#server/db/client';
import { databaseNow, fromNow } from '#server/db/clock';
import type { DeploymentRow } from '#server/db/queries/deployments';
import { servedBy } from '#server/db/queries/homes';
import { zoneById } from '#server/db/queries/zones';
import { inTransaction } from '#server/db/transaction';
import type { Home } from '#server/domain/context';
import { serves } from '#server/domain/homes/places';
import type { LeaseOwner } from './owner';

/** What a worker holds. Every write of it is conditional on the generation. */
export interface Claim {
  deploymentId: number;
  sliceId: number;
  generation: number;
  /** Somebody had begun it before. */
  resumed: boolean;
}

/** The lease went to somebody else, or the deployment has ended. Whoever gets this writes nothing any more. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}

interface ClaimOptions {
  owner: LeaseOwner;
  leaseMs: number;
  home: Home;
}

/** Whether any deployment has not ended and waits for none before it: the one question of a worker that has nothing to do. */
export async function isAnythingLeft(db: Database): Promise<boolean> {
  const rows = await db
    .select({ id: deployments.id })
    .from(deployments)
    .where(isNotNull(deployments.claimableAt))
    .limit(1);
  return rows.length > 0;
}

/**
 * Takes the next deployment that may be claimed, pending or with an expired lease, for `leaseMs`; null if there is none.
 * Only of zones that this server works on: another would look for their VMs in the wrong place.
 */
export async function claimNext(db: Database, options: ClaimOptions): Promise<Claim | null> {
  const { home } = options;
  const zones = await db
    .select({ id: deployments.zoneId })
    .from(deployments)
    .innerJoin(availabilityZones, eq(availabilityZones.id, deployments.zoneId))
    .where(and(lte(deployments.claimableAt, databaseNow), home.everything ? undefined : servedBy(home.id)))
    .groupBy(deployments.zoneId)
    .orderBy(sql`min(${deployments.claimableAt})`);
  for (const zone of zones) {
    const claim = await claimInZone(db, zone.id, options);
    if (claim !== null) return claim;
  }
  return null;
}

/** One zone at a time: only so does an index have the order of the ORDER BY. */
function claimInZone(db: Database, zoneId: number, { owner, leaseMs, home }: ClaimOptions): Promise<Claim | null> {
  return inTransaction(
    db,
    async (tx) => {
      const [row] = await tx
        .select()
        .from(deployments)
        .where(and(eq(deployments.zoneId, zoneId), lte(deployments.claimableAt, databaseNow)))
        .orderBy(asc(deployments.claimableAt))
        .limit(1)
        .for('update', { skipLocked: true });
      if (row === undefined) return null;
      // its home may have become another one since it was looked at
      const zone = await zoneById(tx, zoneId);
      if (zone === null || !serves(home, zone)) return null;
      await tx
        .update(deployments)
        .set({
          status: 'running',
          leaseOwner: owner.name,
          generation: row.generation + 1,
          claimableAt: fromNow(leaseMs),
          startedAt: sql`coalesce(${deployments.startedAt}, utc_timestamp(3))`,
        })
        .where(eq(deployments.id, row.id));
      return {
        deploymentId: row.id,
        sliceId: row.sliceId,
        generation: row.generation + 1,
        resumed: row.status === 'running',
      };
    },
    // no gap locks: a deployment that is being queued waits for nobody's claim
    { isolationLevel: 'read committed' },
  );
}

const held = (claim: Claim) =>
  and(
    eq(deployments.id, claim.deploymentId),
    eq(deployments.generation, claim.generation),
    eq(deployments.status, 'running'),
  );

/** Moves the end of the lease to `leaseMs` from now. False: it is lost. */
export async function extendLease(db: Database, claim: Claim, leaseMs: number): Promise<boolean> {
  const [result] = await db
    .update(deployments)
    .set({ claimableAt: fromNow(leaseMs) })
    .where(held(claim));
  return result.affectedRows === 1;
}

/** Gives a lease back unfinished: whoever looks next goes on with it. */
export async function releaseLease(db: Database, claim: Claim): Promise<void> {
  await db.update(deployments).set({ claimableAt: databaseNow }).where(held(claim));
}

/**
 * The deployment's row, locked, if the claim still holds; LeaseLostError otherwise. The slice's row is locked before it,
 * by the caller: every transaction takes the two in this order.
 */
export async function assertHeld(tx: Transaction, claim: Claim): Promise<DeploymentRow> {
  const [row] = await tx.select().from(deployments).where(held(claim)).for('update');
  return stillHeld(row);
}

/** As {@link assertHeld}, of who only reads. */
export async function readHeld(q: Queryable, claim: Claim): Promise<DeploymentRow> {
  const [row] = await q.select().from(deployments).where(held(claim));
  return stillHeld(row);
}

function stillHeld(row: DeploymentRow | undefined): DeploymentRow {
  if (row === undefined) throw new LeaseLostError('The lease of the deployment is lost.');
  return row;
}

/** What was asked of running deployments since they were claimed. */
export async function readRequests(
  db: Database,
  ids: readonly number[],
): Promise<Map<number, { cancel: boolean; superseded: boolean }>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .select({ id: deployments.id, cancel: deployments.cancelRequested, superseded: deployments.superseded })
    .from(deployments)
    .where(inArray(deployments.id, [...ids]));
  return new Map(rows.map((row) => [row.id, row]));
}

/** Ends the leases of owners that are provably dead, so that a restart goes on at once. Answers how many. */
export async function expireDeadLeases(db: Database, owner: LeaseOwner): Promise<number> {
  const rows = await db
    .select({ id: deployments.id, generation: deployments.generation, leaseOwner: deployments.leaseOwner })
    .from(deployments)
    .where(
      and(
        gt(deployments.claimableAt, databaseNow),
        eq(deployments.status, 'running'),
        isNotNull(deployments.leaseOwner),
      ),
    );
  let expired = 0;
  for (const row of rows) {
    if (row.leaseOwner === null || !owner.isDead(row.leaseOwner)) continue;
    const [result] = await db
      .update(deployments)
      .set({ claimableAt: databaseNow })
      .where(
        and(
          eq(deployments.id, row.id),
          eq(deployments.generation, row.generation),
          eq(deployments.status, 'running'),
          eq(deployments.leaseOwner, row.leaseOwner),
        ),
      );
    expired += result.affectedRows;
  }
  return expired;
}
