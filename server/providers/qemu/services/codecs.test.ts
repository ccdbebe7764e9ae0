import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeFrame } from '#shared/capture/decode';
import { addressText, macText } from '#shared/capture/text';
import { readDhcp, routesData, writeDhcp, type DhcpMessage } from './dhcp';
import { nameBytes, readDns, reverseName, writeDns, type DnsMessage } from './dns';
import {
  arpReply,
  linkLocal,
  neighbourAdvertisement,
  readFrame,
  routerAdvertisement,
  udpFrame,
  type Datagram,
} from './frames';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const address = bytes(4).map(addressText);
const address6 = bytes(16).map(addressText);
const mac = bytes(6).map(macText);
const uint16 = fc.integer({ min: 0, max: 0xffff });
const garbage = fc.uint8Array({ maxLength: 600 }).map((data) => Buffer.from(data));

/** A valid message with some of its bytes others, or its end missing: what is nearly right gets farther than garbage. */
function damaged(whole: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  const changes = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 8 });
  return fc.tuple(whole, changes, fc.nat()).map(([data, changed, cut]) => {
    const copy = Buffer.from(data);
    for (const [at, value] of changed) copy[at % copy.length] = value;
    return cut % 3 === 0 ? copy : copy.subarray(0, cut % copy.length);
  });
}

const dhcpMessage: fc.Arbitrary<DhcpMessage> = fc.record({
  op: fc.constantFrom('request' as const, 'reply' as const),
  transaction: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  broadcast: fc.boolean(),
  clientAddress: address,
  yourAddress: address,
  agentAddress: address,
  mac,
  options: fc
    .array(fc.tuple(fc.integer({ min: 1, max: 254 }), fc.uint8Array({ maxLength: 600 })), { maxLength: 6 })
    .map((options) => new Map<number, Uint8Array>(options.map(([code, data]) => [code, Buffer.from(data)]))),
});

const label = fc.stringMatching(/^[\x21-\x2d\x2f-\x7e\xa0-\xff]{1,20}$/);
const name = fc.array(label, { maxLength: 5 }).map((labels) => labels.join('.'));
const question = fc.record({ name, type: uint16, class: uint16 });
const dnsMessage: fc.Arbitrary<DnsMessage> = fc
  .record({
    id: uint16,
    flags: uint16,
    questions: fc.array(question, { maxLength: 2 }),
    answers: fc.array(
      fc.record({
        ...{ name, type: uint16, class: uint16, ttl: fc.integer({ min: 0, max: 2 ** 32 - 1 }) },
        data: fc.uint8Array({ maxLength: 40 }).map((data) => Buffer.from(data)),
      }),
      { maxLength: 4 },
    ),
    takes: fc.option(fc.integer({ min: 512, max: 0xffff })),
    same: fc.boolean(),
  })
  .map(({ same, ...message }) => ({
    ...message,
    // the compressed ones
    answers: message.answers.map((answer) => ({
      ...answer,
      name: (same ? message.questions[0]?.name : undefined) ?? answer.name,
    })),
  }));

const datagram = fc.tuple(fc.boolean(), address, address, address6, address6).chain(([is4, from, to, from6, to6]) =>
  fc.record({
    fromMac: mac,
    toMac: mac,
    from: fc.constant(is4 ? from : from6),
    to: fc.constant(is4 ? to : to6),
    fromPort: uint16,
    toPort: uint16,
    data: fc.uint8Array({ maxLength: 300 }).map((data) => Buffer.from(data)),
  }),
);

