/** A key that is asked for rarely is at its full measure again: so many others are kept before such are looked for. */
const keptKeys = 1_000;

/**
 * How often something may be done for each key: `burst` times at once, and `perSecond` in the long run (a token bucket). Not shared with
 * other processes. What is not asked for any more takes no room.
 */
export class Pace<Key> {
  readonly #left = new Map<Key, { count: number; at: number }>();
  readonly #perSecond: number;
  readonly #burst: number;

  constructor({ perSecond, burst }: { perSecond: number; burst: number }) {
    this.#perSecond = perSecond;
    this.#burst = burst;
  }

  /** Whether it may be done once more at `now` (ms), which counts as done then. */
  take(key: Key, now: number): boolean {
    if (this.#left.size >= keptKeys) this.#forgetRested(now);
    const count = this.#at(key, now);
    this.#left.set(key, { count: count < 1 ? count : count - 1, at: now });
    return count >= 1;
  }

  #at(key: Key, now: number): number {
    const known = this.#left.get(key);
    if (known === undefined) return this.#burst;
    // a clock that was set back gives nothing
    const passed = Math.max(0, now - known.at) / 1_000;
    return Math.min(this.#burst, known.count + passed * this.#perSecond);
  }

  #forgetRested(now: number): void {
    for (const key of this.#left.keys()) if (this.#at(key, now) >= this.#burst) this.#left.delete(key);
  }
}

/** One {@link Pace} for each server, which `owner` (its database, its bus) tells apart from others in the same process. */
export function paceOfEach<Key>(measure: { perSecond: number; burst: number }): (owner: object) => Pace<Key> {
  const paces = new WeakMap<object, Pace<Key>>();
  return (owner) => {
    const pace = paces.get(owner) ?? new Pace<Key>(measure);
    paces.set(owner, pace);
    return pace;
  };
}
