import { beforeEach, expect, test } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { availabilityZones } from '#drizzle/schema/catalogue';
import type { Actor } from '#server/domain/context';
import { withBoundedLooks } from '#server/providers/bounded-looks';
import type { Provider } from '#server/providers/provider';
import { createSimulatorProvider } from '#server/providers/simulator/simulator-provider';
import { crashVm, createSimulatorState } from '#server/providers/simulator/simulator-state';
import { testContext } from '#server/testing/context';
import { small } from '#server/testing/drawings';
import { statusOf } from '#server/testing/leaks';
import { carryOut, testProvisioning } from '#server/testing/provisioning';
import { insertActor, insertSlice, simulatedZone } from '#server/testing/rows';

const database = useDatabase();
let actor: Actor;
beforeEach(async () => {
  actor = await insertActor(database.db);
});

/** Some calls to it have no answer, ever. */
function silent(provider: Provider, calls: ReadonlySet<PropertyKey>): Provider {
  return new Proxy(provider, {
    get: (target, name, receiver): unknown =>
      calls.has(name) ? () => new Promise(() => {}) : Reflect.get(target, name, receiver),
  });
}

test('a look that is never answered keeps no deployment from its end', async () => {
  const provider = silent(createSimulatorProvider(), new Set(['observe']));
  const context = testContext(database.db, withBoundedLooks(provider, 5));
  const provisioning = testProvisioning(context);
  provisioning.worker.start();
  // to plan it needs a zone that can be seen
  const seen = testContext(database.db, createSimulatorProvider(), { bus: context.bus });
  const sliceId = await insertSlice(database.db, actor, await simulatedZone(database.db), small);
  expect(await carryOut(seen, actor, sliceId, 'deploy')).toMatchObject({ status: 'succeeded' });
  await provisioning.stop();
});

test('a zone that never answers keeps the reconciler neither from the others nor from its end', async () => {
  const state = createSimulatorState();
  const simulator = createSimulatorProvider({ state });
  const looks = silent(simulator, new Set(['observeMany', 'listSlices', 'removeSlice', 'removeSnapshot']));
  const first = await simulatedZone(database.db);
  const context = testContext(database.db, simulator);
  const inBoth = testContext(database.db, simulator, {
    providers: {
      ...context.providers,
      forZone: async (zone) => (zone.id === first ? withBoundedLooks(looks, 5) : simulator),
    },
  });
  const [{ insertId: second }] = await database.db
    .insert(availabilityZones)
    .values({ name: 'zz', provider: 'simulator', overcommit: { vcpus: 1, ram: 1, disk: 1 } });
  const provisioning = testProvisioning(inBoth, { removeTimeoutMs: 5 });
  provisioning.worker.start();
  const ids = [];
  for (const zoneId of [first, second]) {
    const sliceId = await insertSlice(database.db, actor, zoneId, small);
    await carryOut(inBoth, actor, sliceId, 'deploy');
    for (const vmId of [...(state.slices.get(sliceId)?.vms.keys() ?? [])].slice(0, 1)) crashVm(state, sliceId, vmId);
    ids.push(sliceId);
  }
  await provisioning.reconciler.round();
  expect(await statusOf(database.db, ids[1] ?? 0)).toBe('degraded');
  await provisioning.stop();
});
