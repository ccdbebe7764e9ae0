import { AppError } from '#shared/errors';
import type { SliceEvent } from '#shared/deployment/events';
import { lastEventId as newestEventId, streamEvents } from '#server/events/stream';
import type { Actor, DomainContext } from '../context';
import { loadSlice } from '../slices/access';

/**
 * How to follow the slice: its events after `lastEventId`, then live until the signal fires; without an id what comes from
 * now on, and now is when this resolves. NOT_FOUND for a slice that the actor may not see, INVALID_INPUT for an id that is
 * none: both before the stream begins, since a client takes up again a stream that breaks off.
 */
export async function watchSlice(
  ctx: Pick<DomainContext, 'db' | 'bus'>,
  { actor, sliceId, lastEventId }: { actor: Actor; sliceId: number; lastEventId?: string | null | undefined },
): Promise<(signal: AbortSignal) => AsyncGenerator<SliceEvent, void, undefined>> {
  if (lastEventId != null && !/^\d{1,15}$/.test(lastEventId))
    throw new AppError('INVALID_INPUT', 'This is not the id of an event.', { field: 'lastEventId' });
  await loadSlice(ctx.db, { actor, id: sliceId });
  const afterId = lastEventId == null ? await newestEventId(ctx.db, sliceId) : Number(lastEventId);
  return (signal) => streamEvents(ctx, { sliceId, afterId, signal });
}
