import fc from 'fast-check';
import { BlockList } from 'node:net';
import { expect, test } from 'vitest';
import { ipRangeOf, ipRangesOf, ipRangesSchema, notInternet } from './ip-ranges';

test.each([
  ['10.1.2.3/8', '10.0.0.0/8'],
  ['192.0.2.7', '192.0.2.7/32'],
  ['0.0.0.0/0', '0.0.0.0/0'],
  ['172.31.255.255/12', '172.16.0.0/12'],
  ['fd12:3456::1/7', 'fc00:0:0:0:0:0:0:0/7'],
  ['::1', '0:0:0:0:0:0:0:1/128'],
  ['::ffff:192.0.2.1', '0:0:0:0:0:ffff:c000:201/128'],
  ['::/0', '0:0:0:0:0:0:0:0/0'],
])('%s is %s', (given, text) => expect(ipRangeOf(given)?.text).toBe(text));

test.each([
  '',
  '10.0.0',
  '10.0.0.0/33',
  '10.0.0.0/-1',
  '10.0.0.0/8/8',
  '256.0.0.0/8',
  'fe80::1%eth0',
  '::/129',
  'host',
  '1.2.3.4/',
])('“%s” is no range', (given) => expect(ipRangeOf(given)).toBeNull());

test('a list is taken with commas, spaces and lines, and says which word is wrong', () => {
  expect(ipRangesOf('10.0.0.0/8, fd00::/8\n1.1.1.1').map(({ family }) => family)).toEqual([4, 6, 4]);
  expect(ipRangesSchema.safeParse('').success).toBe(true);
  const [issue] = ipRangesSchema.safeParse('10.0.0.0/8, 10.0.0.0/40').error?.issues ?? [];
  expect(issue?.message).toBe('10.0.0.0/40 is neither an address nor a range, such as 10.0.0.0/8 or fc00::/7.');
  expect(ipRangesSchema.safeParse(Array(201).fill('10.0.0.0/8').join(' ')).success).toBe(false);
});

test('a range of IPv4 has the addresses that the same range has for Node', () =>
  fc.assert(
    fc.property(fc.ipV4(), fc.integer({ min: 0, max: 32 }), fc.ipV4(), (address, prefix, other) => {
      const has = (network: string) => {
        const list = new BlockList();
        list.addSubnet(network, prefix, 'ipv4');
        return list.check(other, 'ipv4');
      };
      const [base = ''] = ipRangeOf(`${address}/${prefix}`)?.text.split('/') ?? [];
      expect(has(base)).toBe(has(address));
    }),
  ));

test('a range of IPv6 has the addresses that the same range has for Node', () =>
  fc.assert(
    fc.property(fc.ipV6(), fc.integer({ min: 0, max: 128 }), fc.ipV6(), (address, prefix, other) => {
      const has = (network: string) => {
        const list = new BlockList();
        list.addSubnet(network, prefix, 'ipv6');
        return list.check(other, 'ipv6');
      };
      const [base = ''] = ipRangeOf(`${address}/${prefix}`)?.text.split('/') ?? [];
      expect(has(base)).toBe(has(address));
    }),
  ));

test('by default nothing private, local or reserved is the internet, and public addresses are', () => {
  // a list of Node that has ::ffff:0:0/96 has all of IPv4
  const lists = { 4: new BlockList(), 6: new BlockList() };
  for (const { family, text } of ipRangesOf(notInternet)) {
    const [base = '', prefix] = text.split('/');
    lists[family].addSubnet(base, Number(prefix), `ipv${family}`);
  }
  const reached = (family: 4 | 6, addresses: string[]) =>
    addresses.filter((address) => !lists[family].check(address, `ipv${family}`));
  const local = ['127.0.0.1', '10.1.2.3', '169.254.169.254', '168.63.129.16', '172.17.0.1', '192.168.1.1'];
  expect(reached(4, [...local, '100.100.100.200'])).toEqual([]);
  const local6 = [
    '::1',
    'fe80::1',
    'fd00:ec2::254',
    '::ffff:127.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::1',
    'ff02::1',
  ];
  expect(reached(6, local6)).toEqual([]);
  expect(reached(4, ['1.1.1.1', '151.101.2.132'])).toHaveLength(2);
  expect(reached(6, ['2a00:1450:4003::1'])).toHaveLength(1);
});
