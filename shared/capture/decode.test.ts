import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeFrame } from './decode';
import { parseFilter } from './filter';
import { addressBytes, addressText } from './text';

const bytes = (hex: string) =>
  Uint8Array.from(hex.replaceAll(/\s/g, '').match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
const u16 = (value: number) => value.toString(16).padStart(4, '0');
const text = (value: string) =>
  Array.from(value, (character) => character.charCodeAt(0).toString(16).padStart(2, '0')).join('');
const macs = '52540000000252540000000a';
const ethernet = (type: string, payload: string, to = macs) => bytes(to + type + payload);
const ip4 = (protocol: number, payload: string) =>
  ethernet(
    '0800',
    `4500${u16(20 + payload.length / 2)}00004000 40${protocol.toString(16).padStart(2, '0')}0000 0a000001 0a000002 ${payload}`.replaceAll(
      ' ',
      '',
    ),
  );
const ip6 = (next: string, payload: string) =>
  ethernet(
    '86dd',
    `60000000${u16(payload.length / 2)}${next}ff fe800000000000000000000000000001 ff020000000000000000000000000005 ${payload}`.replaceAll(
      ' ',
      '',
    ),
  );
const udp = (from: number, to: number, payload: string) =>
  ip4(17, `${u16(from)}${u16(to)}${u16(8 + payload.length / 2)}0000${payload}`);
const tcp = (from: number, to: number, flags: string, payload = '') =>
  ip4(6, `${u16(from)}${u16(to)}0000000a0000000b50${flags}200000000000${payload}`);

const dnsName = `03${text('web')}03${text('lab')}00`;
const dhcp = (operation: string, given: string, options: string) =>
  `${operation}010600 3903f326 00000000 00000000 ${given} 00000000 00000000 525400000001${'00'.repeat(10)}${'00'.repeat(192)}63825363${options}ff`.replaceAll(
    ' ',
    '',
  );
const ospfHead = (type: string, length: number) => `02${type}${u16(length)}0101010100000000${'00'.repeat(12)}`;
const lldpTlv = (type: number, value: string) => u16((type << 9) | (value.length / 2)) + value;
const bridge = '8000525400000001';

const frames = {
  arp: ethernet('0806', '00010800060400015254000000010a0000010000000000000a000002', `ffffffffffff52540000000a`),
  arpReply: ethernet('0806', '00010800060400025254000000020a0000025254000000010a000001'),
  icmp: ip4(1, '0800000000010007'),
  unreachable: ip4(1, '0303000000000000'),
  icmp6: ip6('3a', `87000000 00000000 fe800000000000000000000000000002`.replaceAll(' ', '')),
  tcp: tcp(51_000, 80, '02'),
  udp: udp(4_000, 5_000, '0011'),
  dnsQuestion: udp(40_000, 53, `00010100000100000000 0000${dnsName}00010001`.replaceAll(' ', '')),
  dnsAnswer: udp(
    53,
    40_000,
    `00018180000100010000 0000${dnsName}00010001c00c00010001000000ff00040a000009`.replaceAll(' ', ''),
  ),
  dnsNone: udp(53, 40_000, `00018183000100000000 0000${dnsName}001c0001`.replaceAll(' ', '')),
  dhcpDiscover: udp(68, 67, dhcp('01', '00000000', '35010132040a000005')),
  dhcpAck: udp(67, 68, dhcp('02', '0a00000b', '35010536040a000001')),
  ospf: ip4(89, `${ospfHead('01', 48)}fffffffc000a02010000002800000000000000000202020 2`.replaceAll(' ', '')),
  ospfUpdate: ip4(89, `${ospfHead('04', 28)}00000003`),
  bgpOpen: tcp(40_000, 179, '18', `${'ff'.repeat(16)}001d0104fde900b40101010100`),
  bgpUpdate: tcp(179, 40_000, '18', `${'ff'.repeat(16)}001b02 0000 0000 180a0103`.replaceAll(' ', '')),
  lldp: ethernet(
    '88cc',
    `${lldpTlv(1, '04525400000001')}${lldpTlv(2, `05${text('eth1')}`)}${lldpTlv(3, '0078')}${lldpTlv(5, text('leaf-1'))}0000`,
    '0180c200000e52540000000a',
  ),
  stp: ethernet(
    '0026',
    `424203 0000 00 00 00 ${bridge} 00000004 ${bridge} 8001 0000 1400 0200 0f00`.replaceAll(' ', ''),
    '0180c200000052540000000a',
  ),
  vlan: ethernet('8100', `00650806${'00010800060400015254000000010a0000010000000000000a000002'}`),
};

describe('a frame in one line', () => {
  test.each<[keyof typeof frames, string, string, string, string]>([
    ['arp', '52:54:00:00:00:0a', 'ff:ff:ff:ff:ff:ff', 'ARP', 'Who has 10.0.0.2? Tell 10.0.0.1'],
    ['arpReply', '52:54:00:00:00:0a', '52:54:00:00:00:02', 'ARP', '10.0.0.2 is at 52:54:00:00:00:02'],
    ['icmp', '10.0.0.1', '10.0.0.2', 'ICMP', 'Echo request id 1, seq 7'],
    ['unreachable', '10.0.0.1', '10.0.0.2', 'ICMP', 'Destination unreachable: port'],
    ['icmp6', 'fe80::1', 'ff02::5', 'ICMPv6', 'Neighbour solicitation for fe80::2'],
    ['tcp', '10.0.0.1', '10.0.0.2', 'TCP', '51000 → 80 [SYN] seq 10 win 8192 len 0'],
    ['udp', '10.0.0.1', '10.0.0.2', 'UDP', '4000 → 5000 len 2'],
    ['dnsQuestion', '10.0.0.1', '10.0.0.2', 'DNS', 'Question A web.lab'],
    ['dnsAnswer', '10.0.0.1', '10.0.0.2', 'DNS', 'Answer A web.lab: A 10.0.0.9'],
    ['dnsNone', '10.0.0.1', '10.0.0.2', 'DNS', 'Answer AAAA web.lab: no such name'],
    ['dhcpDiscover', '10.0.0.1', '10.0.0.2', 'DHCP', 'Discover of 52:54:00:00:00:01: 10.0.0.5 wanted'],
    ['dhcpAck', '10.0.0.1', '10.0.0.2', 'DHCP', 'Ack of 52:54:00:00:00:01: 10.0.0.11'],
    ['ospf', '10.0.0.1', '10.0.0.2', 'OSPF', 'Hello of 1.1.1.1, area 0.0.0.0, sees 2.2.2.2'],
    ['ospfUpdate', '10.0.0.1', '10.0.0.2', 'OSPF', 'Link-state update of 1.1.1.1, area 0.0.0.0, 3 advertisements'],
    ['bgpOpen', '10.0.0.1', '10.0.0.2', 'BGP', 'Open AS 65001, hold 180 s, router 1.1.1.1'],
    ['bgpUpdate', '10.0.0.1', '10.0.0.2', 'BGP', 'Update announces 10.1.3.0/24'],
    ['lldp', '52:54:00:00:00:0a', '01:80:c2:00:00:0e', 'LLDP', 'leaf-1 port eth1, TTL 120 s'],
    [
      'stp',
      '52:54:00:00:00:0a',
      '01:80:c2:00:00:00',
      'STP',
      'Root 32768/52:54:00:00:00:01, cost 4, bridge 32768/52:54:00:00:00:01',
    ],
  ])('%s', (name, source, destination, protocol, summary) => {
    expect(decodeFrame(frames[name])).toMatchObject({ source, destination, protocol, summary });
  });

  test('whatever the bytes are, there is a line, and every layer lies in what was sent', () => {
    const known = fc.constantFrom(...Object.values(frames));
    const cut = fc.tuple(known, fc.nat(120)).map(([frame, length]) => frame.subarray(0, length));
    const changed = fc
      .tuple(known, fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 6 }))
      .map(([frame, changes]) => changes.reduce((made, [at, value]) => made.with(at % made.length, value), frame));
    fc.assert(
      fc.property(fc.oneof(cut, changed, fc.uint8Array({ maxLength: 300 })), (frame) => {
        const { summary, layers, protocol } = decodeFrame(frame);
        expect(protocol).not.toBe('');
        expect(frame.length > 13 && summary === '').toBe(false);
        for (const { at } of layers) expect(at).toBeLessThan(frame.length);
        expect(layers.length).toBeLessThan(200);
      }),
      { numRuns: 2_000 },
    );
  });

  test('addresses are read as they are written', () => {
    const size = fc.constantFrom(4, 16);
    const address = size.chain((length) => fc.uint8Array({ minLength: length, maxLength: length }));
    fc.assert(
      fc.property(address, (one) => {
        expect(addressBytes(addressText(one))).toEqual(one);
      }),
    );
    expect(addressText(bytes(`20010db8${'00'.repeat(11)}01`))).toBe('2001:db8::1');
    for (const none of ['1.2.3', '1.2.3.256', ':::', '1::2::3', '1:2:3:4:5:6:7', 'fe80::1%eth0', ''])
      expect(addressBytes(none)).toBeNull();
  });
});

