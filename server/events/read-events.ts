import { and, asc, eq, gt, sql } from 'drizzle-orm';
import { events } from '#drizzle/schema/deployments';
import type { Queryable } from '#server/db/client';
import { number, prepared } from '#server/db/prepared';
import type { SliceEvent } from '#shared/deployment/events';

/** Events of a slice after an id, oldest first. The caller has checked who may see the slice. */
export async function readEvents(q: Queryable, sliceId: number, afterId: number, limit: number): Promise<SliceEvent[]> {
  const rows = await q
    .select()
    .from(events)
    .where(and(eq(events.sliceId, sliceId), gt(events.id, afterId)))
    .orderBy(asc(events.id))
    .limit(limit);
  return rows.map((row) => ({
    id: row.id,
    sliceId: row.sliceId,
    at: row.createdAt.toISOString(),
    data: row.data,
  }));
}

const newest = { id: number(sql`max(${events.id})`) };
const newestOf = prepared<typeof newest, { slice: number }>(
  newest,
  (list) => sql`select ${list} from ${events} where ${events.sliceId} = ${sql.placeholder('slice')}`,
);

/** Id of the newest event of a slice, 0 if it has none. */
export async function lastEventId(q: Queryable, sliceId: number): Promise<number> {
  const [row] = await newestOf(q, { slice: sliceId });
  return row?.id ?? 0;
}
