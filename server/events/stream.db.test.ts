import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { useDatabase } from '#db/testing/database';
import type { EventData, SliceEvent } from '#shared/deployment/events';
import { inTransaction } from '#server/db/transaction';
import type { Actor } from '#server/domain/context';
import { watchSlice } from '#server/domain/deployments/watch';
import { silentLogger } from '#server/lib/logger';
import { heapInUse } from '#server/testing/memory';
import { insertActor, insertSlice, simulatedZone } from '#server/testing/rows';
import { appendEvents } from './append';
import { createEventBus, type EventBus } from './bus';
import { startPoller } from './poller';
import { readEvents, streamEvents } from './stream';

const database = useDatabase();
let bus: EventBus;
let actor: Actor;
let sliceId: number;
let otherId: number;

beforeEach(async () => {
  bus = createEventBus();
  actor = await insertActor(database.db);
  const zoneId = await simulatedZone(database.db);
  sliceId = await insertSlice(database.db, actor, zoneId);
  otherId = await insertSlice(database.db, actor, zoneId);
});

const event = (number: number): EventData => ({ type: 'deployment.resumed', deploymentId: number });
async function write(to: number, numbers: readonly number[], notify = true) {
  await inTransaction(database.db, (tx) => appendEvents(tx, to, numbers.map(event)));
  if (notify) bus.notify(to);
}
const numberOf = ({ data }: SliceEvent) => (data.type === 'deployment.resumed' ? data.deploymentId : 0);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

async function take(stream: AsyncGenerator<SliceEvent>, count: number): Promise<SliceEvent[]> {
  const taken: SliceEvent[] = [];
  while (taken.length < count) {
    const next = await stream.next();
    if (next.done === true) break;
    taken.push(next.value);
  }
  return taken;
}

