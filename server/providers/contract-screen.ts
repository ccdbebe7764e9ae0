import { rfbVersion } from '#server/lib/rfb';
import type { ConsoleStream } from './provider';

export interface Picture {
  width: number;
  height: number;
  /** Of 32 bits each, by their bytes in the order of the screen. */
  pixels: Uint8Array;
}

const u16 = (value: number) => [value >> 8, value & 0xff];

/** Reads a graphical console as a test does: the whole screen, as often as it asks. Takes the one listener of `stream`. */
export function readScreen(stream: ConsoleStream) {
  let held = new Uint8Array();
  let wake = () => {};
  const closed = new Promise<string>((resolve) =>
    stream.onClose((reason) => {
      resolve(reason);
      wake();
    }),
  );
  let over = false;
  void closed.then(() => (over = true));
  stream.onData((data) => {
    held = Buffer.concat([held, data]);
    wake();
  });
  const take = async (bytes: number): Promise<DataView> => {
    while (held.length < bytes) {
      if (over) throw new Error(`The screen ended with ${held.length} of ${bytes} bytes.`);
      await new Promise<void>((resolve) => (wake = resolve));
    }
    const taken = Uint8Array.from(held.subarray(0, bytes));
    held = held.subarray(bytes);
    return new DataView(taken.buffer);
  };
  const say = (...bytes: number[]) => stream.write(Uint8Array.from(bytes));
  const text = async (length: number) => Buffer.from((await take(length)).buffer).toString();
  return {
    closed,
    close: () => stream.close(),
    /** Says hello, wants 32 bits for each pixel as they are, and answers the version that the server names first. */
    async begin(): Promise<string> {
      const version = await text(rfbVersion.length);
      stream.write(Buffer.from(rfbVersion));
      const kinds = (await take(1)).getUint8(0);
      await take(kinds);
      say(1);
      await take(4);
      say(1);
      await take(20);
      await text((await take(4)).getUint32(0));
      say(2, 0, ...u16(1), 0, 0, 0, 0);
      return version;
    },
    async picture(): Promise<Picture> {
      say(3, 0, ...u16(0), ...u16(0), ...u16(0xffff), ...u16(0xffff));
      const found = { width: 0, height: 0, bytes: [] as Uint8Array[] };
      const rectangles = (await take(4)).getUint16(2);
      for (let n = 0; n < rectangles; n += 1) {
        const head = await take(12);
        const [width, height] = [head.getUint16(4), head.getUint16(6)];
        found.width = Math.max(found.width, head.getUint16(0) + width);
        found.height = Math.max(found.height, head.getUint16(2) + height);
        found.bytes.push(new Uint8Array((await take(width * height * 4)).buffer));
      }
      return { width: found.width, height: found.height, pixels: Buffer.concat(found.bytes) };
    },
    /** Presses and lets go of a key, by its keysym (X11) and its place on a PC's keyboard (XT scan code). */
    press(keysym: number, place: number): void {
      for (const down of [1, 0]) say(255, 0, 0, down, 0, 0, ...u16(keysym), 0, 0, ...u16(place));
    },
  };
}
