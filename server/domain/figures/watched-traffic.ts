import type { EdgeCounters, Provider } from '#server/providers/provider';

/** Traffic goes on being counted for so long after somebody has looked: pages ask again with each new measurement. */
const lookMs = 60_000;

interface Watched {
  until: number;
  counters: Promise<EdgeCounters> | null;
}

/**
 * What passes on the links of slices whose figures somebody looks at. QEMU counts nothing on the links that we use, so it takes a tap on each:
 * too dear for what nobody sees.
 */
export class WatchedTraffic {
  readonly #slices = new Map<number, Watched>();

  /** Somebody looks at a slice. @param now ms, as rounds are begun by */
  look(sliceId: number, now: number): void {
    const slice = this.#slices.get(sliceId) ?? { until: 0, counters: null };
    slice.until = now + lookMs;
    this.#slices.set(sliceId, slice);
  }

  get sliceIds(): number[] {
    return [...this.#slices.keys()];
  }

  isWatched(sliceId: number, now: number): boolean {
    return (this.#slices.get(sliceId)?.until ?? 0) >= now;
  }

  /** What has passed on each link of a watched slice, in bytes by the link's id, since it is counted; null where that cannot be counted. */
  async read(provider: Provider, sliceId: number): Promise<Map<number, number> | null> {
    const slice = this.#slices.get(sliceId);
    if (slice === undefined) return null;
    try {
      slice.counters ??= provider.openCounters({ id: sliceId });
      const sums = await (await slice.counters).read();
      return new Map([...sums].map(([edgeId, { bytes }]) => [edgeId, bytes]));
    } catch {
      // tried anew with the next look
      await this.forget(sliceId);
      return null;
    }
  }

  /** Ends the counting of a slice. */
  async forget(sliceId: number): Promise<void> {
    const counters = this.#slices.get(sliceId)?.counters;
    this.#slices.delete(sliceId);
    (await counters?.catch(() => null))?.close();
  }
}
