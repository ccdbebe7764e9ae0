import { allDrops } from '#shared/capture/talkers';
import type { Traffic } from '#shared/capture/traffic';
import { pause } from '#server/lib/waiting';
import type { EdgeTraffic } from '#server/providers/provider';
import type { Actor, DomainContext } from '../context';
import { atProvider, sayUnavailable } from '../homes/provider-here';
import { loadSlice } from '../slices/access';

const everyMs = 1_000;

/**
 * How to follow how much passes on a slice's links, a line of figures each second until the signal fires. For who sees the slice. NOT_FOUND;
 * CAPTURE_UNAVAILABLE, which comes from the stream.
 */
export async function watchTraffic(
  ctx: DomainContext,
  { actor, sliceId }: { actor: Actor; sliceId: number },
): Promise<(signal: AbortSignal) => AsyncGenerator<Traffic, void, undefined>> {
  const slice = await loadSlice(ctx.db, { actor, id: sliceId });
  return async function* follow(signal) {
    const counters = await atProvider(ctx, { zoneId: slice.zoneId, what: 'captures' }, (provider) =>
      provider.openCounters({ id: sliceId }),
    );
    try {
      let before = { at: performance.now(), sums: new Map<number, EdgeTraffic>() };
      while (!signal.aborted) {
        const sums = await counters.read().catch((error: unknown) => sayUnavailable('captures', error));
        const now = { at: performance.now(), sums };
        yield trafficBetween(before, now);
        before = now;
        await pause(everyMs, signal);
      }
    } finally {
      counters.close();
    }
  };
}

interface Reading {
  /** ms */
  at: number;
  sums: ReadonlyMap<number, EdgeTraffic>;
}

/** Sums and rates of the links that the later reading has. One that the earlier one lacks has no rate yet. */
export function trafficBetween(before: Reading, now: Reading): Traffic {
  const seconds = Math.max(0.001, (now.at - before.at) / 1000);
  const links = [...now.sums].map(([edgeId, sum]) => {
    const { frames, bytes, drops } = sum;
    const then = before.sums.get(edgeId) ?? sum;
    const dropped = allDrops(drops);
    return {
      edgeId,
      frames,
      bytes,
      framesPerSecond: Math.max(0, frames - then.frames) / seconds,
      bitsPerSecond: (8 * Math.max(0, bytes - then.bytes)) / seconds,
      drops,
      dropsPerSecond: dropped === null ? null : Math.max(0, dropped - (allDrops(then.drops) ?? dropped)) / seconds,
    };
  });
  return { links };
}
