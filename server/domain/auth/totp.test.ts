import { expect, test } from 'vitest';
import { newSecret, otpauthUri, stepOf } from './totp';

// the secret and the last six digits of the test values of RFC 6238, appendix B
const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

test.each([
  [59, '287082', 1],
  [1111111109, '081804', 37037036],
  [1111111111, '050471', 37037037],
  [2000000000, '279037', 66666666],
  [20000000000, '353130', 666666666],
])('at %s s the code is %s', (seconds, code, step) => {
  expect(stepOf(secret, code, new Date(seconds * 1000))).toBe(step);
});

test('a code is good one step before and after its own, and no longer', () => {
  // its step lasts from 1111111110 to 1111111140
  const at = (seconds: number) => stepOf(secret, '050471', new Date(seconds * 1000));
  expect([1111111079, 1111111080, 1111111110, 1111111169, 1111111170].map(at)).toEqual([
    null,
    37037037,
    37037037,
    37037037,
    null,
  ]);
});

test('what is no code is none', () => {
  for (const code of ['', '28708', '2870820', 'abcdef', '１２３４５６'])
    expect(stepOf(secret, code, new Date(59_000))).toBeNull();
});

test('secrets are 160 bits and different, and the URI names issuer and account', () => {
  expect(newSecret()).toMatch(/^[A-Z2-7]{32}$/);
  expect(newSecret()).not.toBe(newSecret());
  const uri = new URL(otpauthUri(secret, 'ada@example.org'));
  expect(uri.protocol).toBe('otpauth:');
  expect(decodeURIComponent(uri.pathname)).toContain('Trama:ada@example.org');
  expect(Object.fromEntries(uri.searchParams)).toMatchObject({
    secret,
    issuer: 'Trama',
    algorithm: 'SHA1',
    digits: '6',
    period: '30',
  });
});
