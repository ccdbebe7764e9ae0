import fc from 'fast-check';
import { expect, it } from 'vitest';
import { macFrom, macLike } from './mac';

const octets = fc.array(fc.nat(255), { minLength: 6, maxLength: 6 }).map((all) => all.map((octet) => octet.toString(16).padStart(2, '0'))); // prettier-ignore

it('is the same in each of its writings', () => {
  fc.assert(
    fc.property(octets, (all) => {
      const usual = all.join(':');
      const dotted = [0, 2, 4].map((at) => all.slice(at, at + 2).join('')).join('.');
      for (const text of [usual, all.join('-'), dotted])
        expect([macLike(text), macLike(text.toUpperCase())]).toEqual([usual, usual]);
    }),
  );
});

it.each([
  '',
  '0a:00:00:00:00',
  '0a:00:00:00:00:01:02',
  '0a:00-00:00:00:01',
  '0a0000000001',
  '0a:00:00:00:00:0g',
  '0a00.0000.00',
])('is none: %j', (text) => {
  // prettier-ignore
  expect([macLike(text), macFrom(text, 1)]).toEqual([null, null]);
});

it('counts on from the first NIC, over octets and round the end', () => {
  expect(macFrom('0c:00:00:00:00:ff', 0)).toBe('0c:00:00:00:00:ff');
  expect(macFrom('0C-00-00-00-00-FF', 2)).toBe('0c:00:00:00:01:01');
  expect(macFrom('ff:ff:ff:ff:ff:ff', 1)).toBe('00:00:00:00:00:00');
  for (const nic of [-1, 1.5, Number.NaN]) expect(macFrom('0c:00:00:00:00:00', nic)).toBeNull();
});
