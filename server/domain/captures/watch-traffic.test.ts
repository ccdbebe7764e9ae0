import { expect, test } from 'vitest';
import { trafficBetween } from './watch-traffic';

const drops = null;
const lost = (frames: number) => ({ forth: { lost: frames, dropped: 1 }, back: { lost: 0, dropped: frames } });

test('rates are of what came between two readings, and none of a link that is new', () => {
  const before = { at: 1_000, sums: new Map([[1, { frames: 10, bytes: 1_000, drops }]]) };
  const now = {
    at: 3_000,
    sums: new Map([
      [1, { frames: 30, bytes: 5_000, drops }],
      [2, { frames: 7, bytes: 700, drops: lost(3) }],
    ]),
  };
  const noDrops = { drops, dropsPerSecond: null };
  expect(trafficBetween(before, now).links).toEqual([
    { edgeId: 1, frames: 30, bytes: 5_000, framesPerSecond: 10, bitsPerSecond: 16_000, ...noDrops },
    { edgeId: 2, frames: 7, bytes: 700, framesPerSecond: 0, bitsPerSecond: 0, drops: lost(3), dropsPerSecond: 0 },
  ]);
  // counted anew: what was lost is no negative rate
  expect(trafficBetween(now, { ...before, at: 4_000 }).links).toMatchObject([{ framesPerSecond: 0, bitsPerSecond: 0 }]);
  const later = { at: 5_000, sums: new Map([[2, { frames: 7, bytes: 700, drops: lost(8) }]]) };
  expect(trafficBetween(now, later).links).toMatchObject([{ dropsPerSecond: 5 }]);
  // since it is bent somebody can tell, and not before
  const bent = { at: 4_000, sums: new Map([[1, { frames: 30, bytes: 5_000, drops: lost(2) }]]) };
  expect(trafficBetween(now, bent).links).toMatchObject([{ dropsPerSecond: 0 }]);
});
