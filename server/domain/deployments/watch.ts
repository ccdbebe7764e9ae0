import { AppError } from '#shared/errors';
import type { SliceEvent } from '#shared/deployment/events';
import { streamEvents } from '#server/events/stream';
import type { Actor, DomainContext } from '../context';
import { loadSlice } from '../slices/access';

/**
 * The slice's events after `lastEventId`, then live until `signal` fires; without it only what comes from now on.
 * NOT_FOUND for a slice that the actor may not see, INVALID_INPUT for an id that is none: both before the stream begins,
 * since a client takes up again a stream that breaks off.
 */
export async function watchSlice(
  context: Pick<DomainContext, 'db' | 'bus'>,
  actor: Actor,
  options: { sliceId: number; lastEventId?: string | null | undefined; signal: AbortSignal },
): Promise<AsyncGenerator<SliceEvent, void, undefined>> {
  const { sliceId, lastEventId, signal } = options;
  if (lastEventId != null && !/^\d{1,15}$/.test(lastEventId))
    throw new AppError('INVALID_INPUT', 'This is not the id of an event.', { field: 'lastEventId' });
  await loadSlice(context.db, actor, sliceId);
  return streamEvents(context, { sliceId, afterId: lastEventId == null ? null : Number(lastEventId), signal });
}
