import { BlockList } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isListed, isPublicAddress } from './ip';

test.each([
  ...['0.0.0.0', '10.1.2.3', '100.64.0.1', '127.0.0.1', '127.255.255.254', '168.63.129.16', '169.254.169.254'],
  ...['172.16.0.1', '172.31.255.255', '192.0.0.1', '192.168.1.1', '198.18.0.1', '224.0.0.1', '255.255.255.255'],
  ...['::', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:10.0.0.1', '::127.0.0.1', '64:ff9b::7f00:1'],
  ...['fe80::1', 'fe80::1%eth0', 'fd00:ec2::254', 'fc00::1', 'ff02::1', '2002:7f00:1::', '2001::1', '2001:db8::1'],
  ...['', 'localhost', '127.1', '0x7f000001'],
])('%s is no address of the public internet', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each(['1.1.1.1', '8.8.8.8', '172.32.0.1', '2606:4700::1111', '::ffff:8.8.8.8'])('%s is one', (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

test('an IPv4 address is the same when it is written as IPv6', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
      const hex = `::ffff:${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
      for (const written of [`::ffff:${address}`, hex])
        expect([written, isPublicAddress(written)]).toEqual([written, isPublicAddress(address)]);
    }),
  );
});

test('what is listed may be written as IPv6, too', () => {
  const list = new BlockList();
  list.addSubnet('10.1.0.0', 16, 'ipv4');
  expect(['10.1.2.3', '::ffff:10.1.2.3', '10.2.0.1', 'nothing'].map((one) => isListed(list, one))).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
