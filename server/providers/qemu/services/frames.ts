import { addressBytes, addressText, macText } from '#shared/capture/text';
import { checksum } from '../ip-checksum';

/*
 * Ethernet frames that a network's own server hears and says: ARP (RFC 826), UDP over IPv4 and IPv6, neighbours and routers of IPv6 (RFC 4861). Pure.
 * Fragments are not heard: nothing that is asked of it fills a frame.
 */

const types = { ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd } as const;
const protocols = { udp: 17, icmpv6: 58 } as const;
const messages = { routerSolicitation: 133, routerAdvertisement: 134, solicitation: 135, advertisement: 136 } as const;

export interface Datagram {
  /** Of who sends it, and who takes it. */
  fromMac: string;
  toMac: string;
  from: string;
  to: string;
  fromPort: number;
  toPort: number;
  data: Buffer;
}

export type Heard =
  | ({ kind: 'datagram' } & Datagram)
  /** Of ARP: who has an address, and which one it asks for; an answer asks for none. */
  | { kind: 'arp'; mac: string; address: string; asked: string | null }
  /** Of IPv6: somebody asks who has an address, or which routers there are. */
  | { kind: 'solicitation'; mac: string; from: string; target: string }
  | { kind: 'routerSolicitation'; mac: string; from: string };

/** What a frame says; null of one that says nothing of these, or is cut. */
export function readFrame(frame: Buffer): Heard | null {
  if (frame.length < 42) return null;
  const mac = macText(frame.subarray(6, 12));
  const type = frame.readUInt16BE(12);
  if (type === types.arp) return readArp(frame, mac);
  if (type === types.ipv4) return readIpv4(frame, mac);
  return type === types.ipv6 ? readIpv6(frame, mac) : null;
}

function readArp(frame: Buffer, mac: string): Heard | null {
  // of Ethernet, for IPv4
  if (frame.readUInt32BE(14) !== 0x00010800 || frame.readUInt16BE(18) !== 0x0604) return null;
  const asked = frame.readUInt16BE(20) === 1 ? addressText(frame.subarray(38, 42)) : null;
  return { kind: 'arp', mac, address: addressText(frame.subarray(28, 32)), asked };
}

function readIpv4(frame: Buffer, mac: string): Heard | null {
  const start = 14 + ((frame[14] ?? 0) & 15) * 4;
  const isWhole = (frame.readUInt16BE(20) & 0x3fff) === 0;
  if ((frame[14] ?? 0) >> 4 !== 4 || start < 34 || frame[23] !== protocols.udp || !isWhole) return null;
  const [from, to] = [addressText(frame.subarray(26, 30)), addressText(frame.subarray(30, 34))];
  return readUdp(frame, start, { fromMac: mac, toMac: macText(frame.subarray(0, 6)), from, to });
}

function readIpv6(frame: Buffer, mac: string): Heard | null {
  const start = 14 + 40;
  if ((frame[14] ?? 0) >> 4 !== 6 || frame.length < start + 8) return null;
  const [from, to] = [addressText(frame.subarray(22, 38)), addressText(frame.subarray(38, 54))];
  if (frame[20] === protocols.udp)
    return readUdp(frame, start, { fromMac: mac, toMac: macText(frame.subarray(0, 6)), from, to });
  // of this link: who is farther away cannot have kept the hop limit at that (RFC 4861 §7.1.1)
  if (frame[20] !== protocols.icmpv6 || frame[21] !== 255) return null;
  if (frame[start] === messages.routerSolicitation) return { kind: 'routerSolicitation', mac, from };
  if (frame[start] !== messages.solicitation || frame.length < start + 24) return null;
  return { kind: 'solicitation', mac, from, target: addressText(frame.subarray(start + 8, start + 24)) };
}

function readUdp(frame: Buffer, start: number, ends: Omit<Datagram, 'fromPort' | 'toPort' | 'data'>): Heard | null {
  if (frame.length < start + 8) return null;
  const length = frame.readUInt16BE(start + 4);
  if (length < 8 || start + length > frame.length) return null;
  const [fromPort, toPort] = [frame.readUInt16BE(start), frame.readUInt16BE(start + 2)];
  return { kind: 'datagram', ...ends, fromPort, toPort, data: frame.subarray(start + 8, start + length) };
}

const macBytes = (mac: string) => Buffer.from(mac.replaceAll(':', ''), 'hex');
const bytesOf = (address: string): Uint8Array => addressBytes(address) ?? new Uint8Array(4);

function ethernet(fromMac: string, toMac: string, type: number, ...parts: readonly Uint8Array[]): Buffer {
  return Buffer.concat([macBytes(toMac), macBytes(fromMac), Uint8Array.of(type >> 8, type & 255), ...parts]);
}

/** Tells `to` which MAC an address has. */
export function arpReply(own: { mac: string; address: string }, to: { mac: string; address: string }): Buffer {
  const head = Uint8Array.of(0, 1, 8, 0, 6, 4, 0, 2);
  const [sender, receiver] = [own, to].map(({ mac, address }) => Buffer.concat([macBytes(mac), bytesOf(address)]));
  return ethernet(own.mac, to.mac, types.arp, head, sender ?? head, receiver ?? head);
}

