import type { LinkTraffic } from './traffic';

/** How much passes on a link, or on all links of a VM: now, and in all since one looks. */
export interface Talker {
  /** Of the link or the VM. */
  id: number;
  framesPerSecond: number;
  bitsPerSecond: number;
  frames: number;
  bytes: number;
  /** Frames that did not arrive; null where nobody can tell. */
  drops: number | null;
}

/** Frames of a link that did not arrive, both ways, for whatever reason. */
export function allDrops(drops: LinkTraffic['drops']): number | null {
  if (drops === null) return null;
  const { forth, back } = drops;
  return forth.lost + forth.dropped + back.lost + back.dropped;
}

interface Looked {
  last: LinkTraffic;
  talker: Talker;
}

/** What a sum has grown by; one that has become less was begun anew, since nobody had it counted for a while. */
const grown = (before: number, now: number): number => (now < before ? now : now - before);

/** Sums of links since one looks: the first reading of each is where its sums begin. */
export class TrafficTotals {
  readonly #links = new Map<number, Looked>();

  take(links: readonly LinkTraffic[]): void {
    // of one that is not in the reading nothing passes
    for (const { talker } of this.#links.values()) Object.assign(talker, { framesPerSecond: 0, bitsPerSecond: 0 });
    for (const now of links) {
      const { edgeId, framesPerSecond, bitsPerSecond } = now;
      const known = this.#links.get(edgeId);
      const before = known?.last ?? now;
      const sums = known?.talker ?? { frames: 0, bytes: 0, drops: null };
      const drops = allDrops(now.drops);
      this.#links.set(edgeId, {
        last: now,
        talker: {
          ...{ id: edgeId, framesPerSecond, bitsPerSecond },
          frames: sums.frames + grown(before.frames, now.frames),
          bytes: sums.bytes + grown(before.bytes, now.bytes),
          drops: drops === null ? sums.drops : (sums.drops ?? 0) + grown(allDrops(before.drops) ?? drops, drops),
        },
      });
    }
  }

  /** By the links' ids. */
  get links(): Talker[] {
    return [...this.#links.values()].map(({ talker }) => ({ ...talker }));
  }

  /** The sums of the links of each VM that has any that was read. @param edges with the keys of their ends */
  vms(
    edges: readonly { id: number; source: string; target: string }[],
    vmList: readonly { id: number; key: string }[],
  ): Talker[] {
    const ids = new Map(vmList.map(({ key, id }) => [key, id]));
    const sums = new Map<number, Talker>();
    for (const edge of edges) {
      const link = this.#links.get(edge.id)?.talker;
      if (link === undefined) continue;
      for (const key of [edge.source, edge.target]) {
        const id = ids.get(key);
        if (id === undefined) continue;
        const sum = sums.get(id);
        sums.set(id, sum === undefined ? { ...link, id } : added(sum, link));
      }
    }
    return [...sums.values()];
  }
}

function added(sum: Talker, link: Talker): Talker {
  return {
    id: sum.id,
    framesPerSecond: sum.framesPerSecond + link.framesPerSecond,
    bitsPerSecond: sum.bitsPerSecond + link.bitsPerSecond,
    frames: sum.frames + link.frames,
    bytes: sum.bytes + link.bytes,
    drops: sum.drops === null && link.drops === null ? null : (sum.drops ?? 0) + (link.drops ?? 0),
  };
}

/** Those that talk most, by their rate or in all, at most `count` of each: the fastest first. Pure. */
export function topTalkers(talkers: readonly Talker[], count: number): Talker[] {
  const fastest = talkers.toSorted((a, b) => b.bitsPerSecond - a.bitsPerSecond || b.bytes - a.bytes);
  const most = new Set(talkers.toSorted((a, b) => b.bytes - a.bytes).slice(0, count));
  return fastest.filter((talker, place) => place < count || most.has(talker));
}
