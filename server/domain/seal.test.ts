import { expect, test } from 'vitest';
import { seal, unseal } from './seal';

const secret = new TextEncoder().encode('a secret of thirty-two characters');

test('opens what it sealed, and says the same twice in two ways', () => {
  const sealed = seal(secret, 'JBSWY3DPEHPK3PXP', 'user 1');
  expect(sealed).not.toContain('JBSWY3DPEHPK3PXP');
  expect(unseal(secret, sealed, 'user 1')).toBe('JBSWY3DPEHPK3PXP');
  expect(seal(secret, 'JBSWY3DPEHPK3PXP', 'user 1')).not.toBe(sealed);
});

test('opens nothing with another secret, of another user, changed, cut or not sealed', () => {
  const sealed = seal(secret, 'JBSWY3DPEHPK3PXP', 'user 1');
  const last = sealed.at(-2) === 'A' ? 'B' : 'A';
  for (const [key, text, bound] of [
    [new TextEncoder().encode('another secret of enough characters'), sealed, 'user 1'],
    [secret, sealed, 'user 2'],
    [secret, `${sealed.slice(0, -2)}${last}${sealed.slice(-1)}`, 'user 1'],
    [secret, sealed.slice(0, 12), 'user 1'],
    [secret, sealed.replace('v1', 'v2'), 'user 1'],
    [secret, 'JBSWY3DPEHPK3PXP', 'user 1'],
    [secret, '', 'user 1'],
  ] as const)
    expect(() => unseal(key, text, bound)).toThrow();
});
