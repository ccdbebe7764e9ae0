import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toggled } from './selection';

const rows = [1, 2, 3, 4, 5].map((id) => ({ id }));
const after = (ids: number[], click: { index: number; from: number | null }) => [...toggled(new Set(ids), rows, click)];

test('one click chooses a row, the next one lets it go', () => {
  expect(after([], { index: 1, from: null })).toEqual([2]);
  expect(after([2, 3], { index: 1, from: null })).toEqual([3]);
});

test('with Shift all from the last one on become as the row clicked becomes, upwards and downwards', () => {
  expect(after([2], { index: 3, from: 2 }).toSorted()).toEqual([2, 3, 4]);
  expect(after([4], { index: 1, from: 4 }).toSorted()).toEqual([2, 3, 4]);
  expect(after([1, 2, 3, 4], { index: 3, from: 2 })).toEqual([1]);
  // the last one is no longer listed
  expect(after([], { index: 3, from: 99 })).toEqual([4]);
});

test('a click changes nothing outside of its range, and the row clicked always', () => {
  const index = fc.nat(rows.length - 1);
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 1, max: 5 })),
      index,
      fc.option(index, { nil: null }),
      (ids, at, start) => {
        const from = start === null ? null : (rows[start]?.id ?? null);
        const next = toggled(new Set(ids), rows, { index: at, from });
        const [low, high] = start === null ? [at, at] : [Math.min(at, start), Math.max(at, start)];
        for (const [place, { id }] of rows.entries())
          if (place < low || place > high) expect(next.has(id)).toBe(ids.includes(id));
          else expect(next.has(id)).toBe(!ids.includes(rows[at]?.id ?? 0));
      },
    ),
  );
});
