import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RingBuffer } from './ring-buffer';

test('holds exactly the last bytes, whatever the pieces', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), fc.integer({ min: 1, max: 64 }), (pieces, capacity) => {
      const ring = new RingBuffer(capacity);
      const dropped = pieces.map((piece) => ring.push(piece)).reduce((sum, bytes) => sum + bytes, 0);
      const all = pieces.flatMap((piece) => [...piece]);
      const expected = all.slice(Math.max(0, all.length - capacity));
      expect([...ring.read()]).toEqual(expected);
      expect(ring.length).toBe(expected.length);
      expect(dropped).toBe(all.length - expected.length);
      const kept = Math.min(5, expected.length);
      expect(ring.keepNewest(5)).toBe(expected.length - kept);
      expect([...ring.read()]).toEqual(expected.slice(expected.length - kept));
    }),
  );
});

test('does not share memory with what was pushed, and stays right over very many small pieces', () => {
  const ring = new RingBuffer(3000);
  const piece = new Uint8Array(1);
  for (let i = 0; i < 5000; i++) {
    piece[0] = i % 251;
    ring.push(piece);
  }
  const held = ring.read();
  expect(held.length).toBe(3000);
  expect(held[0]).toBe(2000 % 251);
  expect(held[2999]).toBe(4999 % 251);
  ring.clear();
  expect(ring.length).toBe(0);
});
