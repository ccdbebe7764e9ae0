import { decodeIcmp, decodeIcmpv6 } from './decode-icmp';
import { decodeOspf } from './decode-routing';
import { decodeTcp, decodeUdp } from './decode-transport';
import type { Decoding } from './packet';
import { addressText, hexWord, macText } from './text';

/** RFC 826. */
export function decodeArp(decoding: Decoding, at: number): void {
  const head = decoding.view(at, at + 28);
  const operation = head.getUint16(6);
  const [fromMac, from] = [macText(decoding.slice(at + 8, 6)), decoding.slice(at + 14, 4)];
  const [toMac, to] = [macText(decoding.slice(at + 18, 6)), decoding.slice(at + 24, 4)];
  decoding.addresses = [from, to];
  const [asks, tells] = [addressText(to), addressText(from)];
  const summary =
    operation === 1
      ? asks === tells
        ? `${tells} announces itself`
        : `Who has ${asks}? Tell ${tells}`
      : operation === 2
        ? `${tells} is at ${fromMac}`
        : `Operation ${operation}`;
  decoding.add(
    {
      name: 'ARP',
      at,
      length: 28,
      fields: [
        ['Operation', operation === 1 ? 'request' : operation === 2 ? 'reply' : String(operation)],
        ['Sender', `${tells} ${fromMac}`],
        ['Target', `${asks} ${toMac}`],
      ],
    },
    { word: 'arp', protocol: 'ARP', summary },
  );
}

/** RFC 791. */
export function decodeIpv4(decoding: Decoding, at: number): void {
  const head = decoding.view(at, at + 20);
  const headerLength = (head.getUint8(0) & 15) * 4;
  const total = head.getUint16(2);
  const fragment = head.getUint16(6);
  const offset = (fragment & 0x1fff) * 8;
  const protocol = head.getUint8(9);
  setAddresses(decoding, decoding.slice(at + 12, 4), decoding.slice(at + 16, 4));
  decoding.add(
    {
      name: 'IPv4',
      at,
      length: headerLength,
      fields: [
        ['Source', decoding.source],
        ['Destination', decoding.destination],
        ['Total length', String(total)],
        ['Identification', hexWord(head.getUint16(4))],
        [
          'Fragment',
          `${offset}${(fragment & 0x2000) === 0 ? '' : ', more follow'}${(fragment & 0x4000) === 0 ? '' : ', not to be fragmented'}`,
        ],
        ['TTL', String(head.getUint8(8))],
        ['Protocol', String(protocol)],
      ],
    },
    { word: 'ip', protocol: 'IPv4', summary: `Protocol ${protocol}` },
  );
  if (offset > 0) decoding.summary = `Fragment at ${offset} of protocol ${protocol}`;
  // offloading leaves 0 there
  else decodePayload(decoding, protocol, at + headerLength, total === 0 ? decoding.bytes.length : at + total);
}

const extensionHeaders = new Set([0, 43, 44, 60]);

/** RFC 8200. */
export function decodeIpv6(decoding: Decoding, at: number): void {
  const head = decoding.view(at, at + 40);
  const length = head.getUint16(4);
  let next = head.getUint8(6);
  setAddresses(decoding, decoding.slice(at + 8, 16), decoding.slice(at + 24, 16));
  decoding.add(
    {
      name: 'IPv6',
      at,
      length: 40,
      fields: [
        ['Source', decoding.source],
        ['Destination', decoding.destination],
        ['Payload length', String(length)],
        ['Next header', String(next)],
        ['Hop limit', String(head.getUint8(7))],
        ['Flow label', hexWord(head.getUint32(0) & 0xfffff, 5)],
      ],
    },
    { word: 'ip6', protocol: 'IPv6', summary: `Next header ${next}` },
  );
  const end = at + 40 + length;
  let place = at + 40;
  while (extensionHeaders.has(next) && place < end) {
    const extension = decoding.view(place, place + 8);
    const isFragment = next === 44;
    next = extension.getUint8(0);
    const extended = isFragment ? 8 : 8 * (1 + extension.getUint8(1));
    decoding.add({ name: 'IPv6 extension', at: place, length: extended, fields: [['Next header', String(next)]] });
    place += extended;
    if (isFragment && extension.getUint16(2) >> 3 > 0) {
      decoding.summary = `Fragment of next header ${next}`;
      return;
    }
  }
  decodePayload(decoding, next, place, end);
}

function setAddresses(decoding: Decoding, from: Uint8Array, to: Uint8Array): void {
  decoding.addresses = [from, to];
  decoding.source = addressText(from);
  decoding.destination = addressText(to);
}

const payloads: Record<number, ((decoding: Decoding, at: number, end: number) => void) | undefined> = {
  1: decodeIcmp,
  6: decodeTcp,
  17: decodeUdp,
  58: decodeIcmpv6,
  89: decodeOspf,
};

function decodePayload(decoding: Decoding, protocol: number, at: number, end: number): void {
  payloads[protocol]?.(decoding, at, end);
}
