import fc from 'fast-check';
import { expect, test } from 'vitest';
import { guestStatusSchema } from '#shared/guest';
import { addressOf, statusOf } from './figures';
import { nicsOf } from './guest';
import { GuestLines } from './guest-lines';

const said = [
  'uptime 30900.57',
  'load 13.15 11.07 7.03',
  'memory 98304 65536',
  'disk 4096 12288 9216',
  'nics',
  'nic eth0 02:00:00:00:00:07',
  'nic eth1 02:00:00:00:00:08',
  'address lo 127.0.0.1/8',
  'address eth0 10.0.0.1/30',
  'address eth0 fe80::1/64',
];
const understood = {
  uptimeSeconds: 30_900,
  load: [13.15, 11.07, 7.03],
  memory: { totalMb: 96, availableMb: 64 },
  disk: { totalMb: 48, usedMb: 12 },
  nics: [
    { name: 'eth0', mac: '02:00:00:00:00:07', addresses: ['10.0.0.1/30', 'fe80::1/64'] },
    { name: 'eth1', mac: '02:00:00:00:00:08', addresses: [] },
  ],
};

test('figures are understood, however what a guest says is cut into pieces', () => {
  const bytes = Buffer.from(said.map((line) => `${line}\n`).join(''));
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length), { maxLength: 20 }), (cuts) => {
      const lines = new GuestLines(64);
      const edges = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
      const heard = edges.slice(1).flatMap((end, at) => lines.push(bytes.subarray(edges[at], end)));
      expect(statusOf(heard)).toEqual(understood);
    }),
  );
});

test('whatever a guest says, in whatever pieces, is nothing or within the limits', () => {
  const words = fc.constantFrom(
    'uptime',
    'load',
    'memory',
    'disk',
    'nics',
    'nic',
    'address',
    'eth0',
    '-1',
    '1e9',
    '0x10',
    'NaN',
    '10.0.0.1/33',
    '::1/64',
    '\u202e',
    '999999999999999',
  );
  const line = fc.array(fc.oneof(words, fc.string()), { maxLength: 5 }).map((parts) => parts.join(' '));
  const bytes = fc.oneof(
    fc.array(fc.uint8Array({ maxLength: 300 })),
    fc.array(line.map((text) => Buffer.from(`${text}\n`))),
  );
  fc.assert(
    fc.property(bytes, (pieces) => {
      const lines = new GuestLines(100);
      const heard = pieces.flatMap((piece) => lines.push(piece));
      for (const one of heard) expect(Buffer.byteLength(one)).toBeLessThanOrEqual(300);
      const status = statusOf(heard);
      expect(guestStatusSchema.parse(status)).toEqual(status);
      for (const { name } of status.nics ?? []) expect(name).toMatch(/^[^\p{C}]{1,64}$/u);
    }),
  );
});

test.each([
  ['memory 98304', 'too few'],
  ['memory 98304 65536 1', 'too many'],
  ['memory 98304 -1', 'negative'],
  ['load 1 2 Infinity', 'endless'],
  ['uptime 1e400', 'not plainly written'],
  ['disk 4096 10 11', 'more free than there is'],
  ['disk 4096 0 0', 'nothing to be full'],
  ['nic eth0', 'without a MAC'],
])('the line “%s” says nothing: %s', (line) => {
  expect(statusOf([line])).toEqual({ nics: null, uptimeSeconds: null, load: null, memory: null, disk: null });
});

test('a guest has as many NICs and addresses as are shown, and says each once', () => {
  const nics = Array.from({ length: 500 }, (_, at) => `nic eth${at} 02:00:00:00:00:07`);
  const addresses = Array.from({ length: 500 }, (_, at) => `address eth0 10.0.${at >> 8}.${at & 255}/8`);
  const status = statusOf(['nics', ...nics, ...addresses, ...addresses]);
  expect(status.nics).toHaveLength(64);
  expect(status.nics?.[0]?.addresses).toHaveLength(16);
});

test.each([
  ['10.0.0.1/30', '10.0.0.1/30'],
  ['10.0.0.1', '10.0.0.1/32'],
  ['fd00::1/64', 'fd00::1/64'],
  ['fd00::1', 'fd00::1/128'],
  ['10.0.0.1/33', null],
  ['fe80::1%eth0/64', null],
  ['10.0.0.1/30/30', null],
  ['10.0.0.256/8', null],
  ['', null],
])('the address %s is %s', (text, address) => {
  expect(addressOf(text)).toBe(address);
});

test('what an agent says of its interfaces is taken without the loopback, and without what is no address', () => {
  const answer = [
    { name: 'lo', 'hardware-address': '00:00:00:00:00:00', 'ip-addresses': [{ 'ip-address': '127.0.0.1', prefix: 8 }] },
    {
      name: 'ens4',
      'hardware-address': '02:00:00:00:00:0A',
      'ip-addresses': [
        { 'ip-address': '10.0.0.1', 'ip-address-type': 'ipv4', prefix: 30 },
        { 'ip-address': 'fe80::1', 'ip-address-type': 'ipv6', prefix: 64 },
        { 'ip-address': '<b>', 'ip-address-type': 'ipv4', prefix: 8 },
      ],
      statistics: { 'rx-bytes': 1 },
    },
    { name: 'bad\u0007name', 'hardware-address': '02:00:00:00:00:0b' },
    { name: 'sit0' },
  ];
  expect(nicsOf(answer)).toEqual([
    { name: 'ens4', mac: '02:00:00:00:00:0a', addresses: ['10.0.0.1/30', 'fe80::1/64'] },
  ]);
});
