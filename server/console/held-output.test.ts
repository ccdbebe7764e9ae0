import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { HeldOutput } from './held-output';
import { OutputRoom } from './output-room';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A reader whose machine takes a frame when the test says so. */
function reader(room = new OutputRoom(1_000_000)) {
  const sent: string[] = [];
  const underWay: (() => void)[] = [];
  const deeds: string[] = [];
  const output = new HeldOutput({
    send: (data, done) => {
      sent.push(Buffer.from(data).toString());
      underWay.push(done);
    },
    onStuck: () => deeds.push('stuck'),
    flow: { pause: () => deeds.push('pause'), resume: () => deeds.push('resume') },
    room,
    capacity: 10,
    stuckAfterMs: 5_000,
  });
  const take = () => underWay.shift()?.();
  return { output, sent, deeds, take, push: (text: string) => output.push(Buffer.from(text)) };
}

test('nothing is dropped: the source is held up while too much is under way, and goes on at half of it', () => {
  const { sent, deeds, take, push } = reader();
  for (const text of ['1234', '5678', '90ab', 'cdef']) push(text);
  expect(sent.join('')).toBe('1234567890abcdef');
  expect(deeds).toEqual(['pause']);
  take();
  take();
  expect(deeds).toEqual(['pause']);
  take();
  expect(deeds).toEqual(['pause', 'resume']);
  push('more');
  take();
  expect(deeds).toEqual(['pause', 'resume']);
});

test('a reader that takes nothing is given up, once; one that takes something in time is not', () => {
  const { sent, deeds, take, push } = reader();
  push('1234');
  push('5678');
  vi.advanceTimersByTime(4_999);
  take();
  vi.advanceTimersByTime(4_999);
  expect(deeds).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(deeds).toEqual(['stuck']);
  push('never');
  vi.advanceTimersByTime(60_000);
  expect([sent.length, deeds.length]).toEqual([2, 1]);
});

test('a reader that has taken all may rest as long as the screen does', () => {
  const { deeds, take, push } = reader();
  push('1234');
  take();
  vi.advanceTimersByTime(60_000);
  expect(deeds).toEqual([]);
});

test('where there is no room for all readers the source is held up at once, and what they had is given back', () => {
  const room = new OutputRoom(5);
  const first = reader(room);
  first.push('abcd');
  expect(first.deeds).toEqual([]);
  const second = reader(room);
  second.push('ef');
  expect(second.deeds).toEqual(['pause']);
  second.take();
  expect(second.deeds).toEqual(['pause', 'resume']);
  first.output.close();
  second.push('abcd');
  expect(second.deeds).toEqual(['pause', 'resume']);
});
