import type { SliceStatus } from '#shared/slice-status';
import { idsOfSlicesSharedWith } from '#server/db/queries/shares';
import { newestEventId, visibleEvents } from '#server/db/queries/slices';
import { News } from '#server/events/news';
import type { Actor, DomainContext } from '../context';
import { visibleSlices } from './access';

export interface SliceChange {
  /** Of the newest event that it stands for: where to go on from after an interruption. */
  eventId: number;
  sliceId: number;
  /** The slice's new status, null if something else of it changed. */
  status: SliceStatus | null;
}

/**
 * How many ids before the newest one are read again: a transaction that took an id earlier may commit later, when
 * it belongs to another slice. None takes longer than that many seconds.
 */
const overlap = 100;
const overlapSeconds = 60;
const batch = 500;

/**
 * What changes of the slices that the actor may see, one notice per slice and look, until the signal fires. Without
 * `afterId` from now on, and now is when this resolves: who looks at the slices after that has missed nothing.
 * After an interruption a change of the last seconds may be told twice: better than not at all, since all that a notice
 * says is "read again".
 */
export async function sliceChanges(
  ctx: DomainContext,
  { actor, afterId }: { actor: Actor; afterId: number | null },
): Promise<(signal: AbortSignal) => AsyncGenerator<SliceChange, void, undefined>> {
  const visible = visibleSlices(actor);
  const read = (after: number) =>
    visibleEvents(ctx.db, {
      visible,
      afterId: after,
      overlapId: Math.max(0, after - overlap),
      seconds: overlapSeconds,
      limit: batch,
    });
  const from = afterId ?? (await newestEventId(ctx.db));
  const shared = await idsOfSlicesSharedWith(ctx.db, actor.userId);
  // who begins now has seen all that is there
  const seen = afterId === null ? (await read(from)).map((event) => event.id) : [];
  const sharedNow = () => idsOfSlicesSharedWith(ctx.db, actor.userId);
  return (signal) => follow(ctx, { read, from, seen, sharedNow, shared, signal });
}

type VisibleEvent = Awaited<ReturnType<typeof visibleEvents>>[number];

/**
 * Notices of what `read` finds after `from` and what is not among the `seen`, and of slices that were `shared` and are not
 * any more: of these no event is to be seen. It listens before it reads.
 */
async function* follow(
  ctx: DomainContext,
  options: {
    read: (after: number) => Promise<VisibleEvent[]>;
    from: number;
    seen: readonly number[];
    shared: ReadonlySet<number>;
    sharedNow: () => Promise<ReadonlySet<number>>;
    signal: AbortSignal;
  },
): AsyncGenerator<SliceChange, void, undefined> {
  const { read, sharedNow, signal } = options;
  const news = new News((heard) => ctx.bus.listen('all', heard), signal);
  try {
    let last = options.from;
    let { shared } = options;
    const sent = new Set(options.seen);
    while (await news.next()) {
      const newest = await newestEventId(ctx.db);
      const found = await read(last);
      const fresh = found.filter((event) => !sent.has(event.id));
      const changes = new Map<number, SliceChange>();
      for (const { id, sliceId, data } of fresh) {
        sent.add(id);
        const status = data.type === 'slice.status' ? data.status : (changes.get(sliceId)?.status ?? null);
        // put last again, so that the notices come in the order of their ids
        changes.delete(sliceId);
        changes.set(sliceId, { eventId: id, sliceId, status });
      }
      const full = found.length === batch;
      // others' events move the window too: a quiet user must not read ever more of them
      last = full ? (found.at(-1)?.id ?? last) : Math.max(last, newest, found.at(-1)?.id ?? 0);
      const stillShared = await sharedNow();
      for (const sliceId of shared)
        if (!stillShared.has(sliceId)) changes.set(sliceId, { eventId: last, sliceId, status: null });
      shared = stillShared;
      for (const id of sent) if (id <= last - 2 * overlap) sent.delete(id);
      if (full) news.again();
      for (const change of changes.values()) {
        if (signal.aborted) return;
        yield change;
      }
    }
  } finally {
    news.end();
  }
}
