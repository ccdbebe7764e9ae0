import { expect, test } from 'vitest';
import { FrameQueue } from './frame-queue';

const never = new AbortController().signal;
const frame = (at: number, bytes = 1) => ({ edgeId: 1, at, length: bytes, data: new Uint8Array(bytes) });

test('a reader that is slow gets the newest frames, and how many were left out', async () => {
  let closed = 0;
  const queue = new FrameQueue(() => (closed += 1));
  const pushed = 50_000;
  for (let at = 0; at < pushed; at += 1) queue.push(frame(at));
  const batch = await queue.next(never);
  expect(batch?.frames.at(-1)?.at).toBe(pushed - 1);
  expect(batch?.frames.length).toBeLessThanOrEqual(20_000);
  expect((batch?.frames.length ?? 0) + (batch?.dropped ?? 0)).toBe(pushed);
  for (let at = 0; at < 200; at += 1) queue.push(frame(at, 65_535));
  const large = await queue.next(never);
  expect(large?.frames.reduce((sum, { data }) => sum + data.length, 0)).toBeLessThanOrEqual(4 * 2 ** 20);
  expect((large?.frames.length ?? 0) + (large?.dropped ?? 0)).toBe(200);
  queue.end();
  queue.close();
  expect(closed).toBe(1);
});

test('what has come is read after the end, and nothing comes behind it', async () => {
  const queue = new FrameQueue(() => {});
  const waiting = queue.next(never);
  queue.push(frame(1));
  expect((await waiting)?.frames).toHaveLength(1);
  queue.push(frame(2));
  queue.end();
  queue.push(frame(3));
  expect((await queue.next(never))?.frames.map(({ at }) => at)).toEqual([2]);
  expect(await queue.next(never)).toBeNull();
});
