import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pairsOf, pairsSchema, pairsText } from './pairs';

test('pairs are read as they are written, with commas or lines between them', () => {
  expect([...pairsOf('2=m1.small, 11 = 4f0c-8\n3= with a space ')]).toEqual([
    [2, 'm1.small'],
    [11, '4f0c-8'],
    [3, 'with a space'],
  ]);
  expect(pairsOf('').size).toBe(0);
});

test('what is written comes back as it was', () => {
  const value = fc
    .string({ minLength: 1, maxLength: 40 })
    .filter((text) => !/[,\n]/.test(text) && text.trim() === text);
  fc.assert(
    fc.property(fc.dictionary(fc.integer({ min: 1, max: 999 }).map(String), value, { maxKeys: 20 }), (values) => {
      const pairs = new Map(Object.entries(values).map(([id, text]): [number, string] => [Number(id), text]));
      const text = pairsText(pairs);
      expect(pairsSchema.parse(text)).toBe(text);
      expect(new Map(pairsOf(text))).toEqual(pairs);
    }),
  );
});

test.each([
  ['m1.small', 'm1.small is no pair, such as 2=m1.small.'],
  ['nano=m1.small', 'nano=m1.small is no pair, such as 2=m1.small.'],
  ['0=m1.small', '0=m1.small is no pair, such as 2=m1.small.'],
  ['2=', '2= is no pair, such as 2=m1.small.'],
  ['2=a, 3=b, 2=c', '2 is there twice.'],
])('%s is refused', (text, message) => {
  expect(pairsSchema.safeParse(text).error?.issues).toMatchObject([{ message }]);
});
