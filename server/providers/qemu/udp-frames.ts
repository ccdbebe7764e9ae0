import { checksum } from './ip-checksum';
import { forwardHost, forwardGuest } from './qemu-args';

/*
 * UDP datagrams as frames of the network that carries a VM's forwards: from its host (QEMU's own address there, as for TCP) to its one guest.
 */

/** What a datagram through it holds at most: one frame of the guest's MTU (RFC 791, RFC 768). Larger ones are dropped. */
export const maxDatagram = 1_500 - 20 - 8;

/** What QEMU's user-mode network has as the MAC of an address: `52:55` before its four bytes. */
const hostMac = Buffer.from([0x52, 0x55, ...bytesOf(forwardHost)]);
const ipv4 = 0x0800;
const udp = 17;

function bytesOf(address: string): number[] {
  return address.split('.').map(Number);
}

/** A datagram from `port` of the host to `guestPort`, with no UDP checksum, which IPv4 allows. */
export function udpFrame(to: { mac: string; guestPort: number }, port: number, data: Uint8Array): Buffer {
  const frame = Buffer.alloc(42 + data.length);
  frame.set(Buffer.from(to.mac.replaceAll(':', ''), 'hex'), 0);
  frame.set(hostMac, 6);
  frame.writeUInt16BE(ipv4, 12);
  frame.set([0x45, 0], 14);
  frame.writeUInt16BE(28 + data.length, 16);
  // "don't fragment": it is one frame
  frame.set([0x40, 0, 64, udp], 20);
  frame.set([...bytesOf(forwardHost), ...bytesOf(forwardGuest)], 26);
  frame.writeUInt16BE(checksum(frame.subarray(14, 34)), 24);
  frame.writeUInt16BE(port, 34);
  frame.writeUInt16BE(to.guestPort, 36);
  frame.writeUInt16BE(8 + data.length, 38);
  frame.set(data, 42);
  return frame;
}

/** The datagram that the guest has sent to the host in one frame; null of every other frame, whatever its bytes are. */
export function readUdpFrame(frame: Buffer): { guestPort: number; port: number; data: Buffer } | null {
  if (frame.length < 42 || frame.readUInt16BE(12) !== ipv4) return null;
  const version = frame[14] ?? 0;
  const start = 14 + (version & 15) * 4;
  // a fragment has an offset, or more of them
  if (version >>> 4 !== 4 || start < 34 || frame[23] !== udp || (frame.readUInt16BE(20) & 0x3fff) !== 0) return null;
  if (!frame.subarray(30, 34).equals(Buffer.from(bytesOf(forwardHost))) || frame.length < start + 8) return null;
  const length = frame.readUInt16BE(start + 4);
  if (length < 8 || start + length > frame.length) return null;
  return {
    guestPort: frame.readUInt16BE(start),
    port: frame.readUInt16BE(start + 2),
    data: frame.subarray(start + 8, start + length),
  };
}

/** Before each frame on QEMU's sockets stands its length, in four bytes. */
const prefix = 4;
const maxFrame = 65_536 + prefix;

export function withLength(frame: Uint8Array): Buffer {
  const sent = Buffer.alloc(prefix + frame.length);
  sent.writeUInt32BE(frame.length);
  sent.set(frame, prefix);
  return sent;
}

/** Puts together the frames that come in pieces. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);

  /** The frames that `data` completes. Throws for a length that no frame has. */
  push(data: Buffer): Buffer[] {
    let all = this.#rest.length === 0 ? data : Buffer.concat([this.#rest, data]);
    const frames: Buffer[] = [];
    while (all.length >= prefix) {
      const length = all.readUInt32BE();
      if (length > maxFrame) throw new Error('A frame is longer than any.');
      if (all.length < prefix + length) break;
      frames.push(all.subarray(prefix, prefix + length));
      all = all.subarray(prefix + length);
    }
    this.#rest = all;
    return frames;
  }
}
