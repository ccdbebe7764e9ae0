import fc from 'fast-check';
import { expect, test } from 'vitest';
import { extraDiskGb, extraDiskText, lostDisks, takenBy, type ExtraDisk } from './disk';
import { extraDiskSchema } from './disk-schema';
import { topologyVmSchema } from './schema';

const disks = fc.uniqueArray(
  fc.record({ label: fc.constantFrom('a', 'b', 'c', 'd', 'e'), sizeGb: fc.integer({ min: 1, max: 20 }) }),
  { selector: ({ label }) => label },
);
const larger = (list: readonly ExtraDisk[], by: number) =>
  list.map(({ label, sizeGb }) => ({ label, sizeGb: sizeGb + by }));

test('what stays, grows or comes loses nothing, in whatever order; what goes or shrinks does', () => {
  fc.assert(
    fc.property(disks, disks, fc.nat(3), (before, others, by) => {
      const known = new Set(before.map(({ label }) => label));
      const more = others.filter(({ label }) => !known.has(label));
      expect(lostDisks(before, [...more, ...larger(before, by).toReversed()])).toEqual([]);
      expect(lostDisks(before, more)).toEqual(before.map(({ label }) => label));
      expect(lostDisks(larger(before, by + 1), before)).toEqual(before.map(({ label }) => label));
    }),
  );
});

test('disks of a VM count together', () => {
  fc.assert(
    fc.property(disks, disks, (some, others) => {
      expect(extraDiskGb([...some, ...others])).toBe(extraDiskGb(some) + extraDiskGb(others));
      const size = { vcpus: 2, ramMb: 512, diskGb: 7 };
      expect(takenBy(size, some)).toEqual({ ...size, diskGb: 7 + extraDiskGb(some) });
    }),
  );
  expect(extraDiskText({ label: 'data', sizeGb: 20 })).toBe('data 20 GiB');
});

test('a label is what a serial number and a file can be called, a size is bounded, and so is their number', () => {
  const isDisk = (label: unknown, sizeGb: unknown) => extraDiskSchema.safeParse({ label, sizeGb }).success;
  for (const label of ['data', 'a', '0', 'db-1', 'x'.repeat(20)]) expect(isDisk(label, 1), label).toBe(true);
  for (const label of [
    '',
    'x'.repeat(21),
    'Data',
    'a b',
    'a,b',
    '../a',
    'a/b',
    '-a',
    'a-',
    'ñ',
    'a\n',
    'image',
    'network',
    7,
    null,
  ])
    expect(isDisk(label, 1), String(label)).toBe(false);
  for (const size of [1, 16_384]) expect(isDisk('data', size)).toBe(true);
  for (const size of [0, -1, 0.5, 16_385, 1e9, Number.NaN, '1', null])
    expect(isDisk('data', size), String(size)).toBe(false);
  const { disks: list } = topologyVmSchema.shape;
  const many = (count: number) => Array.from({ length: count }, (_, n) => ({ label: `d${n}`, sizeGb: 1 }));
  expect(list.safeParse(many(7)).success).toBe(true);
  for (const count of [8, 9])
    expect(list.safeParse(many(count)).error?.issues[0]?.message).toBe('At most 7 extra disks.');
});
