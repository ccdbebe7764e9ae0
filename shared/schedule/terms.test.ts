import fc from 'fast-check';
import { expect, test } from 'vitest';
import { leaseEnds, minutesOf, minutesText, scheduledKinds, weekdaysOf } from './terms';

test('what resumed or restored a slice was offered for the end of its lease', () => {
  expect(leaseEnds).toEqual(['stop', 'suspend', 'destroy']);
  expect(scheduledKinds).toEqual(expect.arrayContaining(['start', 'stop', 'reboot', 'suspend', 'resume']));
  for (const kind of ['deploy', 'update', 'snapshot', 'restore', 'destroy']) expect(scheduledKinds).not.toContain(kind);
});

test('minutes are read back as they are written', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_000_000 }), (minutes) => minutesOf(minutesText(minutes)) === minutes),
  );
  expect(minutesText(1_590)).toBe('1 d 2 h 30 min');
  expect(['90m', '4h', '2d', '1w', '1d12h'].map(minutesOf)).toEqual([90, 240, 2_880, 10_080, 2_160]);
  expect(['', '4', 'h', '-4h', '4 hours', '1.5h', '4h!'].map(minutesOf)).toEqual(Array.from({ length: 7 }, () => null));
});

test('days of the week are read one by one and as a range', () => {
  expect(weekdaysOf('mon-fri')).toEqual([1, 2, 3, 4, 5]);
  expect(weekdaysOf('Sat, sun')).toEqual([6, 7]);
  expect(weekdaysOf('mon,wed-thu')).toEqual([1, 3, 4]);
  expect(['', 'xyz', 'fri-mon', 'mon-', 'mon-tue-wed'].map(weekdaysOf)).toEqual([null, null, null, null, null]);
});
