import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { OutputRoom } from './output-room';
import { PacedOutput } from './paced-output';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A reader whose machine takes a frame when the test says so. */
function reader(capacity = 1000, room = new OutputRoom(1_000_000)) {
  const frames: string[] = [];
  const underWay: (() => void)[] = [];
  const state = { stuck: 0 };
  const output = new PacedOutput({
    send: (data, done) => {
      frames.push(Buffer.from(data).toString());
      underWay.push(done);
    },
    onLoss: (bytes) => frames.push(`(${bytes} left out)`),
    onStuck: () => (state.stuck += 1),
    room,
    capacity,
    gatherMs: 15,
    stuckAfterMs: 5_000,
  });
  const take = () => underWay.shift()?.();
  return { output, frames, underWay, state, take, push: (text: string) => output.push(Buffer.from(text)) };
}

test('the first output after a silence is not held up, what follows is put together', () => {
  const { frames, take, push } = reader();
  push('a');
  expect(frames).toEqual(['a']);
  push('b');
  take();
  push('c');
  expect(frames).toEqual(['a']);
  vi.advanceTimersByTime(15);
  expect(frames).toEqual(['a', 'bc']);
  take();
  vi.advanceTimersByTime(15);
  push('d');
  expect(frames).toEqual(['a', 'bc', 'd']);
});

test('what was left out on the way here is told, too, before what comes next', () => {
  const { output, frames, take, push } = reader(10);
  push('a');
  output.lose(5);
  output.lose(2);
  expect(frames).toEqual(['a']);
  take();
  vi.advanceTimersByTime(15);
  push('b');
  expect(frames).toEqual(['a', '(7 left out)', 'b']);
});

test('a reader that takes nothing has one frame under way and is given up, once', () => {
  const { frames, underWay, state, push } = reader(100);
  for (let n = 0; n < 1_000_000; n += 1) push('y\n');
  expect(frames).toEqual(['y\n']);
  expect(underWay).toHaveLength(1);
  vi.advanceTimersByTime(4_999);
  expect(state.stuck).toBe(0);
  vi.advanceTimersByTime(1);
  expect(state.stuck).toBe(1);
  push('more');
  vi.advanceTimersByTime(60_000);
  expect([frames.length, state.stuck]).toEqual([1, 1]);
});

test('a slow reader gets the newest output, and is told how much of the oldest it misses', () => {
  const { frames, take, push } = reader(10);
  push('first');
  push('0123456789');
  push('abcde');
  take();
  vi.advanceTimersByTime(15);
  expect(frames).toEqual(['first', '(5 left out)', '56789abcde']);
});

test('the end hands over what is left; a close does not', () => {
  const ended = reader();
  ended.push('a');
  ended.push('last words');
  ended.output.end();
  expect(ended.frames).toEqual(['a', 'last words']);
  const closed = reader();
  closed.push('a');
  closed.push('b');
  closed.output.close();
  closed.take();
  vi.advanceTimersByTime(60_000);
  expect(closed.frames).toEqual(['a']);
  expect(closed.state.stuck).toBe(0);
});

test('all readers together hold no more than there is room for, each at least a little, and give it back', () => {
  const room = new OutputRoom(100_000);
  const piece = 'x'.repeat(10_000);
  const readers = Array.from({ length: 10 }, () => reader(500_000, room));
  for (let times = 0; times < 50; times += 1) for (const { push } of readers) push(piece);
  expect(room.isFull).toBe(true);
  for (const { frames, take } of readers) {
    take();
    vi.advanceTimersByTime(15);
    const [first, lost, rest = ''] = frames;
    expect(first).toBe(piece);
    expect(rest.length).toBeGreaterThanOrEqual(10_000);
    expect(rest.length).toBeLessThanOrEqual(30_000);
    expect(lost).toBe(`(${49 * piece.length - rest.length} left out)`);
  }
  for (const { output } of readers) output.close();
  expect(room.isFull).toBe(false);
  // whoever comes later has room again
  const later = reader(500_000, room);
  for (let times = 0; times < 5; times += 1) later.push(piece);
  later.take();
  vi.advanceTimersByTime(15);
  expect(later.frames).toEqual([piece, piece.repeat(4)]);
});
