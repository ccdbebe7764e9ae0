import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PointSender } from './point-sender';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** What was said, and answers that come after `answerMs`. */
function scene(answerMs = 5) {
  const said: number[] = [];
  let open = 0;
  const sender = new PointSender(async (_page, { cursor }) => {
    expect(++open).toBe(1);
    said.push(cursor?.x ?? Number.NaN);
    await new Promise((resolve) => setTimeout(resolve, answerMs));
    open--;
    if (said.length % 3 === 0) throw new Error('lost on the way');
  });
  const move = async (steps: number, everyMs: number) => {
    for (let x = 1; x <= steps; x++) {
      sender.point({ cursor: { x, y: 0 } });
      await vi.advanceTimersByTimeAsync(everyMs);
    }
  };
  return { sender, said, move };
}

test('nothing is said while nobody is there, and where one points as soon as somebody is', async () => {
  const { sender, said, move } = scene();
  await move(100, 10);
  expect(said).toEqual([]);
  sender.to('page');
  expect(said).toEqual([100]);
});

test('ten times a second at most, and the last of it always', async () => {
  const { sender, said, move } = scene();
  sender.to('page');
  await move(200, 10);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(said.length).toBeGreaterThan(15);
  expect(said.length).toBeLessThanOrEqual(22);
  expect(said.at(-1)).toBe(200);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(said.length).toBeLessThanOrEqual(22);
});

test('a slow server is asked one thing at a time', async () => {
  const { sender, said, move } = scene(1_000);
  sender.to('page');
  await move(400, 10);
  expect(said.length).toBeLessThanOrEqual(5);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(said.at(-1)).toBe(400);
});
