import { TrafficTotals } from '#shared/capture/talkers';
import type { LinkTraffic } from '#shared/capture/traffic';
import type { Series } from '#shared/figures';
import type { Measured } from '../../figures/use-times';

/** Readings come each second or so: of these one is kept, so that none is missing where one is late. */
const stepMs = 2_000;
/** Five minutes. */
const kept = 150;

/** The newest values of a link, by the steps of a clock. */
class StepRing {
  readonly #values = new Float64Array(kept).fill(Number.NaN);
  #newest = Number.NEGATIVE_INFINITY;

  put(step: number, value: number): void {
    if (step < this.#newest) return;
    for (let missed = Math.max(this.#newest + 1, step - kept + 1); missed < step; missed += 1)
      this.#values[missed % kept] = Number.NaN;
    this.#values[step % kept] = value;
    this.#newest = step;
  }

  /** NaN where there was none. */
  at(step: number): number {
    const isKept = step <= this.#newest && step > this.#newest - kept;
    return isKept ? (this.#values[step % kept] ?? Number.NaN) : Number.NaN;
  }
}

export interface TrafficGraph {
  of: Measured;
  series: Series;
}

/** What has passed on a slice's links since one looks: sums, and rates of the last minutes. It is in the page only. */
export class TrafficLog {
  /** The last reading, by the links' ids. */
  figures: ReadonlyMap<number, LinkTraffic> = new Map();
  readonly totals = new TrafficTotals();
  readonly #rates = new Map<number, StepRing>();
  readonly #drops = new Map<number, StepRing>();
  #step = 0;

  /** @param now ms since 1970, by a clock that never goes back */
  take(links: readonly LinkTraffic[], now: number): void {
    this.figures = new Map(links.map((link) => [link.edgeId, link]));
    this.totals.take(links);
    this.#step = Math.max(this.#step, Math.floor(now / stepMs));
    for (const { edgeId, bitsPerSecond, dropsPerSecond } of links) {
      put(this.#rates, edgeId, this.#step, bitsPerSecond);
      if (dropsPerSecond !== null) put(this.#drops, edgeId, this.#step, dropsPerSecond);
    }
  }

  /** Bits in a second, of these links together. */
  rate(edgeIds: readonly number[]): TrafficGraph {
    return this.#graph(this.#rates, edgeIds);
  }

  /** Frames in a second that did not arrive; null where nobody has told of any of these links. */
  drops(edgeIds: readonly number[]): TrafficGraph | null {
    return edgeIds.some((id) => this.#drops.has(id)) ? this.#graph(this.#drops, edgeIds) : null;
  }

  #graph(rings: ReadonlyMap<number, StepRing>, edgeIds: readonly number[]): TrafficGraph {
    const chosen = edgeIds.flatMap((id) => rings.get(id) ?? []);
    const points = Array.from({ length: kept }, (_, index) => {
      const values = chosen
        .map((ring) => ring.at(this.#step - kept + 1 + index))
        .filter((value) => !Number.isNaN(value));
      return values.length === 0 ? null : sumOf(values);
    });
    const known = points.filter((point) => point !== null);
    return {
      of: { at: new Date(this.#step * stepMs).toISOString(), stepSeconds: stepMs / 1000 },
      series: {
        points,
        now: points.at(-1) ?? null,
        mean: known.length === 0 ? null : sumOf(known) / known.length,
        peak: known.length === 0 ? null : Math.max(...known),
      },
    };
  }
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

function put(rings: Map<number, StepRing>, id: number, step: number, value: number): void {
  const ring = rings.get(id) ?? new StepRing();
  rings.set(id, ring);
  ring.put(step, value);
}
