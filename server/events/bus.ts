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
  /** Tells the pages of an account that it has notifications that they do not show yet, or fewer. After the commit, too. */
  notifyInbox(userId: number): void;
  /** Hears of {@link notifyInbox}. Returns the way to stop listening. */
  listenInbox(userId: number, listener: () => void): () => void;
  /** Tells whoever works on deployments that one was queued or is to be cancelled. After the commit, too. */
  offerWork(): void;
  /** Hears of {@link offerWork}. Returns the way to stop listening. */
  onWork(listener: () => void): () => void;
  /** Tells whoever calls webhooks that there is one to call. After the commit, too. */
  offerDeliveries(): void;
  /** Hears of {@link offerDeliveries}. Returns the way to stop listening. */
  onDeliveries(listener: () => void): () => void;
  /** Tells whoever makes images of uploads that one is whole, or is not wanted any more. After the commit, too. */
  offerUploads(): void;
  /** Hears of {@link offerUploads}. Returns the way to stop listening. */
  onUploads(listener: () => void): () => void;
  /** Tells that room may have become free in a zone, or somebody has come to wait for some. After the commit, too. */
  offerRoom(): void;
  /** Hears of {@link offerRoom}. Returns the way to stop listening. */
  onRoom(listener: () => void): () => void;
  /** Whether anybody listens to slices. */
  readonly listening: boolean;
  /** Whether anybody listens to accounts. */
  readonly listeningToAccounts: boolean;
  /** Whether anybody listens to notifications. */
  readonly listeningToInboxes: boolean;
}

export function createEventBus(): EventBus {
  const slices = createKeyedListeners<number | 'all', number>();
  const accounts = createKeyedListeners<number, void>();
  const inboxes = createKeyedListeners<number, void>();
  const deliveries = createKeyedListeners<'any', void>();
  const work = createKeyedListeners<'any', void>();
  const room = createKeyedListeners<'any', void>();
  const uploads = createKeyedListeners<'any', void>();
  return {
    notify(sliceId) {
      slices.tell(sliceId, sliceId);
      slices.tell('all', sliceId);
    },
    listen: slices.listen,
    notifyAccount: (userId) => accounts.tell(userId),
    listenAccount: accounts.listen,
    notifyInbox: (userId) => inboxes.tell(userId),
    listenInbox: inboxes.listen,
    offerWork: () => work.tell('any'),
    onWork: (listener) => work.listen('any', listener),
    offerDeliveries: () => deliveries.tell('any'),
    onDeliveries: (listener) => deliveries.listen('any', listener),
    offerUploads: () => uploads.tell('any'),
    onUploads: (listener) => uploads.listen('any', listener),
    offerRoom: () => room.tell('any'),
    onRoom: (listener) => room.listen('any', listener),
    get listening() {
      return slices.any();
    },
    get listeningToAccounts() {
      return accounts.any();
    },
    get listeningToInboxes() {
      return inboxes.any();
    },
  };
}

/** Listeners by what they listen to; a key that nobody listens to any more takes no room. */
function createKeyedListeners<Key, News>() {
  const listeners = new Map<Key, Set<(news: News) => void>>();
  return {
    listen(key: Key, listener: (news: News) => void): () => void {
      const set = listeners.get(key) ?? new Set();
      listeners.set(key, set.add(listener));
      return () => {
        set.delete(listener);
        if (set.size === 0 && listeners.get(key) === set) listeners.delete(key);
      };
    },
    tell(key: Key, news: News): void {
      // a copy: who is told may stop listening
      for (const listener of [...(listeners.get(key) ?? [])]) listener(news);
    },
    any: () => listeners.size > 0,
  };
}
