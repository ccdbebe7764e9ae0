import { expect, test } from 'vitest';
import { figureText, timesOf } from './figure-text';

test('figures are written in units that leave one to three digits before the point', () => {
  expect([0, 0.4, 12.34, 250.4].map((value) => figureText('cpu', value, 'en'))).toEqual([
    '0%',
    '0.4%',
    '12.3%',
    '250%',
  ]);
  expect([130.4, 1536].map((value) => figureText('memory', value, 'en'))).toEqual(['130 MiB', '1.5 GiB']);
  expect([0, 999, 1_200_000].map((value) => figureText('disk', value, 'en'))).toEqual(['0 B/s', '999 B/s', '1.2 MB/s']);
  expect([0.05, 1_775, 5e12].map((value) => figureText('traffic', value, 'es'))).toEqual([
    '0,4 bit/s',
    '14,2 kbit/s',
    '40.000 Gbit/s',
  ]);
});

test('points are as far apart as is said, the last one of when it was measured', () => {
  expect(
    timesOf({ at: '2026-03-01T12:00:00.000Z', stepSeconds: 60 }, 3).map((ms) => new Date(ms).toISOString()),
  ).toEqual(['2026-03-01T11:58:00.000Z', '2026-03-01T11:59:00.000Z', '2026-03-01T12:00:00.000Z']);
});