describe('a filter', () => {
  const named = (filter: string) => {
    const parsed = parseFilter(filter);
    if (!parsed.ok) throw new Error(parsed.said.message);
    return Object.entries(frames)
      .filter(([, frame]) => parsed.matches(decodeFrame(frame), frame.length))
      .map(([name]) => name);
  };

  test.each([
    ['', Object.keys(frames)],
    ['arp', ['arp', 'arpReply', 'vlan']],
    ['arp and not vlan', ['arp', 'arpReply']],
    ['vlan 101', ['vlan']],
    ['icmp or icmp6', ['icmp', 'unreachable', 'icmp6']],
    ['tcp port 80', ['tcp']],
    ['udp dst port 53', ['dnsQuestion']],
    ['dhcp && src port 67', ['dhcpAck']],
    ['port 179', ['bgpOpen', 'bgpUpdate']],
    ['ospf || lldp || stp', ['ospf', 'ospfUpdate', 'lldp', 'stp']],
    ['src host 10.0.0.2 and arp', ['arpReply']],
    ['ip6 and dst net ff02::/16', ['icmp6']],
    ['net 192.168.0.0/16', []],
    ['ether dst 01:80:c2:00:00:0e', ['lldp']],
    ['broadcast', ['arp']],
    ['less 60 and (tcp or udp)', ['tcp', 'udp']],
    // from left to right, as in tcpdump
    ['lldp or arp and vlan', ['vlan']],
    ['lldp or (arp and vlan)', ['lldp', 'vlan']],
    ['! ip and !multicast', ['arpReply', 'icmp6', 'vlan']],
  ])('%j', (filter, wanted) => {
    expect(named(filter)).toEqual(wanted);
  });

  test.each([
    ['tpc', 'FILTER_WORD_UNKNOWN'],
    ['tcp and', 'FILTER_ENDS'],
    ['host web', 'FILTER_NO_ADDRESS'],
    ['net 10.0.0.0/33', 'FILTER_NO_NETWORK'],
    ['port 70000', 'FILTER_NO_NUMBER'],
    ['ether host 10.0.0.1', 'FILTER_NO_MAC'],
    ['(tcp', 'FILTER_NOT_CLOSED'],
    ['tcp)', 'FILTER_NOT_OPENED'],
    ['tcp udp', 'FILTER_NOT_JOINED'],
    ['('.repeat(200), 'FILTER_TOO_DEEP'],
  ])('%j is refused, with the reason', (filter, code) => {
    const parsed = parseFilter(filter);
    expect(parsed.ok ? null : parsed.said.sentences[0]?.code).toBe(code);
  });

  test('of any words is either refused or can be asked, and its negation says the opposite', () => {
    const word = fc.constantFrom(
      ...'and or not ( ) src dst host net port 80 10.0.0.1 10.0.0.0/8 tcp udp arp ip6 vlan less ether fe80::1 & x'.split(
        ' ',
      ),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), fc.constantFrom(...Object.values(frames)), (words, frame) => {
        const parsed = parseFilter(words.join(' '));
        if (!parsed.ok || words.length === 0) return;
        const negated = parseFilter(`not (${words.join(' ')})`);
        const packet = decodeFrame(frame);
        expect(negated.ok && negated.matches(packet, frame.length)).toBe(!parsed.matches(packet, frame.length));
      }),
      { numRuns: 3_000 },
    );
  });
});
