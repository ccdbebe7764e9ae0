import { and, asc, desc, eq, inArray, isNotNull, isNull, lt, notExists, sql } from 'drizzle-orm';
import { slices } from '#drizzle/schema/slices';
import { firstDisks, sliceSnapshots } from '#drizzle/schema/snapshots';
import { users } from '#drizzle/schema/users';
import type { Queryable, Transaction } from '#server/db/client';
import { databaseNow } from '../clock';

export type SnapshotRow = typeof sliceSnapshots.$inferSelect;

/** Begins a snapshot: nothing of it is there yet. Answers its id; rejects with the database's error where the name is taken. */
export async function insertSnapshot(
  tx: Transaction,
  snapshot: Pick<SnapshotRow, 'sliceId' | 'name' | 'automatic' | 'content' | 'createdBy'>,
): Promise<number> {
  const [{ insertId }] = await tx.insert(sliceSnapshots).values(snapshot);
  return insertId;
}

/** A snapshot that is not being removed, whoever asks: the caller checks the access to its slice. Null if there is none. */
export async function snapshotById(q: Queryable, id: number): Promise<SnapshotRow | null> {
  const [row] = await q
    .select()
    .from(sliceSnapshots)
    .where(and(eq(sliceSnapshots.id, id), isNull(sliceSnapshots.removedAt)));
  return row ?? null;
}

/** What a deployment took or went back to, also one that is being removed. */
export async function snapshotOf(q: Queryable, id: number | null): Promise<SnapshotRow | null> {
  const [row] = id === null ? [] : await q.select().from(sliceSnapshots).where(eq(sliceSnapshots.id, id));
  return row ?? null;
}

/** Snapshots of a slice that are not being removed, below `beforeId`, newest first, with the names of who took them. */
export function snapshotRows(
  q: Queryable,
  { sliceId, beforeId, limit }: { sliceId: number; beforeId: number | null; limit: number },
): Promise<{ snapshot: SnapshotRow; creator: string }[]> {
  return q
    .select({ snapshot: sliceSnapshots, creator: users.name })
    .from(sliceSnapshots)
    .innerJoin(users, eq(users.id, sliceSnapshots.createdBy))
    .where(
      and(
        eq(sliceSnapshots.sliceId, sliceId),
        isNull(sliceSnapshots.removedAt),
        beforeId === null ? undefined : lt(sliceSnapshots.id, beforeId),
      ),
    )
    .orderBy(desc(sliceSnapshots.id))
    .limit(limit);
}

/** Names of a slice's snapshots that are not being removed. */
export async function snapshotNames(q: Queryable, sliceId: number): Promise<string[]> {
  const rows = await q
    .select({ name: sliceSnapshots.name })
    .from(sliceSnapshots)
    .where(and(eq(sliceSnapshots.sliceId, sliceId), isNull(sliceSnapshots.removedAt)));
  return rows.map(({ name }) => name);
}

/** It is there. */
export async function writeSnapshotTaken(tx: Transaction, id: number, sizeMb: number): Promise<void> {
  await tx.update(sliceSnapshots).set({ status: 'ready', sizeMb }).where(eq(sliceSnapshots.id, id));
}

/** Gives a snapshot another name; rejects with the database's error where it is taken. */
export async function writeSnapshotName(tx: Transaction, id: number, name: string): Promise<void> {
  await tx.update(sliceSnapshots).set({ name }).where(eq(sliceSnapshots.id, id));
}

/** From now on it is removed: its name is free, and its row goes when its provider has let go of it. */
export async function markSnapshotRemoved(tx: Transaction, id: number): Promise<void> {
  await tx
    .update(sliceSnapshots)
    .set({ removedAt: databaseNow })
    .where(and(eq(sliceSnapshots.id, id), isNull(sliceSnapshots.removedAt)));
}

/**
 * After a deployment that was to take these snapshots: those that were not taken are removed, and of those that are taken by
 * themselves all but the newest.
 */
export async function settleSnapshots(tx: Transaction, sliceId: number, ids: readonly number[]): Promise<boolean> {
  if (ids.length === 0) return false;
  await tx
    .update(sliceSnapshots)
    .set({ removedAt: databaseNow })
    .where(
      and(inArray(sliceSnapshots.id, [...ids]), isNull(sliceSnapshots.removedAt), eq(sliceSnapshots.status, 'making')),
    );
  const [newest] = await tx
    .select({ id: sliceSnapshots.id })
    .from(sliceSnapshots)
    .where(
      and(
        eq(sliceSnapshots.sliceId, sliceId),
        eq(sliceSnapshots.automatic, true),
        isNull(sliceSnapshots.removedAt),
        eq(sliceSnapshots.status, 'ready'),
      ),
    )
    .orderBy(desc(sliceSnapshots.id))
    .limit(1);
  if (newest !== undefined)
    await tx
      .update(sliceSnapshots)
      .set({ removedAt: databaseNow })
      .where(
        and(
          eq(sliceSnapshots.sliceId, sliceId),
          eq(sliceSnapshots.automatic, true),
          isNull(sliceSnapshots.removedAt),
          lt(sliceSnapshots.id, newest.id),
        ),
      );
  return true;
}

/** What is to be removed in a zone, a page of it at a time; not yet what VMs of another slice begin with. */
export function snapshotsToRemove(
  q: Queryable,
  { zoneId, limit }: { zoneId: number; limit: number },
): Promise<{ id: number; sliceId: number }[]> {
  return q
    .select({ id: sliceSnapshots.id, sliceId: sliceSnapshots.sliceId })
    .from(sliceSnapshots)
    .innerJoin(slices, eq(slices.id, sliceSnapshots.sliceId))
    .where(
      and(
        isNotNull(sliceSnapshots.removedAt),
        eq(slices.zoneId, zoneId),
        notExists(
          q
            .select({ one: sql`1` })
            .from(firstDisks)
            .where(eq(firstDisks.snapshotId, sliceSnapshots.id)),
        ),
      ),
    )
    .orderBy(asc(sliceSnapshots.removedAt))
    .limit(limit);
}

/** Nothing of it is there any more. */
export async function deleteSnapshot(tx: Transaction, id: number): Promise<void> {
  await tx.delete(sliceSnapshots).where(eq(sliceSnapshots.id, id));
}

/** Nothing of a slice is there any more, so nothing of its snapshots is. */
export async function deleteSnapshotsOf(tx: Transaction, sliceId: number): Promise<void> {
  await tx.delete(sliceSnapshots).where(eq(sliceSnapshots.sliceId, sliceId));
}

/**
 * How many snapshots an owner's slices have that were asked for, and MiB that snapshots and suspended VMs have on disks: parts of a
 * statement on `owner`.
 */
export const keptOf = (owner: ReturnType<typeof sql.placeholder>) => {
  const theirs = sql`${sliceSnapshots} inner join ${slices} as kept_of on kept_of.id = ${sliceSnapshots.sliceId}
    where kept_of.owner_id = ${owner} and kept_of.deleted_at is null`;
  return {
    snapshots: sql`(select count(*) from ${theirs} and ${sliceSnapshots.automatic} = false
      and ${sliceSnapshots.removedAt} is null)`,
    snapshotMb: sql`(select coalesce(sum(${sliceSnapshots.sizeMb}), 0) from ${theirs})`,
  };
};
