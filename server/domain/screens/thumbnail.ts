import { crc32, deflate } from 'node:zlib';
import { promisify } from 'node:util';

/** Pixels of a screen, in rows from the top left: four bytes each, blue, green, red and one that says nothing. */
export interface Pixels {
  width: number;
  height: number;
  data: Uint8Array;
}

/** Whatever is shown fits into so many pixels. */
const mostWidth = 320;
const mostHeight = 240;

const deflated = promisify(deflate);

/** A small picture of a screen, as PNG (https://www.w3.org/TR/png-3/). */
export async function thumbnailOf(screen: Pixels): Promise<{ width: number; height: number; png: Buffer }> {
  const { width, height, data } = scaled(screen);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // eight bits of red, green and blue; the rest are the only methods that there are
  header.set([8, 2, 0, 0, 0], 8);
  const lines = Buffer.alloc(height * (1 + width * 3));
  for (let y = 0; y < height; y++)
    // each line begins with its filter: none
    lines.set(data.subarray(y * width * 3, (y + 1) * width * 3), y * (1 + width * 3) + 1);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const body = await deflated(lines);
  const png = Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', body), chunk('IEND', Buffer.alloc(0))]);
  return { width, height, png };
}

function chunk(type: string, data: Uint8Array): Buffer {
  const typed = Buffer.concat([Buffer.from(type), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, check]);
}

/** Red, green and blue of each pixel, made smaller until it fits: each is the mean of those that it stands for. Pure. */
function scaled({ width, height, data }: Pixels): { width: number; height: number; data: Uint8Array } {
  const factor = Math.max(1, width / mostWidth, height / mostHeight);
  const [across, down] = [Math.max(1, Math.round(width / factor)), Math.max(1, Math.round(height / factor))];
  const small = new Uint8Array(across * down * 3);
  for (let y = 0; y < down; y++) {
    const [top, bottom] = [Math.floor((y * height) / down), Math.floor(((y + 1) * height) / down)];
    for (let x = 0; x < across; x++) {
      const [left, right] = [Math.floor((x * width) / across), Math.floor(((x + 1) * width) / across)];
      let [red, green, blue] = [0, 0, 0];
      for (let line = top; line < bottom; line++)
        for (let at = (line * width + left) * 4; at < (line * width + right) * 4; at += 4) {
          blue += data[at] ?? 0;
          green += data[at + 1] ?? 0;
          red += data[at + 2] ?? 0;
        }
      const count = (bottom - top) * (right - left);
      small.set([red / count, green / count, blue / count], (y * across + x) * 3);
    }
  }
  return { width: across, height: down, data: small };
}
