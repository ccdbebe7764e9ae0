import { and, asc, eq, gt, sql } from 'drizzle-orm';
import { events } from '#drizzle/schema/deployments';
import type { Database, Queryable } from '#server/db/client';
import { number, prepared } from '#server/db/prepared';
import type { SliceEvent } from '#shared/deployment/events';
import type { EventBus } from './bus';
import { News } from './news';

/** Events that a stream reads at once: all that it holds of a backlog, also for a reader that takes nothing. */
const page = 100;

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

/**
 * Every event of a slice after `afterId`, then live, in order and each once, until `signal` fires. It listens before it
 * reads, so that nothing falls between the two. Where "from now on" begins, the caller has read before: a generator runs
 * only when it is asked, which may be long after its reader was told that it begins.
 */
export async function* streamEvents(
  source: { db: Database; bus: EventBus },
  options: { sliceId: number; afterId: number; signal: AbortSignal },
): AsyncGenerator<SliceEvent, void, undefined> {
  const { sliceId, signal } = options;
  const news = new News((heard) => source.bus.listen(sliceId, heard), signal);
  try {
    let last = options.afterId;
    while (await news.next()) {
      const found = await readEvents(source.db, sliceId, last, page);
      if (found.length === page) news.again();
      // taken out of the list: a generator that waits for news keeps what its variables held last, for as long as it is open
      for (let event = found.shift(); event !== undefined; event = found.shift()) {
        if (signal.aborted) return;
        yield event;
        last = event.id;
      }
    }
  } finally {
    news.end();
  }
}
