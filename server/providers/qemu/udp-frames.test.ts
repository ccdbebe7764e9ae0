import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FrameReader, maxDatagram, readUdpFrame, udpFrame, withLength } from './udp-frames';

const guest = { mac: '52:54:01:aa:bb:cc', guestPort: 53 };

/** What a guest sends back that swaps the ends of what it was sent. */
function echoed(frame: Buffer): Buffer {
  const back = Buffer.from(frame);
  frame.copy(back, 0, 6, 12);
  frame.copy(back, 6, 0, 6);
  frame.copy(back, 26, 30, 34);
  frame.copy(back, 30, 26, 30);
  frame.copy(back, 34, 36, 38);
  frame.copy(back, 36, 34, 36);
  return back;
}

test('a datagram is one frame of IPv4 for the guest, and its answer is read', () => {
  const frame = udpFrame(guest, 4_000, Buffer.from('hello'));
  // Ethernet, IPv4 with its checksum, UDP without one
  expect(frame.toString('hex')).toBe(
    [
      '525401aabbcc',
      '5255c6120002',
      '0800',
      '45000021000040004011ae96c6120002c612000f',
      '0fa00035000d0000',
      '68656c6c6f',
    ].join(''),
  );
  expect(readUdpFrame(echoed(frame))).toEqual({ guestPort: 53, port: 4_000, data: Buffer.from('hello') });
  // what is for somebody else on that network is not for the host
  expect(readUdpFrame(frame)).toBeNull();
});

test('whatever a datagram holds comes back the same, and whatever bytes a guest sends are read without harm', () => {
  const port = fc.integer({ min: 1, max: 65_535 });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: maxDatagram }), port, port, (data, from, guestPort) => {
      const frame = udpFrame({ ...guest, guestPort }, from, data);
      expect(frame.length).toBeLessThanOrEqual(1_514);
      expect(readUdpFrame(echoed(frame))).toEqual({ guestPort, port: from, data: Buffer.from(data) });
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(60), (noise, at) => {
      const frame = echoed(udpFrame(guest, 4_000, Buffer.from('hello')));
      frame.set(noise.subarray(0, Math.max(0, frame.length - at)), Math.min(at, frame.length));
      const read = readUdpFrame(frame);
      if (read !== null) expect(read.data.length).toBeLessThanOrEqual(frame.length - 42);
      readUdpFrame(Buffer.from(noise));
    }),
  );
});

test('frames are put together however they come, and a length that none has ends it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 60 })),
      fc.array(fc.integer({ min: 1, max: 50 })),
      (frames, cuts) => {
        const stream = Buffer.concat(frames.map(withLength));
        const reader = new FrameReader();
        const read: Buffer[] = [];
        let at = 0;
        for (const cut of [...cuts, stream.length]) {
          read.push(...reader.push(stream.subarray(at, at + cut)));
          at += cut;
        }
        expect(read).toEqual(frames.map((frame) => Buffer.from(frame)));
      },
    ),
  );
  expect(() => new FrameReader().push(Buffer.from('ffffffff', 'hex'))).toThrow('longer');
});
