import type { Database } from '#server/db/client';
import type { SliceEvent } from '#shared/deployment/events';
import type { EventBus } from './bus';
import { readEvents } from './read-events';

const page = 500;

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
  let news = false;
  let wake = () => {};
  const heard = () => {
    news = true;
    wake();
  };
  const stopListening = source.bus.listen(sliceId, heard);
  const onAbort = () => wake();
  signal.addEventListener('abort', onAbort);
  try {
    let last = options.afterId;
    while (!signal.aborted) {
      news = false;
      const events = await readEvents(source.db, sliceId, last, page);
      for (const event of events) {
        if (signal.aborted) return;
        yield event;
        last = event.id;
      }
      if (events.length === page || news || signal.aborted) continue;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      wake = () => {};
    }
  } finally {
    stopListening();
    signal.removeEventListener('abort', onAbort);
  }
}
