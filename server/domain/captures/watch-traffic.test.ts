import { expect, test } from 'vitest';
import { trafficBetween } from './watch-traffic';

test('rates are of what came between two readings, and none of a link that is new', () => {
  const before = { at: 1_000, sums: new Map([[1, { frames: 10, bytes: 1_000 }]]) };
  const now = {
    at: 3_000,
    sums: new Map([
      [1, { frames: 30, bytes: 5_000 }],
      [2, { frames: 7, bytes: 700 }],
    ]),
  };
  expect(trafficBetween(before, now).links).toEqual([
    { edgeId: 1, frames: 30, bytes: 5_000, framesPerSecond: 10, bitsPerSecond: 16_000 },
    { edgeId: 2, frames: 7, bytes: 700, framesPerSecond: 0, bitsPerSecond: 0 },
  ]);
  // counted anew: what was lost is no negative rate
  expect(trafficBetween(now, { ...before, at: 4_000 }).links).toMatchObject([{ framesPerSecond: 0, bitsPerSecond: 0 }]);
});
