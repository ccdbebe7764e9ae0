/**
 * Tells this process that a slice has new events in the database. Carries no data: listeners read the rows, so that a
 * notice that is lost or doubled changes nothing. Other servers' events arrive by {@link EventBus.notify} from the poller.
 */
export interface EventBus {
  /** Call only after the transaction that wrote the events has committed. */
  notify(sliceId: number): void;
  /** Returns the way to stop listening. `'all'` hears every slice. */
  listen(sliceId: number | 'all', listener: (sliceId: number) => void): () => void;
  /** Tells what is open of an account that it may do less, or more, than before. After the commit, too. */
  notifyAccount(userId: number): void;
  /** Hears of {@link notifyAccount}. Returns the way to stop listening. */
  listenAccount(userId: number, listener: () => void): () => void;
  /** Tells whoever works on deployments that one was queued or is to be cancelled. After the commit, too. */
  offerWork(): void;
  /** Hears of {@link offerWork}. Returns the way to stop listening. */
  onWork(listener: () => void): () => void;
  /** Whether anybody listens to slices. */
  readonly listening: boolean;
  /** Whether anybody listens to accounts. */
  readonly listeningToAccounts: boolean;
}

export function createEventBus(): EventBus {
  const listeners = new Map<number | 'all', Set<(sliceId: number) => void>>();
  const accounts = new Map<number, Set<() => void>>();
  const workers = new Set<() => void>();
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
    notifyAccount(userId) {
      for (const listener of [...(accounts.get(userId) ?? [])]) listener();
    },
    listenAccount(userId, listener) {
      const set = accounts.get(userId) ?? new Set();
      accounts.set(userId, set.add(listener));
      return () => {
        set.delete(listener);
        if (set.size === 0 && accounts.get(userId) === set) accounts.delete(userId);
      };
    },
    offerWork() {
      for (const worker of [...workers]) worker();
    },
    onWork(listener) {
      workers.add(listener);
      return () => workers.delete(listener);
    },
    get listening() {
      return listeners.size > 0;
    },
    get listeningToAccounts() {
      return accounts.size > 0;
    },
  };
}
