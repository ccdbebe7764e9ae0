import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { sliceEdges, sliceNetworks, slices, sliceVms } from '#drizzle/schema/slices';
import { planDeployment } from '#server/domain/deployments/plan';
import type { Actor, DomainContext } from '#server/domain/context';
import { loadSliceModel } from '#server/db/queries/slice-model';
import { appliedEdge, appliedNetwork, appliedVm } from '#server/providers/applied';
import { readEvents } from '#server/events/stream';
import { createSimulatorProvider } from '#server/providers/simulator/simulator-provider';
import { createSimulatorState, type SimulatorState } from '#server/providers/simulator/simulator-state';
import type { Provisioning } from './provisioning';
import { specsOf } from '#server/domain/deployments/specs';
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

/** What is wanted of some VM and some link changes in the rows, as nothing of the domain changes them yet. */
async function changeRows() {
  const { db } = database;
  const { vms, edges } = await loadSliceModel(db, sliceId);
  const [a, b] = vms;
  const edge = edges.find((one) => one.sourceVmId === b?.id);
  if (!a || !b || !edge) throw new Error('another drawing');
  await db.update(sliceVms).set({ ramMb: 777 }).where(eq(sliceVms.id, a.id));
  await db.update(sliceEdges).set({ sourceAddress: '10.99.0.1/30' }).where(eq(sliceEdges.id, edge.id));
  // a deploy begins on what is degraded
  await db.update(slices).set({ status: 'degraded' }).where(eq(slices.id, sliceId));
  return { a, b, edge };
}
const bootOf = (vmId: number) => state.slices.get(sliceId)?.vms.get(vmId)?.boot;

test('a deploy brings what is there to what the rows say, and touches nothing else', async () => {
  const { db } = database;
  await carryOut(context, actor, sliceId, 'deploy');
  const { a, b, edge } = await changeRows();
  const others = (await loadSliceModel(db, sliceId)).vms.filter((vm) => ![a.id, b.id, edge.targetVmId].includes(vm.id));

  const plan = await planDeployment(context, { actor, sliceId, kind: 'deploy' });
  expect(plan.runnable).toBe(true);
  const ended = await carryOut(context, actor, sliceId, 'deploy');
  expect(ended).toMatchObject({ status: 'succeeded', error: null });
  // what was planned is what is kept of it
  expect(ended.steps.map(({ key, update }) => ({ key, update }))).toEqual(
    plan.steps.map(({ key, update }) => ({ key, update })),
  );
  expect(
    plan.steps.flatMap((step) => (step.update ? [[step.resource, step.resourceId, step.update.changes]] : [])),
  ).toEqual([
    ['vm', a.id, [{ property: 'ramMb', effect: 'restart', from: String(a.ramMb), to: '777' }]],
    [
      'edge',
      edge.id,
      [
        {
          property: 'sourceAddress',
          effect: 'restart',
          from: JSON.stringify(edge.sourceAddress),
          to: '"10.99.0.1/30"',
        },
      ],
    ],
  ]);
  expect(state.slices.get(sliceId)?.vms.get(a.id)?.spec.ramMb).toBe(777);
  expect(
    state.slices
      .get(sliceId)
      ?.vms.get(b.id)
      ?.spec.nics.map((nic) => nic.address),
  ).toContain('10.99.0.1/30');
  for (const id of [a.id, b.id, edge.targetVmId ?? 0]) expect(bootOf(id)).toBe(2);
  for (const { id } of others) expect(bootOf(id)).toBe(1);

  await db.update(slices).set({ status: 'degraded' }).where(eq(slices.id, sliceId));
  expect((await planDeployment(context, { actor, sliceId, kind: 'deploy' })).steps).toEqual([]);
});

test('a slice that differs from what was applied is not degraded for it: the plan of a deploy says what is pending', async () => {
  const { db } = database;
  await carryOut(context, actor, sliceId, 'deploy');
  await changeRows();
  await db.update(slices).set({ status: 'active' }).where(eq(slices.id, sliceId));
  const before = (await readEvents(db, sliceId, 0, 1000)).at(-1)?.id ?? 0;
  await provisioning.reconciler.round();
  const [row] = await db.select().from(slices).where(eq(slices.id, sliceId));
  expect(row?.status).toBe('active');
  expect(await readEvents(db, sliceId, before, 1000)).toEqual([]);
  const { steps } = await planDeployment(context, { actor, sliceId, kind: 'deploy' });
  expect(steps.some((step) => step.action === 'update')).toBe(true);
  // what runs goes on as it was applied, also after a restart
  expect(await carryOut(context, actor, sliceId, 'reboot')).toMatchObject({ status: 'succeeded' });
  expect([...(state.slices.get(sliceId)?.vms.values() ?? [])].some((vm) => vm.spec.ramMb === 777)).toBe(false);
  const [after] = await db.select().from(slices).where(eq(slices.id, sliceId));
  expect(after?.status).toBe('active');
});

test('a deploy takes away a link that the rows have no more, and the next one has its NIC', async () => {
  const { db } = database;
  await carryOut(context, actor, sliceId, 'deploy');
  const { edges } = await loadSliceModel(db, sliceId);
  const [edge] = edges;
  if (!edge) throw new Error('no edge');
  const { id: old, applied: _applied, status: _status, ...values } = edge;
  await db.delete(sliceEdges).where(eq(sliceEdges.id, old));
  await db.insert(sliceEdges).values(values);
  await db.update(slices).set({ status: 'degraded' }).where(eq(slices.id, sliceId));
  const ended = await carryOut(context, actor, sliceId, 'deploy');
  expect(ended).toMatchObject({ status: 'succeeded', error: null });
  expect(ended.steps.map((step) => step.action)).toEqual(['disconnect', 'connect']);
  const vm = state.slices.get(sliceId)?.vms.get(edge.sourceVmId);
  expect(vm?.boot).toBe(1);
  expect(vm?.spec.nics.map((nic) => nic.edgeId)).not.toContain(old);
  expect(vm?.spec.nics).toHaveLength(edges.filter((one) => one.sourceVmId === edge.sourceVmId).length);
  expect((await loadSliceModel(db, sliceId)).edges.every((one) => one.status === 'up')).toBe(true);
});

test('what an older version has made is not restarted for that', async () => {
  await carryOut(context, actor, sliceId, 'deploy');
  const made = state.slices.get(sliceId);
  for (const vm of made?.vms.values() ?? []) vm.applied = null;
  made?.applied.networks.clear();
  made?.applied.edges.clear();
  await changeRows();
  expect((await planDeployment(context, { actor, sliceId, kind: 'deploy' })).steps).toEqual([]);
});

test('a server that cannot ask the zone plans the same from what its home has observed', async () => {
  await carryOut(context, actor, sliceId, 'deploy');
  await changeRows();
  const asked = await planDeployment(context, { actor, sliceId, kind: 'deploy' });
  const elsewhere = { ...context, home: { ...context.home, everything: false } };
  const told = await planDeployment(elsewhere, { actor, sliceId, kind: 'deploy' });
  expect(told.steps).toEqual(asked.steps);
  expect(told.steps.some((step) => step.action === 'update')).toBe(true);
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
