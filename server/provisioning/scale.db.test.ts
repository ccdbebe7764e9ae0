import { planDeployment } from '#server/domain/deployments/plan';
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { sliceVms } from '#drizzle/schema/slices';
import { createSimulatorProvider } from '#server/providers/simulator/simulator-provider';
import { createSimulatorState } from '#server/providers/simulator/simulator-state';
import { testContext } from '#server/testing/context';
import { drawing } from '#server/testing/drawings';
import { carryOut } from '#server/testing/provisioning';
import { insertActor, insertSlice, simulatedZone } from '#server/testing/rows';
import { createProvisioning } from './provisioning';

const database = useDatabase();

test('a hundred VMs in a ring come up and go, with the times of production', async () => {
  const state = createSimulatorState();
  const context = testContext(database.db, createSimulatorProvider({ state, launchLimit: 2 }));
  const provisioning = createProvisioning(context);
  const actor = await insertActor(database.db);
  const zoneId = await simulatedZone(database.db);
  const names = Array.from({ length: 100 }, (_, index) => `vm${index}`);
  const ring = drawing({
    vms: names,
    edges: names.map((name, index) => [name, names[(index + 1) % 100] ?? ''] as const),
  });
  const sliceId = await insertSlice(database.db, actor, zoneId, ring);
  const times: Record<string, number> = {};
  const planning = performance.now();
  expect(await planDeployment(context, { actor, sliceId, kind: 'deploy' })).toMatchObject({ runnable: true });
  times['plan'] = Math.round(performance.now() - planning);
  provisioning.worker.start();
  for (const kind of ['deploy', 'stop', 'start', 'destroy'] as const) {
    const began = performance.now();
    // a measurement to read, not to fail by
    const patienceMs = 140_000;
    expect(await carryOut(context, actor, sliceId, kind, undefined, patienceMs)).toMatchObject({
      status: 'succeeded',
    });
    times[kind] = Math.round(performance.now() - began);
  }
  process.stdout.write(`100 VMs, milliseconds of our own: ${JSON.stringify(times)}\n`);
  const rows = await database.db.select().from(sliceVms).where(eq(sliceVms.sliceId, sliceId));
  expect(rows.every((row) => row.status === 'absent')).toBe(true);
  await provisioning.stop();
}, 600_000);
