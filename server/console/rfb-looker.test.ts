import { expect, test } from 'vitest';
import { rfbVersion } from '#server/lib/rfb';
import type { ConsoleStream } from '#server/providers/provider';
import { onlyRead } from './console-server';

function looker() {
  const arrived: number[] = [];
  const ends: string[] = [];
  let open = true;
  const stream: ConsoleStream = {
    flow: { pause: () => undefined, resume: () => undefined },
    write: (data) => void arrived.push(...data),
    resize: () => undefined,
    onData: () => undefined,
    onClose: () => undefined,
    close: () => void (open = false),
  };
  const seen = onlyRead(stream);
  seen.onClose((reason) => ends.push(reason));
  return { arrived, ends, isOpen: () => open, say: (...bytes: number[]) => seen.write(Uint8Array.from(bytes)) };
}

const hello = [...Buffer.from(rfbVersion), 1, 1];
const picture = [3, 0, 0, 0, 0, 0, 2, 208, 1, 144];

test('who only looks asks for the picture, and presses, points, pastes and resizes nothing', () => {
  const { arrived, ends, say } = looker();
  say(...hello);
  say(2, 0, 0, 1, 0, 0, 0, 0);
  say(4, 1, 0, 0, 0, 0, 0, 0x61, ...picture);
  say(255, 0, 0, 1, 0, 0, 0, 0x61, 0, 0, 0, 0x1e);
  say(5, 1, 0, 10, 0, 10);
  // a key inside what is pasted, and one behind it
  say(6, 0, 0, 0, 0, 0, 0, 8, 4, 1, 0, 0, 0, 0, 0, 0x61, 4, 1, 0, 0, 0, 0, 0, 0x61);
  say(251, 0, 4, 0, 3, 0, 0, 0, ...picture);
  expect(arrived).toEqual([...hello, 2, 0, 0, 1, 0, 0, 0, 0, ...picture, ...picture]);
  expect(ends).toEqual([]);
});

test('what nobody understands ends it, and nothing arrives any more', () => {
  const { arrived, ends, isOpen, say } = looker();
  say(...hello);
  say(99);
  say(...picture);
  expect(arrived).toEqual(hello);
  expect(ends).toEqual(['RFB has no message 99 here.']);
  expect(isOpen()).toBe(false);
});
