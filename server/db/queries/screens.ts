import { and, asc, eq, inArray } from 'drizzle-orm';
import { sliceVms } from '#drizzle/schema/slices';
import type { Queryable } from '#server/db/client';

/** What decides how VMs of a slice are looked at: the first `limit` of it, or of those of `vmIds` that are of it. */
export async function screenRows(
  q: Queryable,
  sliceId: number,
  { vmIds, limit }: { vmIds: readonly number[] | undefined; limit: number },
) {
  const { id, name, status, applied } = sliceVms;
  const rows = await q
    .select({ id, name, status, applied })
    .from(sliceVms)
    .where(and(eq(sliceVms.sliceId, sliceId), vmIds === undefined ? undefined : inArray(id, [...vmIds])))
    .orderBy(asc(id))
    .limit(limit);
  // a screen that it is to have is there only once it was started with it
  return rows.map((row) => ({
    vm: { id: row.id, name: row.name, status: row.status },
    hasScreen: row.applied?.properties['graphics'] === true,
  }));
}
export type ScreenRow = Awaited<ReturnType<typeof screenRows>>[number];
