import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { deployments } from '#drizzle/schema/deployments';
import { slices, sliceVms } from '#drizzle/schema/slices';
import { quotas } from '#drizzle/schema/users';
import type { Actor, DomainContext } from '#server/domain/context';
import { planDeployment } from '#server/domain/deployments/plan';
import { setHeal } from '#server/domain/heal/heal';
import { wholeSlice } from '#server/domain/slices/read-slices';
import { readEvents } from '#server/events/stream';
import { silentLogger } from '#server/lib/logger';
import { createSimulatorProvider } from '#server/providers/simulator/simulator-provider';
import { crashVm, spoil, createSimulatorState, type SimulatorState } from '#server/providers/simulator/simulator-state';
import { testContext } from '#server/testing/context';
import { drawing, small } from '#server/testing/drawings';
import { carryOut, ended, testOptions, testProvisioning, until } from '#server/testing/provisioning';
import { insertActor, insertSlice, simulatedZone } from '#server/testing/rows';
import { createProvisioning, type Provisioning } from './provisioning';

const database = useDatabase();
let state: SimulatorState;
let context: DomainContext;
let provisioning: Provisioning;
let actor: Actor;
let sliceId: number;
const pace = { backoffMs: 1, limit: 3, stableMs: 3_600_000 };

async function deployed(names?: readonly string[]) {
  const zoneId = await simulatedZone(database.db);
  sliceId = await insertSlice(database.db, actor, zoneId, names === undefined ? small : drawing({ vms: names }));
  await carryOut(context, actor, sliceId, 'deploy');
}
beforeEach(async () => {
  state = createSimulatorState();
  context = testContext(database.db, createSimulatorProvider({ state }));
  provisioning = testProvisioning(context, { heal: pace });
  provisioning.worker.start();
  actor = await insertActor(database.db);
});
afterEach(async () => {
  await provisioning.stop();
});

const whole = () => wholeSlice(database.db, { actor, id: sliceId });
const simulated = () => {
  const slice = state.slices.get(sliceId);
  if (slice === undefined) throw new Error('no slice');
  return slice;
};
const idOf = (name: string) => [...simulated().vms.values()].find(({ spec }) => spec.name === name)?.spec.id ?? 0;
const drifts = async () =>
  (await whole()).drift.map(({ sentences, observedAt }) => [sentences?.[0]?.code, observedAt !== null]);
const heals = () => database.db.select().from(deployments).where(eq(deployments.kind, 'heal'));

describe('what drifts', () => {
  test('is named part by part with the time of the observation, and healed by one operation', async () => {
    await deployed();
    expect((await whole()).drift).toEqual([]);
    crashVm(state, sliceId, idOf('a'));
    simulated().vms.delete(idOf('b'));
    simulated().networks.clear();
    await provisioning.reconciler.round();
    const { status, drift } = await whole();
    expect(status).toBe('degraded');
    expect(drift.map(({ resource, message, observedAt }) => [resource, message, typeof observedAt])).toEqual([
      ['vm', 'VM a has failed.', 'string'],
      ['vm', 'VM b is not there.', 'string'],
      ['network', 'Network lan is not there.', 'string'],
    ]);
    // reported only: nothing is done by itself
    await provisioning.reconciler.round();
    expect(await heals()).toEqual([]);

    const plan = await planDeployment(context, { actor, sliceId, kind: 'heal' });
    const healed = await carryOut(context, actor, sliceId, 'heal');
    expect(healed).toMatchObject({ status: 'succeeded', because: null });
    expect(healed.steps.map(({ key }) => key)).toEqual(plan.steps.map(({ key }) => key));
    expect(healed.steps.map(({ key }) => key)).not.toContain('vm:c/start');
    expect(await whole()).toMatchObject({ status: 'active', drift: [] });
    expect([...simulated().vms.values()].every(({ power }) => power === 'on')).toBe(true);
  });

  test('an image that is gone is told of VMs that run and that are stopped, and brought back by a heal', async () => {
    await deployed();
    await carryOut(context, actor, sliceId, 'stop', idOf('c'));
    for (const name of ['a', 'c']) spoil(state, sliceId, idOf(name), { lacksImage: true });
    await provisioning.reconciler.round();
    const { status, drift } = await whole();
    expect(status).toBe('degraded');
    expect(drift.map(({ resource, message, observedAt }) => [resource, message, typeof observedAt])).toEqual(
      ['a', 'c'].map((name) => ['vm', expect.stringContaining(`of VM ${name} is not in the zone any more`), 'string']),
    );
    const healed = await carryOut(context, actor, sliceId, 'heal');
    expect(healed).toMatchObject({ status: 'succeeded' });
    expect(healed.steps.map(({ key }) => key)).toEqual(['image:tiny/prepare']);
    // what runs ran on, and what was stopped stayed so
    expect(['a', 'b', 'c'].map((name) => simulated().vms.get(idOf(name))).map((vm) => [vm?.power, vm?.boot])).toEqual([
      ['on', 1],
      ['on', 1],
      ['off', 1],
    ]);
    expect(await whole()).toMatchObject({ status: 'active', drift: [] });
  });

  test('a process that is not ours is told of and left alone, and heals nothing by itself in vain', async () => {
    await deployed();
    await setHeal(context, { actor, slice: { id: sliceId, driftPolicy: 'heal' } });
    spoil(state, sliceId, idOf('b'), { intruder: 'bash' });
    for (let round = 0; round < 3; round++) await provisioning.reconciler.round();
    expect(await whole()).toMatchObject({
      status: 'degraded',
      healGaveUpAt: null,
      drift: [
        { resource: 'vm', id: idOf('b'), sentences: [{ code: 'VM_FOREIGN_PROCESS', params: { program: 'bash' } }] },
      ],
    });
    expect(await heals()).toEqual([]);
    spoil(state, sliceId, idOf('b'), { intruder: null });
    await provisioning.reconciler.round();
    expect(await whole()).toMatchObject({ status: 'active', drift: [] });
  });

  test('leaves stopped what was stopped on purpose', async () => {
    await deployed();
    await carryOut(context, actor, sliceId, 'stop', idOf('c'));
    crashVm(state, sliceId, idOf('a'));
    await provisioning.reconciler.round();
    expect(await drifts()).toEqual([['DRIFT_VM_CRASHED', true]]);
    await carryOut(context, actor, sliceId, 'heal');
    expect([idOf('a'), idOf('c')].map((id) => simulated().vms.get(id)?.power)).toEqual(['on', 'off']);
    expect(await whole()).toMatchObject({ status: 'active', drift: [] });
  });

  test('does not take up what was only changed in the rows: that is for a deploy', async () => {
    await deployed(['a']);
    await database.db.update(sliceVms).set({ ramMb: 777 }).where(eq(sliceVms.sliceId, sliceId));
    crashVm(state, sliceId, idOf('a'));
    await provisioning.reconciler.round();
    const healed = await carryOut(context, actor, sliceId, 'heal');
    expect(healed.steps.map(({ key }) => key)).toEqual(['vm:a/start']);
  });
});

