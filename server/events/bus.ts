/**
 * Tells this process that a slice has new events in the database. Carries no data: listeners read the rows, so that a
 * notice that is lost or doubled changes nothing. Other servers' events arrive by {@link EventBus.notify} from the poller.
 */
export interface EventBus {
  /** Call only after the transaction that wrote the events has committed. */
  notify(sliceId: number): void;
  /** Returns the way to stop listening. `'all'` hears every slice. */
  listen(sliceId: number | 'all', listener: (sliceId: number) => void): () => void;
  /** Whether anybody listens: the poller has nothing to do otherwise. */
  readonly listening: boolean;
}

export function createEventBus(): EventBus {
  const listeners = new Map<number | 'all', Set<(sliceId: number) => void>>();
  return {
    notify(sliceId) {
      for (const key of [sliceId, 'all'] as const)
        for (const listener of [...(listeners.get(key) ?? [])]) listener(sliceId);
    },
    listen(key, listener) {
      const set = listeners.get(key) ?? new Set();
      listeners.set(key, set.add(listener));
      return () => {
        set.delete(listener);
        if (set.size === 0 && listeners.get(key) === set) listeners.delete(key);
      };
    },
    get listening() {
      return listeners.size > 0;
    },
  };
}
