import fc from 'fast-check';
import { expect, test } from 'vitest';
import { address6Of, block6Of, isChoosable, overlap6, prefix64Of, subnet6Of } from './ipv6';
import { textOf } from './ipv4';

test('an address beside another has its number, in the subnet that is given or chosen', () => {
  expect(subnet6Of('10.64.0.0/24', 'given')).toBe('fd00:7472:a40::/64');
  expect(address6Of('10.64.0.7/24', 'given')).toBe('fd00:7472:a40::7/64');
  expect(address6Of('10.64.15.1/20', 'given')).toBe('fd00:7472:a40::f01/64');
  expect(address6Of('192.0.2.2/31', 'fd00:0:0:7::/64')).toBe('fd00:0:0:7::1/64');
  expect(address6Of('192.0.2.3/31', 'fd00:0:0:7::/64')).toBe('fd00:0:0:7::2/64');
  expect(address6Of('10.64.0.7/24', 'fd00:1::/64', 'fd00:1::a')).toBe('fd00:1::a/64');
  expect(address6Of('10.64.0.7/24', undefined, 'fd00:1::a')).toBeUndefined();
  expect(address6Of('10.1.2.3/8', '2001:DB8::/64')).toBe('2001:db8::1:203/64');
  expect(subnet6Of('10.64.0.0/24', undefined)).toBeUndefined();
  expect(address6Of(undefined, 'given')).toBeUndefined();
});

test('a subnet is a /64, by its own address', () => {
  expect(prefix64Of('fd12:3456:789a:1::/64')).toEqual([0xfd12, 0x3456, 0x789a, 1]);
  expect(prefix64Of('fd00:1:2:3:0:0:0:0/64')).toEqual([0xfd00, 1, 2, 3]);
  for (const wrong of [
    'fd00::/48',
    'fd00::1/64',
    'fd00::',
    '10.0.0.0/8',
    'fd00::1::/64',
    'fd00:g::/64',
    '::ffff:1.2.3.4/64',
  ])
    expect(prefix64Of(wrong)).toBeNull();
});

test('two ranges have an address in common where one is in the other', () => {
  const common = (one: string, other: string) => {
    const [first, second] = [block6Of(one), block6Of(other)];
    if (first === null || second === null) throw new Error('no ranges');
    expect(overlap6(first, second)).toBe(overlap6(second, first));
    return overlap6(first, second);
  };
  expect(common('fd00:1::/64', 'fc00:0:0:0:0:0:0:0/7')).toBe(true);
  expect(common('fd00:1::/64', 'fd00:1::9/128')).toBe(true);
  expect(common('fd00:1::/64', '::/0')).toBe(true);
  expect(common('fd00:1::/64', 'fd00:1:0:1::/64')).toBe(false);
  expect(common('fd00:1::/64', 'fe00::/7')).toBe(false);
  expect(common('fd00:1:8000::/35', 'fd00:1:6000::/35')).toBe(false);
  for (const wrong of ['fd00::', 'fd00::/129', 'fd00::/x', '10.0.0.0/8', undefined]) expect(block6Of(wrong)).toBeNull();
});

test('unique local and global subnets can be chosen, where none are given', () => {
  const can = (text: string) => isChoosable(prefix64Of(text) ?? []);
  expect(['fd00:1::/64', 'fc00::/64', '2001:db8::/64', '3fff::/64'].map(can)).toEqual([true, true, true, true]);
  expect(['fe80::/64', 'ff02::/64', '::/64', 'fd00:7472:1::/64', '4000::/64'].map(can)).toEqual(Array(5).fill(false));
});

test('two addresses that differ differ in IPv6, too, as do two subnets', () => {
  const block = fc.tuple(fc.nat(255), fc.nat(255), fc.integer({ min: 8, max: 31 }));
  fc.assert(
    fc.property(block, fc.nat(2 ** 24), fc.nat(2 ** 24), ([a, b, prefix], one, other) => {
      const size = 2 ** (32 - prefix);
      const base = Math.floor((10 * 2 ** 24 + a * 2 ** 16 + b * 256) / size) * size;
      const [first, second] = [one % size, other % size].map((host) =>
        address6Of(textOf({ base, prefix }, host), 'given'),
      );
      expect(first === second).toBe(one % size === other % size);
      const next = textOf({ base: base + size, prefix });
      expect(subnet6Of(next, 'given')).not.toBe(subnet6Of(textOf({ base, prefix }), 'given'));
    }),
  );
});
