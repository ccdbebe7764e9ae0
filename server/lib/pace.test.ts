import { expect, test } from 'vitest';
import { Pace } from './pace';

/** How often of `times` it may be done, all at `now`. */
function taken(pace: Pace<string>, key: string, now: number, times: number): number {
  return Array.from({ length: times }, () => pace.take(key, now)).filter(Boolean).length;
}

test('so many at once, then so many a second, for each key by itself', () => {
  const pace = new Pace<string>({ perSecond: 2, burst: 5 });
  expect(taken(pace, 'a', 0, 10)).toBe(5);
  expect(taken(pace, 'b', 0, 10)).toBe(5);
  expect(taken(pace, 'a', 400, 10)).toBe(0);
  expect(taken(pace, 'a', 1_000, 10)).toBe(2);
  // who has rested has no more than a burst
  expect(taken(pace, 'a', 1_000_000, 10)).toBe(5);
});

test('a clock that is set back lets nobody through, nor keeps anybody out for good', () => {
  const pace = new Pace<string>({ perSecond: 1, burst: 1 });
  expect(taken(pace, 'a', 10_000, 2)).toBe(1);
  expect(taken(pace, 'a', 5_000, 2)).toBe(0);
  expect(taken(pace, 'a', 6_000, 2)).toBe(1);
});

test('keys are forgotten once they have rested, and not before', () => {
  const pace = new Pace<string>({ perSecond: 1, burst: 2 });
  for (let key = 0; key < 5_000; key++) pace.take(`rests ${key}`, key * 10);
  expect(taken(pace, 'busy', 50_000, 3)).toBe(2);
  for (let key = 0; key < 2_000; key++) pace.take(`other ${key}`, 50_000);
  expect(taken(pace, 'busy', 50_000, 3)).toBe(0);
});
