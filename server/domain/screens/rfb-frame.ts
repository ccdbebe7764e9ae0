import { rfbVersion } from '#server/lib/rfb';
import type { ConsoleStream } from '#server/providers/provider';
import { ByteQueue } from './byte-queue';
import type { Pixels } from './thumbnail';

/** A screen of more pixels is none that a guest shows to people. */
const mostPixels = 2560 * 1600;
/** What its name or the text of its clipboard may take. */
const mostText = 65_536;
/** The first picture may be older than what is shown: what follows it within this time counts. */
const settleMs = 200;

const bytesPerPixel = 4;
const u16 = (value: number) => [value >> 8, value & 0xff];
/** RFC 6143 §7.5.1: 32 bits of which 24 count, the lowest byte first; red above green above blue. */
const setPixelFormat = [0, 0, 0, 0, 32, 24, 0, 1, ...u16(255), ...u16(255), ...u16(255), 16, 8, 0, 0, 0, 0];
/** Only pixels as they are. */
const setEncodings = [2, 0, ...u16(1), 0, 0, 0, 0];

/**
 * What a screen shows now: asks the RFB server at the other end of the stream for it, as RFC 6143 has it. Null where it goes away, is too large or
 * does not speak so; whoever asks says when it is enough, by closing the stream.
 */
export async function readFrame(stream: ConsoleStream): Promise<Pixels | null> {
  const queue = new ByteQueue(mostPixels * bytesPerPixel + mostText);
  stream.onClose(() => queue.end());
  stream.onData((data) => queue.push(data));
  const say = (bytes: readonly number[] | Uint8Array) => stream.write(Uint8Array.from(bytes));

  if ((await queue.take(rfbVersion.length))?.toString('latin1') !== rfbVersion) return null;
  say(Buffer.from(rfbVersion));
  const kinds = await queue.take((await queue.take(1))?.[0] ?? 0);
  if (kinds?.includes(1) !== true) return null;
  say([1]);
  if ((await queue.take(4))?.readUInt32BE() !== 0) return null;
  // others keep their connection
  say([1]);
  const init = await queue.take(24);
  const name = init?.readUInt32BE(20) ?? 0;
  if (init === null || name > mostText || (await queue.take(name)) === null) return null;
  const [width, height] = [init.readUInt16BE(0), init.readUInt16BE(2)];
  if (width === 0 || height === 0 || width * height > mostPixels) return null;
  const frame = { width, height, data: new Uint8Array(width * height * bytesPerPixel) };
  say([...setPixelFormat, ...setEncodings, ...updateRequest(frame, false)]);
  for (let missing = width * height; missing > 0;) {
    const drawn = await drawUpdate(queue, frame);
    if (drawn === null) return null;
    missing -= drawn;
  }
  say(updateRequest(frame, true));
  const settled = setTimeout(() => queue.end(), settleMs);
  await drawUpdate(queue, frame);
  clearTimeout(settled);
  return frame;
}

const updateRequest = ({ width, height }: Pixels, incremental: boolean) => [
  ...[3, incremental ? 1 : 0, 0, 0, 0, 0],
  ...u16(width),
  ...u16(height),
];

/** Reads messages up to one that draws, and draws it; how many pixels that were, or null where the stream is no more to be understood. */
async function drawUpdate(queue: ByteQueue, frame: Pixels): Promise<number | null> {
  for (;;) {
    const type = (await queue.take(1))?.[0];
    if (type === 0) break;
    // a bell; colours of a map, which nobody has; the text of a clipboard
    if (type === 2) continue;
    if (type !== 1 && type !== 3) return null;
    const head = await queue.take(type === 1 ? 5 : 7);
    const rest = type === 1 ? 6 * (head?.readUInt16BE(3) ?? 0) : (head?.readUInt32BE(3) ?? 0);
    if (head === null || rest > 6 * mostText || (await queue.take(rest)) === null) return null;
  }
  const rectangles = (await queue.take(3))?.readUInt16BE(1);
  if (rectangles === undefined) return null;
  let drawn = 0;
  for (let index = 0; index < rectangles; index++) {
    const head = await queue.take(12);
    if (head === null) return null;
    const [x, y, width, height] = [0, 2, 4, 6].map((at) => head.readUInt16BE(at)) as [number, number, number, number];
    if (head.readInt32BE(8) !== 0 || x + width > frame.width || y + height > frame.height) return null;
    // line by line, as they come: a large screen is not held twice
    for (let line = 0; line < height; line++) {
      const pixels = await queue.take(width * bytesPerPixel);
      if (pixels === null) return null;
      frame.data.set(pixels, ((y + line) * frame.width + x) * bytesPerPixel);
    }
    drawn += width * height;
  }
  return drawn;
}
