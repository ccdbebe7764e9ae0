import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startBackgroundLoop } from './background-loop';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('goes on after a round that failed, and tells why it did', async () => {
  const away = new Error('away');
  const onError = vi.fn();
  const round = vi.fn(() => Promise.reject(away));
  const stop = startBackgroundLoop({ everyMs: 10, atOnce: true, round, onError });
  expect(round).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(25);
  expect(round).toHaveBeenCalledTimes(3);
  expect(onError.mock.calls).toEqual([[away], [away], [away]]);
  await stop();
  await vi.advanceTimersByTimeAsync(100);
  expect(round).toHaveBeenCalledTimes(3);
});

it('waits for the round under way when it is stopped, which is told so and whose failure is none', async () => {
  const onError = vi.fn();
  const round = (signal: AbortSignal) =>
    new Promise<void>((_resolve, reject) => {
      signal.addEventListener('abort', () => setTimeout(() => reject(new Error('interrupted')), 5));
    });
  const stop = startBackgroundLoop({ everyMs: 10, round, onError });
  await vi.advanceTimersByTimeAsync(10);
  const stopped = vi.fn();
  void stop().then(stopped);
  await vi.advanceTimersByTimeAsync(4);
  expect(stopped).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(stopped).toHaveBeenCalled();
  expect(onError).not.toHaveBeenCalled();
});

it('does not wait for ever for a round that may be left', async () => {
  const stop = startBackgroundLoop({
    everyMs: 10,
    round: () => new Promise(() => {}),
    onError: () => {},
    patienceMs: 1_000,
  });
  await vi.advanceTimersByTimeAsync(10);
  const stopped = vi.fn();
  void stop().then(stopped);
  await vi.advanceTimersByTimeAsync(999);
  expect(stopped).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(stopped).toHaveBeenCalled();
});