describe('the events of a slice', () => {
  test('are read in order, from any place, and not those of others', async () => {
    await write(sliceId, range(1, 5));
    await write(otherId, [100]);
    const all = await readEvents(database.db, sliceId, 0, 10);
    expect(all.map(numberOf)).toEqual([1, 2, 3, 4, 5]);
    expect((await readEvents(database.db, sliceId, all[2]?.id ?? 0, 10)).map(numberOf)).toEqual([4, 5]);
    expect((await readEvents(database.db, sliceId, 0, 2)).map(numberOf)).toEqual([1, 2]);
  });

  test('are streamed without gap or double while many write at once, over any number of resumptions', async () => {
    const writers = range(0, 7).map(async (writer) => {
      for (const step of range(0, 24))
        await write(sliceId, [writer * 1000 + step * 2 + 1, writer * 1000 + step * 2 + 2]);
    });
    const got: SliceEvent[] = [];
    while (got.length < 400) {
      const stop = new AbortController();
      const stream = streamEvents(
        { db: database.db, bus },
        { sliceId, afterId: got.at(-1)?.id ?? 0, signal: stop.signal },
      );
      got.push(...(await take(stream, Math.min(37, 400 - got.length))));
      stop.abort();
      await stream.return(undefined);
    }
    await Promise.all(writers);
    const ids = got.map((one) => one.id);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(new Set(ids).size).toBe(400);
    expect(got).toEqual(await readEvents(database.db, sliceId, 0, 1000));
    for (const writer of range(0, 7)) {
      const own = got.map(numberOf).filter((number) => Math.floor(number / 1000) === writer);
      expect(own).toEqual(range(writer * 1000 + 1, writer * 1000 + 50));
    }
    expect(bus.listening).toBe(false);
  });

  test('that were told are not kept by a stream that waits for more: pages that stay open had half a megabyte each', async () => {
    const large: EventData = { type: 'slice.drift', drifted: ['x'.repeat(20_000)] };
    await inTransaction(database.db, (tx) =>
      appendEvents(
        tx,
        sliceId,
        range(1, 50).map(() => large),
      ),
    );
    const follow = async () => {
      const stop = new AbortController();
      const stream = streamEvents({ db: database.db, bus }, { sliceId, afterId: 0, signal: stop.signal });
      await take(stream, 50);
      return { stop, waiting: stream.next() };
    };
    // what is made once, by the first
    const first = await follow();
    const before = await heapInUse();
    const streams = await Promise.all(range(1, 40).map(follow));
    expect(await heapInUse()).toBeLessThan(before + 10);
    for (const { stop, waiting } of [first, ...streams]) {
      stop.abort();
      expect((await waiting).done).toBe(true);
    }
  });

  test('without a last id come from now on: from when the answer begins, not from when it is first read', async () => {
    await write(sliceId, [1, 2]);
    const stop = new AbortController();
    const stream = (await watchSlice({ db: database.db, bus }, { actor, sliceId }))(stop.signal);
    await write(otherId, [100]);
    await write(sliceId, [3]);
    const next = stream.next();
    // it listens before it reads
    expect(bus.listening).toBe(true);
    expect((await next).value).toMatchObject({ data: { deploymentId: 3 } });
    const ending = stream.next();
    stop.abort();
    expect((await ending).done).toBe(true);
    expect(bus.listening).toBe(false);
  });

  test('of another server arrive by the poller, those before its first look too', async () => {
    const stop = new AbortController();
    const stream = streamEvents({ db: database.db, bus }, { sliceId, afterId: 0, signal: stop.signal });
    const got = take(stream, 3);
    await write(sliceId, [1], false);
    const stopPoller = startPoller({ db: database.db, bus, log: silentLogger, intervalMs: 10 });
    await write(sliceId, [2], false);
    await write(otherId, [100], false);
    await write(sliceId, [3], false);
    expect((await got).map(numberOf)).toEqual([1, 2, 3]);
    stop.abort();
    await stream.return(undefined);
    await stopPoller();
  });

  test('of another server were told late: they are looked for within a second of its clock', async () => {
    // the timer alone: what it sets off takes as long as it takes here
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const told = new Map([
      [sliceId, 0],
      [otherId, 0],
    ]);
    const stops = [...told.keys()].map((id) => bus.listen(id, () => told.set(id, (told.get(id) ?? 0) + 1)));
    const stopPoller = startPoller({ db: database.db, bus, log: silentLogger });
    // its first look tells of what is there; from then on of what is new
    await write(otherId, [100], false);
    vi.advanceTimersByTime(999);
    await expect.poll(() => told.get(otherId)).toBe(1);
    await write(sliceId, [1], false);
    expect(told.get(sliceId)).toBe(0);
    vi.advanceTimersByTime(999);
    await expect.poll(() => told.get(sliceId)).toBe(1);
    for (const stop of stops) stop();
    await stopPoller();
  });

  test('commit out of order across slices and are still found', async () => {
    const stop = new AbortController();
    const stopPoller = startPoller({ db: database.db, bus, log: silentLogger, intervalMs: 10 });
    const stream = streamEvents({ db: database.db, bus }, { sliceId, afterId: 0, signal: stop.signal });
    const got = take(stream, 1);
    const others = streamEvents({ db: database.db, bus }, { sliceId: otherId, afterId: 0, signal: stop.signal });
    // the lower id is committed after the higher one was seen
    await inTransaction(database.db, async (tx) => {
      await appendEvents(tx, sliceId, [event(1)]);
      await write(otherId, [100], false);
      expect((await take(others, 1)).map(numberOf)).toEqual([100]);
    });
    expect((await got).map(numberOf)).toEqual([1]);
    stop.abort();
    await stream.return(undefined);
    await others.return(undefined);
    await stopPoller();
  });

  test('are for those who may see the slice', async () => {
    const stranger = await insertActor(database.db);
    const options = { sliceId };
    const context = { db: database.db, bus };
    await expect(watchSlice(context, { actor: stranger, ...options })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(watchSlice(context, { actor, ...options, lastEventId: '1 or 1' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
    await write(sliceId, [1]);
    const admin = await insertActor(database.db, 'admin');
    const follow = await watchSlice(context, { actor: admin, ...options, lastEventId: '0' });
    const stream = follow(new AbortController().signal);
    expect(await take(stream, 1)).toHaveLength(1);
    await stream.return(undefined);
  });
});
