import { expect, test } from 'vitest';
import { guestPasswordSchema } from './schema';

test('a password is the usual one, none, or a hash, and never the password itself', () => {
  const takes = (text: string) => guestPasswordSchema.safeParse(text).success;
  const sha512 = 'sj66LTgSvpbGLKKSqSgKg0m9.BVDiM7ZfUuUxGVIC5YowVQeYiLtmXhJje2KlkMsJpnGi3Z24M/nnr9f.ik.M/';
  for (const yes of [
    'builtin',
    'none',
    `$6$trama.lab$${sha512}`,
    `$6$rounds=5000$trama.lab$${sha512}`,
    `$5$abc$${'x'.repeat(43)}`,
    `$y$j9T$F5Jx5fExrKuPp53xLKQ..1$${'x'.repeat(43)}`,
  ])
    expect(takes(yes), yes).toBe(true);
  for (const no of [
    '',
    'secret',
    'none ',
    `$6$trama.lab$${sha512}x`,
    `$6$$${sha512}`,
    `$6$trama.lab$${sha512}\n`,
    `$6$tr:ma$${sha512}`,
    // md5 and DES, which are broken
    `$1$abc$${'x'.repeat(22)}`,
    'abJnggxhB/yWI',
    '*',
  ])
    expect(takes(no), JSON.stringify(no)).toBe(false);
  expect(guestPasswordSchema.safeParse('secret').error?.issues[0]?.message).toContain('openssl passwd -6');
});
