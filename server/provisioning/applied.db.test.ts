import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { sliceEdges, sliceNetworks, sliceVms } from '#drizzle/schema/slices';
import type { Actor, DomainContext } from '#server/domain/context';
import { loadSliceModel } from '#server/db/queries/slice-model';
import { appliedEdge, appliedNetwork, appliedVm } from '#server/providers/applied';
import { createSimulatorProvider } from '#server/providers/simulator/simulator-provider';
import { createSimulatorState, type SimulatorState } from '#server/providers/simulator/simulator-state';
import type { Provisioning } from './provisioning';
import { specsOf } from './specs';
import { testContext } from '#server/testing/context';
import { carryOut, testProvisioning } from '#server/testing/provisioning';
import { insertActor, insertSlice, simulatedZone } from '#server/testing/rows';

const database = useDatabase();
let state: SimulatorState;
let context: DomainContext;
let provisioning: Provisioning;
let actor: Actor;
let sliceId: number;

beforeEach(async () => {
  state = createSimulatorState();
  context = testContext(database.db, createSimulatorProvider({ state }));
  provisioning = testProvisioning(context);
  provisioning.worker.start();
  actor = await insertActor(database.db);
  sliceId = await insertSlice(database.db, actor, await simulatedZone(database.db));
});
afterEach(async () => {
  await provisioning.stop();
});

test('rows keep what was applied, for servers that cannot ask the provider, until it is gone', async () => {
  const { db } = database;
  await carryOut(context, actor, sliceId, 'deploy');
  const model = await loadSliceModel(db, sliceId);
  const specs = specsOf(model);
  expect(model.vms.map((vm) => vm.applied)).toEqual(
    model.vms.map(({ id }) => {
      const spec = specs.vm(id);
      return spec && appliedVm(spec);
    }),
  );
  expect(model.networks.map((network) => network.applied)).toEqual(
    [...specs.networks.values()].map((spec) => appliedNetwork(spec)),
  );
  expect(model.edges.map((edge) => edge.applied)).toEqual([...specs.edges.values()].map((spec) => appliedEdge(spec)));

  await carryOut(context, actor, sliceId, 'destroy');
  for (const table of [sliceVms, sliceNetworks, sliceEdges]) {
    const rows = await db.select({ applied: table.applied }).from(table).where(eq(table.sliceId, sliceId));
    expect(rows.map(({ applied }) => applied)).toEqual(rows.map(() => null));
  }
});
