import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CaptureClock } from './capture-clock';
import { PcapReader, type PcapRecord } from './pcap-reader';

/** As QEMU writes it. */
function pcapOf(records: readonly PcapRecord[]): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4);
  return Buffer.concat([
    header,
    ...records.map(({ time, length, data }) => {
      const head = Buffer.alloc(16);
      head.writeUInt32LE(Math.floor(time / 1e6), 0);
      head.writeUInt32LE(time % 1e6, 4);
      head.writeUInt32LE(data.length, 8);
      head.writeUInt32LE(length, 12);
      return Buffer.concat([head, data]);
    }),
  ]);
}

describe('a pcap file that comes in pieces', () => {
  const record = fc.record({
    time: fc.integer({ min: 0, max: 4_000_000_000_000_000 }),
    length: fc.nat(2_000),
    data: fc.uint8Array({ maxLength: 64 }),
  });

  test('gives the same frames however it is cut', () => {
    fc.assert(
      fc.property(fc.array(record), fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }), (records, sizes) => {
        const file = pcapOf(records);
        const reader = new PcapReader(64);
        const read: PcapRecord[] = [];
        for (let at = 0, turn = 0; at < file.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1;
          read.push(...reader.push(file.subarray(at, at + size)));
          at += size;
        }
        expect(read).toEqual(records);
      }),
    );
  });

  test('is refused where it is none, or has more of a frame than was asked for', () => {
    expect(() => new PcapReader(64).push(Buffer.alloc(24))).toThrow('no pcap file');
    const long = pcapOf([{ time: 1, length: 65, data: new Uint8Array(65) }]);
    expect(() => new PcapReader(64).push(long)).toThrow('longer than was asked for');
  });
});

describe('the time of a frame', () => {
  const second = 1_000_000;

  test('is never after its arrival, never before that of the frame before, and right once one has come at once', () => {
    const frame = fc.record({ pause: fc.nat(500_000), late: fc.nat(400_000) });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e9 }), fc.array(frame, { minLength: 1 }), (ahead, frames) => {
        const clock = new CaptureClock();
        let passed = 1_800_000_000 * second;
        let arrived = 0;
        let before = 0;
        let seenAtOnce = false;
        for (const { pause, late } of frames) {
          passed += pause;
          arrived = Math.max(arrived, passed + late);
          const told = clock.at(passed + ahead, arrived);
          expect(told).toBeLessThanOrEqual(arrived);
          expect(told).toBeGreaterThanOrEqual(before);
          seenAtOnce ||= arrived === passed;
          if (seenAtOnce) expect(told).toBe(Math.max(before, passed));
          before = told;
        }
      }),
    );
  });

  test('goes on by the wall clock after the guest has stood still', () => {
    const clock = new CaptureClock();
    const begin = 1_800_000_000 * second;
    const ahead = 30 * second;
    expect(clock.at(begin + ahead, begin)).toBe(begin);
    // paused for a minute: its own clock has seen one second
    expect(clock.at(begin + ahead + second, begin + 61 * second)).toBe(begin + 61 * second);
    expect(clock.at(begin + ahead + 2 * second, begin + 62 * second)).toBe(begin + 62 * second);
  });
});
