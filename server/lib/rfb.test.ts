import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RfbClientReader, rfbVersion, type RfbMessage } from './rfb';

const hello = [...Buffer.from(rfbVersion), 1, 1];
const word = (value: number) => [value >> 8, value & 0xff];
const many = (length: number) => fc.array(fc.integer({ min: 0, max: 255 }), { minLength: length, maxLength: length });

/** One message, and what it is: built by its definition, not by what reads it. */
const message: fc.Arbitrary<readonly [RfbMessage, readonly number[]]> = fc.oneof(
  many(19).map((rest) => ['pixelFormat', [0, ...rest]] as const),
  fc
    .integer({ min: 0, max: 40 })
    .chain((count) => many(4 * count).map((rest) => ['encodings', [2, 0, ...word(count), ...rest]] as const)),
  many(9).map((rest) => ['updateRequest', [3, ...rest]] as const),
  many(7).map((rest) => ['key', [4, ...rest]] as const),
  fc.tuple(fc.integer({ min: 0, max: 127 }), many(4)).map(([mask, rest]) => ['pointer', [5, mask, ...rest]] as const),
  fc.tuple(fc.integer({ min: 128, max: 255 }), many(5)).map(([mask, rest]) => ['pointer', [5, mask, ...rest]] as const),
  fc
    .integer({ min: 0, max: 300 })
    .chain((length) => many(length).map((rest) => ['cutText', [6, 0, 0, 0, 0, 0, ...word(length), ...rest]] as const)),
  many(4).map((rest) => ['cutText', [6, 0, 0, 0, 0xff, 0xff, 0xff, 0xfc, ...rest]] as const),
  fc
    .integer({ min: 0, max: 4 })
    .chain((count) => many(16 * count).map((rest) => ['screenSize', [251, 0, 4, 0, 3, 0, count, 0, ...rest]] as const)),
  many(10).map((rest) => ['key', [255, 0, ...rest]] as const),
  fc.constantFrom(0, 1).map((deed) => ['audio', [255, 1, 0, deed]] as const),
  many(6).map((rest) => ['audio', [255, 1, 0, 2, ...rest]] as const),
);

/** The bytes, cut at these places. */
function cut(bytes: readonly number[], places: readonly number[]): Uint8Array[] {
  const at = [...new Set(places.map((place) => place % (bytes.length + 1)))].toSorted((a, b) => a - b);
  return [...at, bytes.length].map((end, index) => Uint8Array.from(bytes.slice(at[index - 1] ?? 0, end)));
}

test('messages are told apart, however their bytes come', () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 12 }), fc.array(fc.nat(), { maxLength: 30 }), (messages, places) => {
      const reader = new RfbClientReader();
      const parts = cut([...hello, ...messages.flatMap(([, bytes]) => bytes)], places).flatMap((data) =>
        reader.push(data),
      );
      const read: { message: RfbMessage; bytes: number[] }[] = [];
      for (const { message: kind, head, bytes } of parts)
        if (head) read.push({ message: kind, bytes: [...bytes] });
        else read.at(-1)?.bytes.push(...bytes);
      expect(read.slice(3)).toEqual(messages.map(([kind, bytes]) => ({ message: kind, bytes })));
      expect(read.slice(0, 3).flatMap(({ bytes }) => bytes)).toEqual(hello);
    }),
  );
});

test.each([
  ['another version', [...Buffer.from('RFB 003.003\n')]],
  ['what is no handshake at all', [...Buffer.from('GET / HTTP/1.1')]],
  ['a message that nobody knows', [...hello, 77]],
  ['a message of QEMU that nobody knows', [...hello, 255, 9]],
])('%s is refused', (_what, bytes) => {
  expect(() => new RfbClientReader().push(Uint8Array.from(bytes))).toThrow(/RFB/);
});
