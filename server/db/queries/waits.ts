import { and, asc, eq, gte, inArray, lt, ne, sql, type SQL } from 'drizzle-orm';
import { slices, sliceVms } from '#drizzle/schema/slices';
import { users } from '#drizzle/schema/users';
import { zoneWaits } from '#drizzle/schema/waits';
import type { Resources } from '#shared/primitives';
import type { Queryable, Transaction } from '#server/db/client';
import { databaseNow } from '../clock';
import { holding } from './zones';

export type WaitRow = typeof zoneWaits.$inferSelect;

/** What is known of one who waits, to decide whose turn it is. */
export interface WaitInLine extends WaitRow {
  ownerId: number;
  /** The account that has asked for it may not have anything begun any more. */
  isVoid: boolean;
}

/** The slice's place in line; null where it does not wait. */
export async function waitOf(q: Queryable, sliceId: number): Promise<WaitRow | null> {
  const [row] = await q.select().from(zoneWaits).where(eq(zoneWaits.sliceId, sliceId));
  return row ?? null;
}

/** Ids of the zones in which somebody waits. */
export async function zonesWithWaits(q: Queryable): Promise<number[]> {
  const rows = await q.selectDistinct({ zoneId: zoneWaits.zoneId }).from(zoneWaits);
  return rows.map(({ zoneId }) => zoneId);
}

/** All who wait in a zone, in the order in which they came. */
export async function waitsIn(q: Queryable, zoneId: number): Promise<WaitInLine[]> {
  const rows = await q
    .select({ wait: zoneWaits, ownerId: slices.ownerId, disabledAt: users.disabledAt, deletedAt: users.deletedAt })
    .from(zoneWaits)
    .innerJoin(slices, eq(slices.id, zoneWaits.sliceId))
    .innerJoin(users, eq(users.id, zoneWaits.requestedBy))
    .where(eq(zoneWaits.zoneId, zoneId))
    .orderBy(asc(zoneWaits.id));
  return rows.map(({ wait, ownerId, disabledAt, deletedAt }) => ({
    ...wait,
    ownerId,
    isVoid: disabledAt !== null || deletedAt !== null,
  }));
}

/** Those of the slices that wait, and where. `visible`: which the reader sees. */
export function waitsOf(
  q: Queryable,
  sliceIds: readonly number[],
  visible: SQL | undefined,
): Promise<Pick<WaitRow, 'sliceId' | 'zoneId'>[]> {
  return q
    .select({ sliceId: zoneWaits.sliceId, zoneId: zoneWaits.zoneId })
    .from(zoneWaits)
    .innerJoin(slices, eq(slices.id, zoneWaits.sliceId))
    .where(and(inArray(zoneWaits.sliceId, [...sliceIds]), visible));
}

/** What slices of these accounts hold of the zone, by account; who holds nothing is not in it. */
export async function heldByOwners(
  q: Queryable,
  zoneId: number,
  ownerIds: readonly number[],
): Promise<Map<number, Resources>> {
  if (ownerIds.length === 0) return new Map();
  const sum = (column: typeof sliceVms.vcpus | typeof sliceVms.ramMb) => sql`sum(${column})`.mapWith(Number);
  const rows = await q
    .select({
      ownerId: slices.ownerId,
      vcpus: sum(sliceVms.vcpus),
      ramMb: sum(sliceVms.ramMb),
      diskGb: sql`sum(${sliceVms.diskGb} + ${sliceVms.extraDiskGb})`.mapWith(Number),
    })
    .from(slices)
    .innerJoin(sliceVms, eq(sliceVms.sliceId, slices.id))
    .where(and(inArray(slices.ownerId, [...ownerIds]), eq(slices.zoneId, zoneId), holding))
    .groupBy(slices.ownerId);
  return new Map(rows.map(({ ownerId, ...held }) => [ownerId, held]));
}

/** Whether the zone's room is kept for somebody who has been passed `most` times, and came before the wait `before`, if it is given. */
export async function isRoomKept(
  q: Queryable,
  { zoneId, sliceId, before, most }: { zoneId: number; sliceId: number; before: number | null; most: number },
): Promise<boolean> {
  const [row] = await q
    .select({ id: zoneWaits.id })
    .from(zoneWaits)
    .where(
      and(
        eq(zoneWaits.zoneId, zoneId),
        gte(zoneWaits.passed, most),
        ne(zoneWaits.sliceId, sliceId),
        before === null ? undefined : lt(zoneWaits.id, before),
      ),
    )
    .limit(1);
  return row !== undefined;
}

/** Puts a slice at the end of its zone's line. The caller has locked the slice and the zone. */
export async function insertWait(
  tx: Transaction,
  wait: Omit<typeof zoneWaits.$inferInsert, 'id' | 'passed' | 'since'>,
): Promise<void> {
  await tx.insert(zoneWaits).values({ ...wait, since: databaseNow });
}

export async function deleteWait(tx: Transaction, sliceId: number): Promise<boolean> {
  const [result] = await tx.delete(zoneWaits).where(eq(zoneWaits.sliceId, sliceId));
  return result.affectedRows === 1;
}

/** Counts that those who wait in the zone, and came before the wait `id`, or at all, have been passed. On the zone's locked row. */
export async function countPassed(tx: Transaction, zoneId: number, id: number | null): Promise<void> {
  await tx
    .update(zoneWaits)
    .set({ passed: sql`${zoneWaits.passed} + 1` })
    .where(and(eq(zoneWaits.zoneId, zoneId), id === null ? undefined : lt(zoneWaits.id, id)));
}
