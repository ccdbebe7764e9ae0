import { expect, test } from 'vitest';
import { expiryOf } from './expiry';

test('a token that ends within a week ends soon', () => {
  const now = Date.parse('2026-03-01T00:00:00.000Z');
  expect(expiryOf(now, now)).toBe('expired');
  expect(expiryOf(now + 1, now)).toBe('soon');
  expect(expiryOf(now + 7 * 86_400_000, now)).toBe('soon');
  expect(expiryOf(now + 7 * 86_400_000 + 1, now)).toBe('later');
});
