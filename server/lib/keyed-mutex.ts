/** Runs functions one after another per key; different keys run side by side. */
export class KeyedMutex<Key> {
  readonly #tails = new Map<Key, Promise<unknown>>();

  /** Runs `work` when everything that was asked for under `key` before it is done, failed or not. */
  async run<Result>(key: Key, work: () => Promise<Result>): Promise<Result> {
    const before = this.#tails.get(key) ?? Promise.resolve();
    const result = before.then(work, work);
    const tail = result.catch(() => undefined);
    this.#tails.set(key, tail);
    try {
      return await result;
    } finally {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    }
  }

  /** Whether anything under `key` runs or waits to run. */
  isBusy(key: Key): boolean {
    return this.#tails.has(key);
  }
}
