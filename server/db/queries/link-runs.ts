import { and, asc, eq, getTableColumns, isNotNull, lte } from 'drizzle-orm';
import { availabilityZones } from '#drizzle/schema/catalogue';
import { sliceLinkRuns } from '#drizzle/schema/link-runs';
import { slices } from '#drizzle/schema/slices';
import type { Queryable, Transaction } from '#server/db/client';
import { servedBy } from './homes';

export type LinkRunRow = typeof sliceLinkRuns.$inferSelect;

/** The slice's run that goes on, or its last one; `lock` takes its lock, after the slice's. */
export async function linkRunOf(
  q: Queryable,
  sliceId: number,
  { lock = false }: { lock?: boolean } = {},
): Promise<LinkRunRow | null> {
  const query = q.select().from(sliceLinkRuns).where(eq(sliceLinkRuns.sliceId, sliceId));
  const [row] = await (lock ? query.for('update') : query);
  return row ?? null;
}

/** Runs that want to be looked after at `now`, the earliest first, of zones that the home works on; of all without one. */
export function dueLinkRuns(
  q: Queryable,
  now: Date,
  { home, limit }: { home: { id: number | null; everything: boolean }; limit: number },
): Promise<LinkRunRow[]> {
  return q
    .select(getTableColumns(sliceLinkRuns))
    .from(sliceLinkRuns)
    .innerJoin(slices, eq(slices.id, sliceLinkRuns.sliceId))
    .innerJoin(availabilityZones, eq(availabilityZones.id, slices.zoneId))
    .where(and(lte(sliceLinkRuns.nextAt, now), home.everything ? undefined : servedBy(home.id)))
    .orderBy(asc(sliceLinkRuns.nextAt))
    .limit(limit);
}

/** Begins a run, in place of the slice's last one. The slice's row is locked. */
export async function insertLinkRun(tx: Transaction, run: typeof sliceLinkRuns.$inferInsert): Promise<void> {
  await tx.delete(sliceLinkRuns).where(eq(sliceLinkRuns.sliceId, run.sliceId));
  await tx.insert(sliceLinkRuns).values(run);
}

/** Writes what has become of a run, unless it has ended or somebody has claimed it or stopped it since; raises its generation. */
export async function writeLinkRun(
  q: Queryable,
  { id, generation }: Pick<LinkRunRow, 'id' | 'generation'>,
  values: Partial<typeof sliceLinkRuns.$inferInsert>,
): Promise<boolean> {
  const [result] = await q
    .update(sliceLinkRuns)
    .set({ ...values, generation: generation + 1 })
    .where(and(eq(sliceLinkRuns.id, id), eq(sliceLinkRuns.generation, generation), isNotNull(sliceLinkRuns.nextAt)));
  return result.affectedRows === 1;
}
