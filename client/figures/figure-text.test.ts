import { expect, test } from 'vitest';
import { figureText } from './figure-text';

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
