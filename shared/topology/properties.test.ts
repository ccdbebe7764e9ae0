import fc from 'fast-check';
import { expect, test } from 'vitest';
import { alike, canonical } from './properties';

/** The same content, with the keys of every object the other way round. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, inner]) => [key, turned(inner)]),
  );
}

test('two values are alike where their canonical texts are equal, and nowhere else', () => {
  const small = fc.jsonValue({ maxDepth: 2, depthSize: 'small' });
  fc.assert(
    fc.property(small, small, (a, b) => {
      expect(alike(a, b)).toBe(canonical(a) === canonical(b));
      expect(alike(a, turned(a))).toBe(true);
      expect(alike({ a, b }, { b, a: turned(a), gone: undefined })).toBe(true);
      expect(alike({ a, gone: b }, { a })).toBe(false);
      expect(alike([a, b], [a])).toBe(false);
    }),
  );
});
