import { expect, test } from 'vitest';
import { KeyedMutex } from './keyed-mutex';
import { Semaphore } from './semaphore';

test('a keyed mutex runs one at a time per key, in order, and goes on after a failure', async () => {
  const mutex = new KeyedMutex<string>();
  const seen: string[] = [];
  const work =
    (name: string, fail = false) =>
    async () => {
      seen.push(`${name} in`);
      await Promise.resolve();
      seen.push(`${name} out`);
      if (fail) throw new Error(name);
      return name;
    };
  const first = mutex.run('k', work('a', true));
  const second = mutex.run('k', work('b'));
  const other = mutex.run('other', work('c'));
  await expect(first).rejects.toThrow('a');
  expect(await second).toBe('b');
  expect(await other).toBe('c');
  expect(seen.filter((line) => !line.startsWith('c'))).toEqual(['a in', 'a out', 'b in', 'b out']);
  expect(seen.indexOf('c in')).toBeLessThan(seen.indexOf('b in'));
});

test('a semaphore hands places on in order, and an aborted waiter takes none', async () => {
  const semaphore = new Semaphore(1);
  const release = await semaphore.acquire();
  const abort = new AbortController();
  const aborted = semaphore.acquire(abort.signal);
  const order: number[] = [];
  const second = semaphore.acquire().then((done) => (order.push(2), done));
  const third = semaphore.acquire().then((done) => (order.push(3), done));
  abort.abort(new Error('enough'));
  await expect(aborted).rejects.toThrow('enough');
  release();
  release();
  const releaseSecond = await second;
  expect(order).toEqual([2]);
  releaseSecond();
  (await third)();
  expect(order).toEqual([2, 3]);
  (await semaphore.acquire())();
});

test('a semaphore that grows lets in who waits, and one that shrinks takes nobody’s place', async () => {
  const semaphore = new Semaphore(1);
  const entered: number[] = [];
  const releases = new Map<number, () => void>();
  const waiters = [1, 2, 3, 4].map((n) =>
    semaphore.acquire().then((release) => {
      entered.push(n);
      releases.set(n, release);
    }),
  );
  await waiters[0];
  expect(entered).toEqual([1]);
  semaphore.resize(3);
  await Promise.all(waiters.slice(0, 3));
  expect(entered).toEqual([1, 2, 3]);
  semaphore.resize(1);
  expect(semaphore.size).toBe(1);
  releases.get(1)?.();
  releases.get(2)?.();
  await new Promise((resolve) => setImmediate(resolve));
  // 3 holds the one place that is left
  expect(entered).toEqual([1, 2, 3]);
  releases.get(3)?.();
  await waiters[3];
  expect(entered).toEqual([1, 2, 3, 4]);
});

test('a semaphore without places is refused', () => {
  expect(() => new Semaphore(0)).toThrow(RangeError);
  expect(() => new Semaphore(1).resize(0)).toThrow(RangeError);
});