describe('DHCP', () => {
  test('what is written is read again', () => {
    fc.assert(
      fc.property(dhcpMessage, (message) => {
        expect(readDhcp(writeDhcp(message))).toEqual(message);
      }),
    );
  });

  test('whatever comes, it is read as a message or as none', () => {
    fc.assert(fc.property(fc.oneof(garbage, damaged(dhcpMessage.map(writeDhcp))), (data) => void readDhcp(data)));
    expect(readDhcp(Buffer.alloc(0))).toBeNull();
    expect(readDhcp(Buffer.alloc(300))).toBeNull();
  });

  test('an option without an end in the message makes it none, and one that has no code cannot be written', () => {
    const message = { op: 'request', transaction: 1, broadcast: false, mac: '02:00:00:00:00:01' } as const;
    const none = { clientAddress: '0.0.0.0', yourAddress: '0.0.0.0', agentAddress: '0.0.0.0' };
    const whole = writeDhcp({ ...message, ...none, options: new Map([[53, Uint8Array.of(1)]]) });
    expect(readDhcp(whole.subarray(0, 242))).toBeNull();
    expect(whole).toHaveLength(300);
    expect(() => writeDhcp({ ...message, ...none, options: new Map([[255, new Uint8Array()]]) })).toThrow(RangeError);
  });

  test('routes are told by what counts of their subnets (the examples of RFC 3442), and no more than have room', () => {
    const via = '10.64.0.3';
    const told = (to: string) => Array.from(routesData([{ to, via }]));
    const next = [10, 64, 0, 3];
    expect(told('0.0.0.0/0')).toEqual([0, ...next]);
    expect(told('10.0.0.0/8')).toEqual([8, 10, ...next]);
    expect(told('10.17.0.0/16')).toEqual([16, 10, 17, ...next]);
    expect(told('10.27.129.0/24')).toEqual([24, 10, 27, 129, ...next]);
    expect(told('10.229.0.128/25')).toEqual([25, 10, 229, 0, 128, ...next]);
    expect(routesData([{ to: 'fd00:2::/64', via: 'fd00:1::3' }])).toHaveLength(0);
    const many = Array.from({ length: 100 }, (_, n) => ({ to: `10.${n}.0.0/30`, via }));
    expect(routesData(many)).toEqual(routesData(many.slice(0, 21)));
  });
});

describe('DNS', () => {
  test('what is written is read again', () => {
    fc.assert(
      fc.property(dnsMessage, (message) => {
        expect(readDns(writeDns(message))).toEqual(message);
      }),
    );
  });

  test('whatever comes, it is read as a message or as none', () => {
    fc.assert(fc.property(fc.oneof(garbage, damaged(dnsMessage.map(writeDns))), (data) => void readDns(data)));
  });

  test('a name that points to itself, or forwards, ends the reading', () => {
    const head = Buffer.from('000001000001000000000000', 'hex');
    expect(readDns(Buffer.concat([head, Buffer.from('c00c00010001', 'hex')]))).toBeNull();
    expect(readDns(Buffer.concat([head, Buffer.from('c01000010001016100', 'hex')]))).toBeNull();
    // two pointers at each other
    expect(readDns(Buffer.concat([head, Buffer.from('c00ec00c00010001', 'hex')]))).toBeNull();
  });

  test('a label with a dot in it is no name that could be told again', () => {
    const head = Buffer.from('000001000001000000000000', 'hex');
    const asking = (label: string) =>
      readDns(Buffer.concat([head, Buffer.from(label, 'hex'), Buffer.from('00010001', 'hex')]));
    expect(asking('016100')).toMatchObject({ questions: [{ name: 'a' }] });
    expect(asking('012e00')).toBeNull();
  });

  test('names have labels of 63 bytes and 255 in all', () => {
    expect(() => nameBytes('a'.repeat(64))).toThrow(RangeError);
    expect(() => nameBytes('a..b')).toThrow(RangeError);
    expect(() => nameBytes(Array.from({ length: 50 }, () => 'abcde').join('.'))).toThrow(RangeError);
    expect(nameBytes('a.bc').toString('latin1')).toBe('\u0001a\u0002bc\u0000');
  });

  test('who has an address is asked by its bytes from behind', () => {
    expect(reverseName(Uint8Array.of(10, 64, 0, 7))).toBe('7.0.64.10.in-addr.arpa');
    const bytes = Uint8Array.of(0xfd, 0, 0x74, 0x72, 0xa, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7);
    expect(reverseName(bytes)).toBe('7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.4.a.0.2.7.4.7.0.0.d.f.ip6.arpa');
  });
});

