import { expect, test } from 'vitest';
import { formatDisk, formatRam, formatRelative } from './format';

test.each([
  [512, '512 MiB'],
  [1024, '1 GiB'],
  [1536, '1.5 GiB'],
  [98_304, '96 GiB'],
  [2_097_152, '2 TiB'],
])('%d MiB of RAM is %s', (ramMb, text) => expect(formatRam(ramMb)).toBe(text));

test('2,000 GiB are not called 2 TiB', () => {
  expect(formatDisk(2000)).toBe('2,000 GiB');
  expect(formatDisk(2048)).toBe('2 TiB');
  expect(formatRam(2_048_000, 'es')).toBe('2000 GiB');
});

test('the reader’s language has its own decimal sign', () => {
  expect(formatRam(1536, 'es')).toBe('1,5 GiB');
  expect(formatDisk(1536, 'es')).toBe('1,5 TiB');
});

test.each([
  [0, 'now'],
  [9_000, 'now'],
  [30_000, '30 seconds ago'],
  [90_000, '1 minute ago'],
  [3_600_000, '1 hour ago'],
  [86_400_000, 'yesterday'],
  [40 * 86_400_000, 'last month'],
])('%d ms ago reads %s', (age, text) =>
  expect(formatRelative(1_000_000_000_000 - age, 1_000_000_000_000, 'en')).toBe(text),
);
