import type { EdgeDrops, EdgeTraffic } from '../provider';

type Drops = NonNullable<EdgeTraffic['drops']>;
type Directions = Readonly<Record<keyof Drops, EdgeDrops>>;

/** What edges have dropped since the first reading, out of sums that begin anew with a relay's process and with an edge that is bent again. */
export class EdgeDropSums {
  readonly #edges = new Map<number, { read: Drops; since: Drops }>();

  /** @param counts of the edges that are relayed now, by their ids; readings come in the order in which they were made */
  take(counts: ReadonlyMap<number, Directions>): void {
    for (const [edgeId, { forth, back }] of counts) {
      const read = { forth: only(forth), back: only(back) };
      const known = this.#edges.get(edgeId);
      const since =
        known === undefined
          ? { forth: none, back: none }
          : {
              forth: more(known.since.forth, known.read.forth, read.forth),
              back: more(known.since.back, known.read.back, read.back),
            };
      this.#edges.set(edgeId, { read, since });
    }
  }

  /** Null of one that was never relayed. */
  of(edgeId: number): Drops | null {
    return this.#edges.get(edgeId)?.since ?? null;
  }
}

const none: EdgeDrops = { lost: 0, dropped: 0 };
const only = ({ lost, dropped }: EdgeDrops): EdgeDrops => ({ lost, dropped });

function more(sum: EdgeDrops, before: EdgeDrops, now: EdgeDrops): EdgeDrops {
  // it has begun anew: all of it has come since
  const from = now.lost < before.lost || now.dropped < before.dropped ? none : before;
  return { lost: sum.lost + now.lost - from.lost, dropped: sum.dropped + now.dropped - from.dropped };
}