/** A datagram as one frame, by IPv4 or IPv6 as its addresses are. */
export function udpFrame({ fromMac, toMac, from, to, fromPort, toPort, data }: Datagram): Buffer {
  const udp = Buffer.alloc(8);
  for (const [index, value] of [fromPort, toPort, 8 + data.length].entries()) udp.writeUInt16BE(value, 2 * index);
  const ends = Buffer.concat([bytesOf(from), bytesOf(to)]);
  const isIpv4 = ends.length === 8;
  const pseudo = Buffer.from([0, protocols.udp, ...udp.subarray(4, 6)]);
  // 0 says that there is none (RFC 768)
  udp.writeUInt16BE(checksum(ends, pseudo, udp, data) || 0xffff, 6);
  if (!isIpv4) return ipv6Frame({ fromMac, toMac, ends, protocol: protocols.udp, hops: 64 }, udp, data);
  const head = Buffer.alloc(12);
  head.set([0x45, 0]);
  head.writeUInt16BE(28 + data.length, 2);
  // "don't fragment": it is one frame
  head.set([0x40, 0, 64, protocols.udp], 6);
  head.writeUInt16BE(checksum(head, ends), 10);
  return ethernet(fromMac, toMac, types.ipv4, head, ends, udp, data);
}

interface Ipv6Head {
  fromMac: string;
  toMac: string;
  ends: Uint8Array;
  protocol: number;
  hops: number;
}

function ipv6Frame({ fromMac, toMac, ends, protocol, hops }: Ipv6Head, ...parts: readonly Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const head = Uint8Array.of(0x60, 0, 0, 0, length >> 8, length & 255, protocol, hops);
  return ethernet(fromMac, toMac, types.ipv6, head, ends, ...parts);
}

function icmpv6Frame(fromMac: string, toMac: string, from: string, to: string, message: Buffer): Buffer {
  const ends = Buffer.concat([bytesOf(from), bytesOf(to)]);
  const pseudo = Uint8Array.of(0, 0, message.length >> 8, message.length & 255, 0, 0, 0, protocols.icmpv6);
  message.writeUInt16BE(checksum(ends, pseudo, message), 2);
  return ipv6Frame({ fromMac, toMac, ends, protocol: protocols.icmpv6, hops: 255 }, message);
}

/** Tells `to` which MAC an address of IPv6 has. */
export function neighbourAdvertisement(
  own: { mac: string; address: string },
  to: { mac: string; address: string },
): Buffer {
  // solicited, and to be taken instead of what was known
  const head = Uint8Array.of(messages.advertisement, 0, 0, 0, 0x60, 0, 0, 0);
  const option = Buffer.concat([Uint8Array.of(2, 1), macBytes(own.mac)]);
  return icmpv6Frame(own.mac, to.mac, own.address, to.address, Buffer.concat([head, bytesOf(own.address), option]));
}

/** What hosts of a link are told that make their addresses themselves. */
interface RouterAdvertisement {
  mac: string;
  /** Link-local, as that of every router. */
  from: string;
  /** The /64's own address. */
  prefix: string;
  mtu: number | undefined;
  nameServer: string;
  /** As it stands in a message of DNS. */
  domain: Uint8Array;
}

export const allNodes = { mac: '33:33:00:00:00:01', address: 'ff02::1' } as const;
const forEver = [0xff, 0xff, 0xff, 0xff];

/**
 * Tells `to` the prefix (RFC 4862), the MTU and who knows names (RFC 8106), all for good: nobody has to ask again. It offers no way out of the
 * link: the lifetime of its router is 0.
 */
export function routerAdvertisement(own: RouterAdvertisement, to: { mac: string; address: string }): Buffer {
  const { mac, from, prefix, mtu, nameServer, domain } = own;
  const head = Buffer.alloc(16);
  head[0] = messages.routerAdvertisement;
  const link = Buffer.concat([Uint8Array.of(1, 1), macBytes(mac)]);
  const size = Buffer.alloc(mtu === undefined ? 0 : 8);
  if (mtu !== undefined) {
    size.set([5, 1]);
    size.writeUInt32BE(mtu, 4);
  }
  // on the link, and hosts make addresses in it
  const prefixHead = Uint8Array.of(3, 4, 64, 0xc0, ...forEver, ...forEver, 0, 0, 0, 0);
  const names = Buffer.concat([Uint8Array.of(25, 3, 0, 0, ...forEver), bytesOf(nameServer)]);
  const search = Buffer.alloc(8 * Math.ceil((8 + domain.length) / 8));
  search.set([31, search.length / 8, 0, 0, ...forEver, ...domain]);
  const message = Buffer.concat([head, link, size, prefixHead, bytesOf(prefix), names, search]);
  return icmpv6Frame(mac, to.mac, from, to.address, message);
}

/** The link-local address that follows from a MAC (RFC 4291, appendix A). */
export function linkLocal(mac: string): string {
  const [first = 0, ...rest] = macBytes(mac);
  const ends = [first ^ 2, ...rest.slice(0, 2), 0xff, 0xfe, ...rest.slice(2)];
  return addressText(Uint8Array.from([0xfe, 0x80, 0, 0, 0, 0, 0, 0, ...ends]));
}
