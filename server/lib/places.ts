/** So many places per key at once, e.g. for each user. Not shared with other processes. */
export class Places<Key> {
  readonly #taken = new Map<Key, number>();
  readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  hasFree(key: Key): boolean {
    return (this.#taken.get(key) ?? 0) < this.limit;
  }

  /** What gives the place back, once however often it is called; null when all are taken. */
  take(key: Key): (() => void) | null {
    if (!this.hasFree(key)) return null;
    this.#taken.set(key, (this.#taken.get(key) ?? 0) + 1);
    let given = false;
    return () => {
      if (given) return;
      given = true;
      const left = (this.#taken.get(key) ?? 1) - 1;
      if (left === 0) this.#taken.delete(key);
      else this.#taken.set(key, left);
    };
  }
}
