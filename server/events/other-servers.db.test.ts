import { expect, onTestFinished, test } from 'vitest';
import { useDatabase } from '#db/testing/database';
import type { Database } from '#server/db/client';
import { watchSlice } from '#server/domain/deployments/watch';
import { renameSlice } from '#server/domain/slices/write-slices';
import { silentLogger } from '#server/lib/logger';
import { createSimulatorProvider } from '#server/providers/simulator/simulator-provider';
import { testContext } from '#server/testing/context';
import { until } from '#server/testing/provisioning';
import { insertActor, insertSlice, simulatedZone } from '#server/testing/rows';
import { lookEveryMs, startPoller } from './poller';

const database = useDatabase();

/** The database, with a count of what is read from it. */
function counted(db: Database): { db: Database; reads: () => number } {
  let reads = 0;
  const proxy = new Proxy(db, {
    get(target, name, receiver) {
      if (name === 'select') reads++;
      return Reflect.get(target, name, receiver) as unknown;
    },
  });
  return { db: proxy, reads: () => reads };
}

/*
 * How soon is not measured by a clock, which a busy machine would stop: the poller, at its own pace, reads once per look; so the
 * bound is counted in looks. At most the one that was under way when the event was committed may miss it.
 */
test('an event of one server reaches a subscriber of another in less than a second: by the first look after it', async () => {
  const provider = createSimulatorProvider();
  const [one, other] = [testContext(database.db, provider), testContext(database.db, provider)];
  const actor = await insertActor(database.db);
  const sliceId = await insertSlice(database.db, actor, await simulatedZone(database.db));
  const looking = counted(database.db);
  const stop = startPoller({ db: looking.db, bus: other.bus, log: silentLogger });
  onTestFinished(stop);

  const follow = await watchSlice(other, { actor, sliceId, lastEventId: null });
  const leaving = new AbortController();
  onTestFinished(() => leaving.abort());
  const stream = follow(leaving.signal);
  const arrives = stream.next();
  // the first look reads twice, and counts what is there as news
  await until(other, sliceId, async () => Promise.resolve(looking.reads() >= 4));
  let heardAt: number | null = null;
  onTestFinished(other.bus.listen(sliceId, () => (heardAt ??= looking.reads())));

  await renameSlice(one, { actor, slice: { id: sliceId, name: 'renamed' } });
  const committedAt = looking.reads();
  const { value } = await arrives;
  expect(value).toMatchObject({ sliceId, data: { type: 'slice.changed', what: 'name', name: 'renamed' } });
  expect((heardAt ?? Number.POSITIVE_INFINITY) - committedAt).toBeLessThanOrEqual(1);
  // until that look begins, and a whole one for what it reads
  expect(2 * lookEveryMs).toBeLessThan(1_000);
});
