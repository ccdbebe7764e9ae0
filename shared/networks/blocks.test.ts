import fc from 'fast-check';
import { expect, test } from 'vitest';
import { blockOf, hostsWithin, overlap, textOf } from '../topology/ipv4';
import { blockFor, isOverlapping, isPart, isWithin, ownPart } from './blocks';

const block = (text: string) => {
  const found = blockOf(text);
  if (found === null) throw new Error(`${text} is no block`);
  return found;
};

test('each part that is given has the addresses that were asked for, and none is given twice', () => {
  const asked = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 20 });
  fc.assert(
    fc.property(fc.integer({ min: 16, max: 29 }), fc.boolean(), asked, (prefix, keeps, wishes) => {
      const subnet = textOf({ base: block('10.7.0.0/16').base, prefix });
      const own = keeps ? (ownPart(subnet) ?? '') : '10.7.0.0/32';
      const taken = [own];
      for (const addresses of wishes) {
        const given = blockFor(subnet, { addresses, taken });
        if (given === null) continue;
        const { first, last } = hostsWithin(block(subnet), block(given));
        expect(last - first + 1).toBeGreaterThanOrEqual(addresses);
        expect(block(given).offset).toBe(0);
        expect(overlap(block(given), block(subnet))).toBe(true);
        expect(taken.filter((one) => overlap(block(one), block(given)))).toEqual([]);
        taken.push(given);
      }
    }),
  );
});

test('a /24 of which the lower half is kept has eight parts for 14 NICs, and then none', () => {
  const taken = ['10.64.0.0/25'];
  expect(ownPart('10.64.0.0/24')).toBe('10.64.0.0/25');
  for (let n = 0; n < 8; n++) taken.push(blockFor('10.64.0.0/24', { addresses: 14, taken }) ?? '');
  expect(taken.slice(1)).toEqual([128, 144, 160, 176, 192, 208, 224, 240].map((host) => `10.64.0.${host}/28`));
  expect(blockFor('10.64.0.0/24', { addresses: 1, taken })).toBeNull();
});

test('what has the address of all in the subnet has one less, so that more is given', () => {
  const taken = ['10.64.0.0/25', '10.64.0.128/26', '10.64.0.192/27', '10.64.0.224/28'];
  expect(blockFor('10.64.0.0/24', { addresses: 15, taken })).toBe('10.64.0.240/28');
  expect(blockFor('10.64.0.0/24', { addresses: 16, taken })).toBeNull();
  expect(blockFor('10.64.0.0/24', { addresses: 16, taken: taken.slice(0, 3) })).toBe('10.64.0.224/28');
});

test('an address is in a part, with its prefix length or without', () => {
  expect(isWithin('10.64.0.130/24', '10.64.0.128/28')).toBe(true);
  expect(isWithin('10.64.0.143', '10.64.0.128/28')).toBe(true);
  expect(isWithin('10.64.0.144/24', '10.64.0.128/28')).toBe(false);
  expect(isWithin('', '10.64.0.128/28')).toBe(false);
});

test('a part begins at its first address, and is no larger than its subnet', () => {
  for (const range of ['10.64.0.0/25', '10.64.0.128/25', '10.64.0.0/24'])
    expect([range, isPart(range, '10.64.0.0/24')]).toEqual([range, true]);
  for (const range of ['10.64.0.1/25', '10.64.1.0/25', '10.64.0.0/23', 'half'])
    expect([range, isPart(range, '10.64.0.0/24')]).toEqual([range, false]);
});

test('subnets overlap where one is in the other', () => {
  expect(isOverlapping('10.64.0.0/24', '10.64.0.128/30')).toBe(true);
  expect(isOverlapping('10.64.0.0/24', '10.64.1.0/24')).toBe(false);
  expect(isOverlapping('10.64.0.0/24', undefined)).toBe(false);
});
