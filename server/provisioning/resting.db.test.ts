import { eq, inArray } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { slices, sliceVms } from '#drizzle/schema/slices';
import { createSimulatorProvider } from '#server/providers/simulator/simulator-provider';
import { createSimulatorState } from '#server/providers/simulator/simulator-state';
import { createProvisioning } from './provisioning';
import { testContext } from '#server/testing/context';
import { drawing } from '#server/testing/drawings';
import { carryOut, testProvisioning } from '#server/testing/provisioning';
import { insertActor, insertSlice, simulatedZone } from '#server/testing/rows';

const database = useDatabase();

test('the reconciler does not visit every stopped slice in every round, but each in its turn, and what runs always', async () => {
  const simulator = createSimulatorProvider({ state: createSimulatorState() });
  const visits: number[] = [];
  let calls = 0;
  const provider = {
    ...simulator,
    observeMany: (asked: readonly { id: number }[]) => {
      calls += 1;
      visits.push(...asked.map(({ id }) => id));
      return simulator.observeMany(asked);
    },
  };
  const provisioning = createProvisioning(testContext(database.db, provider));
  const actor = await insertActor(database.db);
  const zoneId = await simulatedZone(database.db);
  const make = async (count: number, status: 'stopped' | 'degraded') => {
    const ids: number[] = [];
    for (let n = 0; n < count; n += 1)
      ids.push(await insertSlice(database.db, actor, zoneId, drawing({ vms: ['web'], edges: [] })));
    await database.db.update(slices).set({ status }).where(inArray(slices.id, ids));
    return ids;
  };
  // nothing is observed of either, as of a slice whose every VM is missing
  const [resting, moving] = [await make(12, 'stopped'), await make(3, 'degraded')];
  const round = async () => {
    visits.length = 0;
    calls = 0;
    await provisioning.reconciler.round();
    // however many slices a zone has
    expect(calls).toBe(1);
    return { moving: visits.filter((id) => moving.includes(id)), resting: visits.filter((id) => resting.includes(id)) };
  };
  const seen = new Set<number>();
  for (let n = 0; n < 3; n += 1) {
    const visited = await round();
    expect(visited.moving).toEqual(moving);
    expect(visited.resting.length).toBeLessThanOrEqual(5);
    for (const id of visited.resting) seen.add(id);
    // what is found there may change their statuses: they go on as they were
    await database.db.update(slices).set({ status: 'stopped' }).where(inArray(slices.id, resting));
    await database.db.update(slices).set({ status: 'degraded' }).where(inArray(slices.id, moving));
  }
  expect([...seen]).toEqual(resting);
  await provisioning.stop();
});

test('a zone that has thousands of slices is not compared whole in every round, and what is left over in it goes all the same', async () => {
  const state = createSimulatorState();
  const simulator = createSimulatorProvider({ state });
  let listings = 0;
  let left: number[] = [];
  const removed: number[] = [];
  const provider = {
    ...simulator,
    listSlices: () => {
      listings += 1;
      return Promise.resolve([...left]);
    },
    removeSlice: ({ id }: { id: number }) => {
      removed.push(id);
      left = left.filter((one) => one !== id);
      return Promise.resolve();
    },
  };
  const provisioning = createProvisioning(testContext(database.db, provider));
  const actor = await insertActor(database.db);
  const zoneId = await simulatedZone(database.db);
  const id = await insertSlice(database.db, actor, zoneId, drawing({ vms: ['web'], edges: [] }));
  // a draft has nothing: this one was left by a server that ended
  left = [id, ...Array.from({ length: 1_200 }, (_, n) => 1_000_000 + n)];
  for (let round = 0; round < 3; round += 1) await provisioning.reconciler.round();
  expect({ listings, removed }).toEqual({ listings: 1, removed: [id] });
  await provisioning.reconciler.round();
  expect(listings).toBe(2);
  await provisioning.stop();
});

test('the reconciler locked every slice that it visited: where all is as the rows say, only the time is written', async () => {
  const context = testContext(database.db, createSimulatorProvider({ state: createSimulatorState() }));
  const provisioning = testProvisioning(context);
  const actor = await insertActor(database.db);
  const zoneId = await simulatedZone(database.db);
  const id = await insertSlice(database.db, actor, zoneId, drawing({ vms: ['web', 'db'], edges: [['web', 'db']] }));
  provisioning.worker.start();
  expect(await carryOut(context, actor, id, 'deploy')).toMatchObject({ status: 'succeeded' });
  const long = new Date('2026-01-01T00:00:00.000Z');
  await database.db.update(sliceVms).set({ observedAt: long });
  await database.db.transaction(async (tx) => {
    await tx.select().from(slices).where(eq(slices.id, id)).for('update');
    await provisioning.reconciler.round();
    const vms = await database.db.select().from(sliceVms).where(eq(sliceVms.sliceId, id));
    expect(vms.map((vm) => vm.observedAt?.getTime() ?? 0)).not.toContain(long.getTime());
  });
  await provisioning.stop();
});
