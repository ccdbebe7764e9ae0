import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { repeatedly } from './repeatedly';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('does a task again and again, also after it failed, until it is stopped', async () => {
  const task = vi.fn(() => Promise.reject(new Error('away')));
  const { stop } = repeatedly(10, task);
  await vi.advanceTimersByTimeAsync(35);
  expect(task).toHaveBeenCalledTimes(3);
  stop();
  await vi.advanceTimersByTimeAsync(100);
  expect(task).toHaveBeenCalledTimes(3);
});

it('never does it twice at once, and makes up for what was missed', async () => {
  let finish = () => {};
  const task = vi.fn(
    () =>
      new Promise<void>((resolve) => {
        finish = resolve;
      }),
  );
  const { stop } = repeatedly(10, task);
  await vi.advanceTimersByTimeAsync(100);
  expect(task).toHaveBeenCalledTimes(1);
  finish();
  await vi.advanceTimersByTimeAsync(1);
  expect(task).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(20);
  stop();
  finish();
  await vi.advanceTimersByTimeAsync(100);
  expect(task).toHaveBeenCalledTimes(2);
});

it('does it out of turn when told to, and after the one under way, until it is stopped', async () => {
  let finish = () => {};
  const task = vi.fn(
    () =>
      new Promise<void>((resolve) => {
        finish = resolve;
      }),
  );
  const { stop, now } = repeatedly(10_000, task);
  now();
  expect(task).toHaveBeenCalledTimes(1);
  now();
  expect(task).toHaveBeenCalledTimes(1);
  finish();
  await vi.advanceTimersByTimeAsync(0);
  expect(task).toHaveBeenCalledTimes(2);
  finish();
  await vi.advanceTimersByTimeAsync(0);
  stop();
  now();
  expect(task).toHaveBeenCalledTimes(2);
});
