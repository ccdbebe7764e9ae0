import { and, eq, inArray, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/mysql-core';
import { sliceInternet } from '#drizzle/schema/internet';
import { slices } from '#drizzle/schema/slices';
import { quotas, users } from '#drizzle/schema/users';
import type { Queryable } from '#server/db/client';
import { databaseNow } from '../clock';
import { limitOf } from './quotas';

export type CountedRow = typeof sliceInternet.$inferSelect;

/** What a slice may have of the internet by its owner's quota, and what it has had; `now` is the database's. */
export interface SliceInternetRow {
  sliceId: number;
  name: string;
  ownerId: number;
  kbps: number | null;
  mbPerMonth: number | null;
  counted: CountedRow | null;
  now: Date;
}

/** Of slices, by their ids. */
export async function internetRows(
  q: Queryable,
  sliceIds: readonly number[],
): Promise<ReadonlyMap<number, SliceInternetRow>> {
  if (sliceIds.length === 0) return new Map();
  const ofRole = alias(quotas, 'of_role');
  const ofUser = alias(quotas, 'of_user');
  const rows = await q
    .select({
      sliceId: slices.id,
      name: slices.name,
      ownerId: slices.ownerId,
      role: { kbps: ofRole.internetKbps, mbPerMonth: ofRole.internetMbPerMonth },
      own: { kbps: ofUser.internetKbps, mbPerMonth: ofUser.internetMbPerMonth },
      counted: sliceInternet,
      now: sql`${databaseNow}`.mapWith(slices.createdAt),
    })
    .from(slices)
    .innerJoin(users, eq(users.id, slices.ownerId))
    .leftJoin(ofRole, eq(ofRole.roleId, users.roleId))
    .leftJoin(ofUser, eq(ofUser.userId, users.id))
    .leftJoin(sliceInternet, eq(sliceInternet.sliceId, slices.id))
    .where(inArray(slices.id, [...sliceIds]));
  return new Map(
    rows.map(({ role, own, now, ...row }) => [
      row.sliceId,
      {
        ...row,
        kbps: limitOf(own?.kbps, role?.kbps),
        mbPerMonth: limitOf(own?.mbPerMonth, role?.mbPerMonth),
        now: now as Date,
      },
    ]),
  );
}

/**
 * Writes what was counted after `before` was read. False, and nothing is written, where somebody else has written since: what was counted is counted
 * anew then, from what is there.
 */
export async function writeCounted(
  q: Queryable,
  before: CountedRow | null,
  after: Omit<CountedRow, 'version'>,
): Promise<boolean> {
  if (before === null) {
    const [{ affectedRows }] = await q
      .insert(sliceInternet)
      .ignore()
      .values({ ...after, version: 1 });
    return affectedRows === 1;
  }
  const [{ affectedRows }] = await q
    .update(sliceInternet)
    .set({ ...after, version: before.version + 1 })
    .where(and(eq(sliceInternet.sliceId, before.sliceId), eq(sliceInternet.version, before.version)));
  return affectedRows === 1;
}

/** The month's total of a slice begins anew; what passes from now on counts. False where there was none. */
export async function forgetCounted(q: Queryable, sliceId: number): Promise<boolean> {
  const [{ affectedRows }] = await q
    .update(sliceInternet)
    .set({ bytes: 0, toldPercent: 0, version: sql`${sliceInternet.version} + 1` })
    .where(eq(sliceInternet.sliceId, sliceId));
  return affectedRows === 1;
}