describe('a slice that says so', () => {
  test('is healed by the server, which says that it was it and why', async () => {
    await deployed();
    await setHeal(context, { actor, slice: { id: sliceId, driftPolicy: 'heal' } });
    crashVm(state, sliceId, idOf('a'));
    await provisioning.reconciler.round();
    const [row] = await heals();
    if (row === undefined) throw new Error('nothing was begun');
    expect(row).toMatchObject({ because: 'slices.set-heal', requestedBy: actor.userId });
    expect(await ended(context, actor, sliceId, row.id)).toMatchObject({ status: 'succeeded' });
    expect(await whole()).toMatchObject({ status: 'active', driftPolicy: 'heal', healGaveUpAt: null, drift: [] });
  });

  test('and whose VM crashes at once is healed as often as may be, and then says that it is not any more', async () => {
    await deployed(['crash-after-start']);
    await setHeal(context, { actor, slice: { id: sliceId, driftPolicy: 'heal' } });
    await until(context, sliceId, async () => {
      await provisioning.reconciler.round();
      return (await whole()).healGaveUpAt !== null;
    });
    expect(await heals()).toHaveLength(pace.limit);
    const events = await readEvents(database.db, sliceId, 0, 1000);
    expect(events.filter(({ data }) => data.type === 'slice.changed' && data.what === 'healGaveUp')).toHaveLength(1);
    for (let round = 0; round < 3; round++) await provisioning.reconciler.round();
    expect(await heals()).toHaveLength(pace.limit);
    expect((await whole()).status).toBe('degraded');
    // who does something about it has the server begin anew
    await carryOut(context, actor, sliceId, 'heal');
    expect((await whole()).healGaveUpAt).toBeNull();
    await database.db.update(slices).set({ driftPolicy: 'report' }).where(eq(slices.id, sliceId));
  });

  test('and cannot even be planned is tried as often as may be, later each time, and not in every round', async () => {
    const warnings: string[] = [];
    const log = { ...silentLogger, warn: (message: string) => void warnings.push(message) };
    await deployed();
    await setHeal(context, { actor, slice: { id: sliceId, driftPolicy: 'heal' } });
    crashVm(state, sliceId, idOf('a'));
    // fewer than it has: none can be started
    await database.db.insert(quotas).values({ userId: actor.userId, runningVms: 2 });
    const own = createProvisioning({ ...context, log }, { ...testOptions, heal: pace });
    await until(context, sliceId, async () => {
      await own.reconciler.round();
      return (await whole()).healGaveUpAt !== null;
    });
    for (let round = 0; round < 3; round++) await own.reconciler.round();
    const refused = 'A slice could not be healed.';
    expect(warnings.filter((message) => message === refused)).toHaveLength(pace.limit);
    expect(await heals()).toEqual([]);
    // somebody has made room and says so
    await database.db.delete(quotas).where(eq(quotas.userId, actor.userId));
    await setHeal(context, { actor, slice: { id: sliceId, driftPolicy: 'heal' } });
    await own.reconciler.round();
    const [row] = await heals();
    expect(await ended(context, actor, sliceId, row?.id ?? 0)).toMatchObject({ status: 'succeeded' });
    await own.stop();
  });

  test('is left alone once it is only to be reported', async () => {
    await deployed(['a']);
    for (const driftPolicy of ['heal', 'report'] as const)
      await setHeal(context, { actor, slice: { id: sliceId, driftPolicy } });
    crashVm(state, sliceId, idOf('a'));
    await provisioning.reconciler.round();
    expect(await heals()).toEqual([]);
    expect(await drifts()).toEqual([['DRIFT_VM_CRASHED', true]]);
  });
});
