import { inArray, sql } from 'drizzle-orm';
import { accountSums } from '#drizzle/schema/users';
import type { Queryable } from '#server/db/client';

export interface Owned {
  templates: number;
  slices: number;
}

/**
 * Brings an account's sums after what was made for it, or (below 0) has ended or went to somebody else, in the same
 * transaction. Takes the lock of the sums: after those of templates and slices, before those of zones' sums.
 */
export async function countOwned(tx: Queryable, userId: number, added: Partial<Owned>): Promise<void> {
  const { templates = 0, slices = 0 } = added;
  if (templates === 0 && slices === 0) return;
  await tx
    .insert(accountSums)
    .values({ userId, templates, slices })
    .onDuplicateKeyUpdate({
      set: {
        templates: sql`${accountSums.templates} + ${templates}`,
        slices: sql`${accountSums.slices} + ${slices}`,
      },
    });
}

/** What accounts have that was neither deleted nor destroyed; those that never had anything are not in it. */
export async function ownedBy(q: Queryable, userIds: readonly number[]): Promise<Map<number, Owned>> {
  const rows = await q
    .select()
    .from(accountSums)
    .where(inArray(accountSums.userId, [...userIds]));
  return new Map(rows.map(({ userId, templates, slices }) => [userId, { templates, slices }]));
}
