import { expect, test, vi } from 'vitest';
import { News } from './news';

function listened() {
  const ending = new AbortController();
  const stop = vi.fn<() => void>();
  let heard: () => void = () => {};
  const news = new News((tell) => {
    heard = tell;
    return stop;
  }, ending.signal);
  return { news, ending, stop, hear: () => heard() };
}

test('there is news at first, then when something was heard, once for all that came meanwhile', async () => {
  const { news, hear, ending } = listened();
  expect(await news.next()).toBe(true);
  hear();
  hear();
  expect(await news.next()).toBe(true);
  const waits = vi.fn<(value: boolean) => void>();
  const next = news.next().then(waits);
  await Promise.resolve();
  expect(waits).not.toHaveBeenCalled();
  hear();
  await next;
  expect(waits).toHaveBeenCalledWith(true);
  const last = news.next();
  ending.abort();
  expect(await last).toBe(false);
});

test('whoever has more to read does not wait, and who ends listens no more', async () => {
  const { news, stop } = listened();
  await news.next();
  news.again();
  expect(await news.next()).toBe(true);
  news.end();
  expect(stop).toHaveBeenCalledOnce();
});