describe('frames', () => {
  test('a datagram that is written is read again, and has the checksums that a decoder wants', () => {
    fc.assert(
      fc.property(datagram, (sent: Datagram) => {
        const frame = udpFrame(sent);
        // the last bytes of a short frame are its padding
        const read = readFrame(frame.length < 60 ? Buffer.concat([frame], 60) : frame);
        expect(read).toEqual({ kind: 'datagram', ...sent });
      }),
    );
  });

  test('whatever comes, it is read as a frame or as none', () => {
    fc.assert(fc.property(fc.oneof(garbage, damaged(datagram.map(udpFrame))), (data) => void readFrame(data)));
  });

  test('sums of all words of what is checked are 0', () => {
    const sumOf = (...parts: Buffer[]) => {
      const all = Buffer.concat(parts);
      let sum = 0;
      for (let at = 0; at < all.length; at += 2) sum += all.readUInt16BE(at);
      while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
      return sum;
    };
    const ends = { fromMac: '52:54:03:00:00:01', toMac: '02:00:00:00:00:02', fromPort: 53, toPort: 1024 };
    const data = Buffer.from('four');
    const four = udpFrame({ ...ends, from: '10.64.0.254', to: '10.64.0.1', data });
    expect(sumOf(four.subarray(14, 34))).toBe(0xffff);
    expect(sumOf(four.subarray(26, 34), Buffer.from([0, 17, 0, 12]), four.subarray(34))).toBe(0xffff);
    const six = udpFrame({ ...ends, from: 'fd00::fe', to: 'fd00::1', data });
    expect(sumOf(six.subarray(22, 54), Buffer.from([0, 17, 0, 12]), six.subarray(54))).toBe(0xffff);
  });

  test('answers about neighbours and routers are what other programs take them for', () => {
    const own = { mac: '52:54:03:00:00:01', address: '10.64.0.254' };
    const to = { mac: '02:00:00:00:00:02', address: '10.64.0.1' };
    expect(readFrame(arpReply(own, to))).toEqual({ kind: 'arp', ...own, asked: null });
    expect(decodeFrame(arpReply(own, to)).summary).toContain('10.64.0.254');
    const six = { mac: own.mac, address: linkLocal(own.mac) };
    expect(six.address).toBe('fe80::5054:3ff:fe00:1');
    expect(decodeFrame(neighbourAdvertisement(six, { ...to, address: 'fd00::1' }))).toMatchObject({
      protocol: 'ICMPv6',
    });
    const frame = routerAdvertisement(
      {
        mac: own.mac,
        from: six.address,
        prefix: 'fd00:1::',
        mtu: 1400,
        nameServer: 'fd00:1::fe',
        domain: nameBytes('internal'),
      },
      { mac: '33:33:00:00:00:01', address: 'ff02::1' },
    );
    expect(frame.readUInt16BE(18)).toBe(frame.length - 54);
    expect((frame.length - 54 - 16) % 8).toBe(0);
    // its lifetime as a router
    expect(frame.readUInt16BE(54 + 6)).toBe(0);
  });

  test('who asks for an address of IPv6 from farther away than the link is not heard', () => {
    const frame = neighbourAdvertisement(
      { mac: '02:00:00:00:00:01', address: 'fe80::1' },
      { mac: '02:00:00:00:00:02', address: 'fe80::2' },
    );
    frame[54] = 135;
    expect(readFrame(frame)).toMatchObject({ kind: 'solicitation', target: 'fe80::1', from: 'fe80::1' });
    frame[21] = 254;
    expect(readFrame(frame)).toBeNull();
  });
});
