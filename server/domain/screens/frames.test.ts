import { inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ConsoleStream } from '#server/providers/provider';
import { readFrame } from './rfb-frame';
import { thumbnailOf } from './thumbnail';

const u16 = (value: number) => [value >> 8, value & 0xff];
const version = [...Buffer.from('RFB 003.008\n')];
const format = Array.from({ length: 16 }, () => 0);
const greeting = (width: number, height: number) => [
  ...version,
  ...[1, 1, 0, 0, 0, 0],
  ...[...u16(width), ...u16(height), ...format, 0, 0, 0, 2, 104, 105],
];
const rectangle = (x: number, y: number, width: number, height: number, pixel: readonly number[]) => [
  ...[x, y, width, height].flatMap(u16),
  ...[0, 0, 0, 0],
  ...Array.from({ length: width * height }, () => pixel).flat(),
];
const update = (...rectangles: number[][]) => [0, 0, ...u16(rectangles.length), ...rectangles.flat()];
const [red, blue] = [
  [0, 0, 255, 0],
  [255, 0, 0, 0],
];

/** A screen that says all of this, in pieces, and goes away. */
function saying(bytes: readonly number[], pieces = 7): ConsoleStream {
  let onClose: (reason: string) => void = () => undefined;
  return {
    flow: null,
    write: () => undefined,
    resize: () => undefined,
    onClose: (listener) => (onClose = listener),
    onData(listener) {
      for (let at = 0; at < bytes.length; at += pieces) listener(Uint8Array.from(bytes.slice(at, at + pieces)));
      onClose('gone');
    },
    close: () => undefined,
  };
}

test('a frame is put together of all its rectangles, and of what follows it', async () => {
  const first = update(rectangle(0, 0, 2, 1, red), rectangle(0, 1, 2, 1, blue));
  // a bell, the text of a clipboard, and a corner that changes
  const later = [2, 3, 0, 0, 0, 0, 0, 0, 1, 65, ...update(rectangle(1, 1, 1, 1, red))];
  const frame = await readFrame(saying([...greeting(2, 2), ...first, ...later]));
  expect(frame).toEqual({ width: 2, height: 2, data: Uint8Array.from([...red, ...red, ...blue, ...red]) });
});

test('a screen that goes away, lies of its size or draws beyond itself is none', async () => {
  const whole = [...greeting(2, 2), ...update(rectangle(0, 0, 2, 2, red))];
  expect(await readFrame(saying(whole))).not.toBeNull();
  for (const wrong of [
    whole.slice(0, -1),
    [...greeting(0, 2)],
    [...greeting(65_535, 65_535)],
    [...greeting(2, 2), ...update(rectangle(1, 1, 2, 2, red))],
    [...greeting(2, 2), 77],
    ['RFB 003.003\n'].flatMap((text) => [...Buffer.from(text)]),
  ])
    expect(await readFrame(saying(wrong))).toBeNull();
});

test('whatever it says, the answer is a frame of its size or none', async () => {
  const said = fc.tuple(
    fc.boolean(),
    fc.array(
      fc.oneof(
        fc.constantFrom(update(rectangle(0, 0, 4, 3, red)), update(rectangle(0, 0, 4, 1, blue)), [2], [0, 0, 255, 255]),
        fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 40 }),
      ),
      { maxLength: 8 },
    ),
  );
  await fc.assert(
    fc.asyncProperty(said, async ([greets, parts]) => {
      const frame = await readFrame(saying([...(greets ? greeting(4, 3) : []), ...parts.flat()]));
      expect(frame === null || frame.data.length === frame.width * frame.height * 4).toBe(true);
    }),
  );
});

/** Red, green and blue of the pixels of a PNG of ours. */
function pixelsOf(png: Buffer, width: number, height: number): number[][] {
  const length = png.readUInt32BE(33);
  expect(png.toString('latin1', 37, 41)).toBe('IDAT');
  const lines = inflateSync(png.subarray(41, 41 + length));
  expect(lines).toHaveLength(height * (1 + 3 * width));
  return Array.from({ length: width * height }, (_, index) => {
    const at = Math.floor(index / width) * (1 + 3 * width) + 1 + 3 * (index % width);
    return [...lines.subarray(at, at + 3)];
  });
}

test('a thumbnail has the colours of the screen, as the mean of what is there, and fits', async () => {
  const small = await thumbnailOf({ width: 2, height: 1, data: Uint8Array.from([...red, ...blue]) });
  expect(small).toMatchObject({ width: 2, height: 1 });
  expect(pixelsOf(small.png, 2, 1)).toEqual([
    [255, 0, 0],
    [0, 0, 255],
  ]);
  // columns of red and blue, twice as wide as what it may be
  const data = Uint8Array.from(Array.from({ length: 640 * 100 }, (_, at) => (at % 2 === 0 ? red : blue)).flat());
  const large = await thumbnailOf({ width: 640, height: 100, data });
  expect(large).toMatchObject({ width: 320, height: 50 });
  expect(new Set(pixelsOf(large.png, 320, 50).map(String))).toEqual(new Set(['127,0,127']));
  expect(await thumbnailOf({ width: 1, height: 2_000, data: new Uint8Array(8_000) })).toMatchObject({
    width: 1,
    height: 240,
  });
});
