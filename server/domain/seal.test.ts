import { expect, test } from 'vitest';
import { seal, unseal } from './seal';

const secret = new TextEncoder().encode('a secret of thirty-two characters');
const whose = { purpose: 'secondFactor', bound: 'user 1' } as const;

test('opens what it sealed, and says the same twice in two ways', () => {
  const sealed = seal(secret, 'JBSWY3DPEHPK3PXP', whose);
  expect(sealed).not.toContain('JBSWY3DPEHPK3PXP');
  expect(unseal(secret, sealed, whose)).toBe('JBSWY3DPEHPK3PXP');
  expect(seal(secret, 'JBSWY3DPEHPK3PXP', whose)).not.toBe(sealed);
});

test('opens nothing with another secret, for another purpose, of another user, changed, cut or not sealed', () => {
  const sealed = seal(secret, 'JBSWY3DPEHPK3PXP', whose);
  const last = sealed.at(-2) === 'A' ? 'B' : 'A';
  for (const [key, text, other] of [
    [new TextEncoder().encode('another secret of enough characters'), sealed, {}],
    [secret, sealed, { bound: 'user 2' }],
    [secret, sealed, { purpose: 'zoneSettings' }],
    [secret, `${sealed.slice(0, -2)}${last}${sealed.slice(-1)}`, {}],
    [secret, sealed.slice(0, 12), {}],
    [secret, sealed.replace('v1', 'v2'), {}],
    [secret, 'JBSWY3DPEHPK3PXP', {}],
    [secret, '', {}],
  ] as const)
    expect(() => unseal(key, text, { ...whose, ...other })).toThrow();
});

test('opens the second factors that were sealed before there were purposes', () => {
  const sealed = 'v1.6TVvGCi1YWGZ9GpUjYzvhzu41YLx1nvo5S9D_ClZiT-e9m0AyL8lbNKip4k';
  expect(unseal(secret, sealed, whose)).toBe('JBSWY3DPEHPK3PXP');
});
