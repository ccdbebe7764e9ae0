import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { auditLog } from '#drizzle/schema/audit';
import { availabilityZones, images } from '#drizzle/schema/catalogue';
import { countDone } from '#shared/deployment/progress';
import { sliceEdges, sliceNetworks, slices, sliceVms } from '#drizzle/schema/slices';
import { cancelDeployment } from '#server/domain/deployments/cancel';
import { planDeployment } from '#server/domain/deployments/plan';
import { retryDeployment } from '#server/domain/deployments/retry';
import { startDeployment } from '#server/domain/deployments/start';
import type { Actor, DomainContext } from '#server/domain/context';
import { getDeployment } from '#server/domain/deployments/read-deployments';
import { wholeSlice } from '#server/domain/slices/read-slices';
import { readEvents } from '#server/events/stream';
import { only } from '#server/db/rows';
import { createSimulatorProvider } from '#server/providers/simulator/simulator-provider';
import {
  crashVm,
  createSimulatorState,
  newSlice,
  type SimulatorState,
} from '#server/providers/simulator/simulator-state';
import type { Provisioning } from './provisioning';
import { testContext } from '#server/testing/context';
import { drawing, small } from '#server/testing/drawings';
import { carryOut, ended, testProvisioning, until } from '#server/testing/provisioning';
import { insertActor, insertSlice, simulatedZone } from '#server/testing/rows';

const database = useDatabase();
let state: SimulatorState;
let context: DomainContext;
let provisioning: Provisioning;
let actor: Actor;
let zoneId: number;

beforeEach(async () => {
  state = createSimulatorState();
  context = testContext(database.db, createSimulatorProvider({ state, launchLimit: 4 }));
  provisioning = testProvisioning(context);
  provisioning.worker.start();
  actor = await insertActor(database.db);
  zoneId = await simulatedZone(database.db);
});
afterEach(async () => {
  await provisioning.stop();
});

const sliceRow = async (id: number) => only(await database.db.select().from(slices).where(eq(slices.id, id)), 'slice');
const vmRows = (id: number) => database.db.select().from(sliceVms).where(eq(sliceVms.sliceId, id));
const edgeRows = (id: number) => database.db.select().from(sliceEdges).where(eq(sliceEdges.sliceId, id));
const run = (sliceId: number, kind: 'deploy' | 'start' | 'stop' | 'reboot' | 'destroy', vmId?: number) =>
  carryOut(context, actor, sliceId, kind, vmId);

describe('a slice', () => {
  test('is deployed: every VM runs, every link is up, rows and events say so', async () => {
    const sliceId = await insertSlice(database.db, actor, zoneId);
    const deployment = await run(sliceId, 'deploy');
    expect(deployment).toMatchObject({ status: 'succeeded', error: null, stepsDone: deployment.stepsTotal });
    expect(deployment.steps.every((step) => step.status === 'done' && step.attempts === 1)).toBe(true);
    expect(await sliceRow(sliceId)).toMatchObject({ status: 'active' });
    const vms = await vmRows(sliceId);
    expect(vms.map((vm) => [vm.status, vm.desired])).toEqual(vms.map(() => ['running', 'running']));
    expect(vms.every((vm) => vm.observedAt !== null && vm.forwards[0]?.hostPort !== null)).toBe(true);
    expect((await edgeRows(sliceId)).map((edge) => edge.status)).toEqual(['up', 'up', 'up', 'up']);
    expect(state.slices.get(sliceId)?.vms.size).toBe(3);
    const events = await readEvents(database.db, sliceId, 0, 1000);
    expect(events.at(0)?.data).toMatchObject({ type: 'deployment.status', status: 'pending' });
    expect(events.map((event) => event.data)).toContainEqual({ type: 'slice.status', status: 'active' });
    const done = events.filter((event) => event.data.type === 'step.status' && event.data.status === 'done');
    expect(done).toHaveLength(deployment.stepsTotal);
    const [image] = await database.db.select().from(images).where(eq(images.id, 1));
    expect(image?.sizeMb).toBe(16);
    const deeds = await database.db.select().from(auditLog);
    expect(deeds).toMatchObject([
      { action: 'deployments.start', objectId: sliceId, userId: actor.userId },
      { action: 'deployments.end', objectId: sliceId, userId: actor.userId },
    ]);
  });

  test('was looked at twice at the end of its deployment: one look says what is gone and what there is', async () => {
    const simulator = createSimulatorProvider({ state });
    let looks = 0;
    const counted = testContext(database.db, {
      ...simulator,
      observe: (slice) => {
        looks += 1;
        return simulator.observe(slice);
      },
    });
    // so that there is no look while it is under way
    const hour = 3_600_000;
    const own = testProvisioning(counted, { observeSettleMs: hour, observeEveryMs: hour });
    const sliceId = await insertSlice(database.db, actor, zoneId);
    await provisioning.stop();
    const { id } = await startDeployment(counted, { actor, sliceId, kind: 'deploy' });
    looks = 0;
    own.worker.start();
    expect(await ended(counted, actor, sliceId, id)).toMatchObject({ status: 'succeeded' });
    await own.stop();
    expect(looks).toBe(1);
    expect(await sliceRow(sliceId)).toMatchObject({ status: 'active' });
  });

  test('stops, starts, reboots and is destroyed without leftovers', async () => {
    const sliceId = await insertSlice(database.db, actor, zoneId);
    await run(sliceId, 'deploy');
    expect(await run(sliceId, 'stop')).toMatchObject({ status: 'succeeded', stepsTotal: 3 });
    expect(await sliceRow(sliceId)).toMatchObject({ status: 'stopped' });
    expect((await vmRows(sliceId)).map((vm) => vm.status)).toEqual(['stopped', 'stopped', 'stopped']);
    await run(sliceId, 'start');
    expect(await sliceRow(sliceId)).toMatchObject({ status: 'active' });
    expect((await edgeRows(sliceId)).every((edge) => edge.status === 'up')).toBe(true);
    await run(sliceId, 'reboot');
    const boots = [...(state.slices.get(sliceId)?.vms.values() ?? [])].map((vm) => vm.boot);
    expect(boots).toEqual([3, 3, 3]);
    expect(await sliceRow(sliceId)).toMatchObject({ status: 'active' });

    const destroyed = await run(sliceId, 'destroy');
    expect(destroyed).toMatchObject({ status: 'succeeded' });
    expect(state.slices.size).toBe(0);
    expect(state.usedPorts.size).toBe(0);
    const row = await sliceRow(sliceId);
    expect(row).toMatchObject({ status: 'destroyed', liveKey: null });
    expect(row.deletedAt).not.toBeNull();
    expect((await vmRows(sliceId)).every((vm) => vm.status === 'absent' && vm.desired === 'absent')).toBe(true);
    expect((await edgeRows(sliceId)).every((edge) => edge.status === 'absent')).toBe(true);
    const networks = await database.db.select().from(sliceNetworks).where(eq(sliceNetworks.sliceId, sliceId));
    expect(networks.every((network) => network.status === 'absent')).toBe(true);
    // twice is no error: it is what was asked for
    expect(await startDeployment(context, { actor, sliceId, kind: 'destroy' })).toMatchObject({ id: destroyed.id });
  });

  test('has single VMs stopped, started and rebooted', async () => {
    const sliceId = await insertSlice(database.db, actor, zoneId);
    await run(sliceId, 'deploy');
    const [a] = await vmRows(sliceId);
    if (!a) throw new Error('no VM');
    expect(await run(sliceId, 'stop', a.id)).toMatchObject({ status: 'succeeded', stepsTotal: 1, vmId: a.id });
    expect((await vmRows(sliceId)).map((vm) => vm.status)).toEqual(['stopped', 'running', 'running']);
    expect(await sliceRow(sliceId)).toMatchObject({ status: 'active' });
    await run(sliceId, 'start', a.id);
    expect((await vmRows(sliceId)).map((vm) => vm.status)).toEqual(['running', 'running', 'running']);
    await run(sliceId, 'reboot', a.id);
    const boots = [...(state.slices.get(sliceId)?.vms.values() ?? [])].map((vm) => vm.boot);
    expect(boots).toEqual([3, 1, 1]);
  });

  test('an empty one is deployed and destroyed too', async () => {
    const sliceId = await insertSlice(database.db, actor, zoneId, drawing({ vms: [] }));
    expect(await run(sliceId, 'deploy')).toMatchObject({ status: 'succeeded', stepsTotal: 0 });
    expect(await sliceRow(sliceId)).toMatchObject({ status: 'active' });
    expect(await run(sliceId, 'destroy')).toMatchObject({ status: 'succeeded' });
  });
});

describe('what fails', () => {
  test('is said in a sentence; the retry does the rest; each VM is there once', async () => {
    const sliceId = await insertSlice(database.db, actor, zoneId, drawing({ vms: ['a', 'fail-start', 'b'] }));
    const failed = await run(sliceId, 'deploy');
    expect(failed.status).toBe('failed');
    expect(failed.error).toMatch(/^VM fail-start could not be started: .+\. Retry or destroy the slice\.$/);
    expect(await sliceRow(sliceId)).toMatchObject({ status: 'failed' });
    const step = failed.steps.find((one) => one.key === 'vm:fail-start/start');
    expect(step).toMatchObject({ status: 'failed', attempts: 3, error: failed.error });
    // for readers of other languages, in all places where it is shown
    const sentences = [
      { code: 'VM_NOT_STARTED', params: { label: 'fail-start' } },
      { code: 'VM_ENDED_STARTING' },
      { code: 'RETRY_OR_DESTROY' },
    ];
    expect(failed.sentences).toEqual(sentences);
    expect(step?.sentences).toEqual(sentences);
    const { vmList } = await wholeSlice(database.db, { actor, id: sliceId });
    expect(vmList.find((vm) => vm.name === 'fail-start')).toMatchObject({
      error: 'The virtual machine ended while it was starting.',
      sentences: [{ code: 'VM_ENDED_STARTING' }],
    });

    await database.db.update(sliceVms).set({ name: 'now-fine' }).where(eq(sliceVms.name, 'fail-start'));
    for (const vm of state.slices.get(sliceId)?.vms.values() ?? [])
      if (vm.spec.name === 'fail-start') vm.spec = { ...vm.spec, name: 'now-fine' };
    const { id } = await retryDeployment(context, { actor, id: failed.id });
    const retried = await ended(context, actor, sliceId, id);
    expect(retried.status).toBe('succeeded');
    expect(retried.steps.map((one) => one.action)).not.toContain('create');
    expect(await sliceRow(sliceId)).toMatchObject({ status: 'active' });
    expect([...(state.slices.get(sliceId)?.vms.values() ?? [])].map((vm) => vm.boot)).toEqual([1, 1, 1]);
    await expect(retryDeployment(context, { actor, id: failed.id })).rejects.toMatchObject({
      code: 'INVALID_TRANSITION',
    });
  });

  test('is tried again where that can help', async () => {
    const names = ['fail-once-start', 'fail-once-stop', 'fail-remove-once'];
    const sliceId = await insertSlice(database.db, actor, zoneId, drawing({ vms: names }));
    const deployed = await run(sliceId, 'deploy');
    expect(deployed.status).toBe('succeeded');
    expect(deployed.steps.find((step) => step.key === 'vm:fail-once-start/start')?.attempts).toBe(2);
    expect(await run(sliceId, 'stop')).toMatchObject({ status: 'succeeded' });
    expect(await run(sliceId, 'destroy')).toMatchObject({ status: 'succeeded' });
    expect(state.slices.size).toBe(0);
  });

  test('leaves a slice that can be destroyed', async () => {
    const sliceId = await insertSlice(database.db, actor, zoneId, drawing({ vms: ['a', 'fail-define'] }));
    const failed = await run(sliceId, 'deploy');
    expect(failed).toMatchObject({ status: 'failed' });
    expect(failed.error).toContain('VM fail-define could not be created: The zone has no room');
    expect(failed.steps.every((step) => ['done', 'failed', 'skipped'].includes(step.status))).toBe(true);
    // what was left out is not told as done
    expect(failed.stepsDone).toBe(countDone(failed.steps));
    expect((await wholeSlice(database.db, { actor, id: sliceId })).deployment?.stepsDone).toBe(failed.stepsDone);
    expect(await run(sliceId, 'destroy')).toMatchObject({ status: 'succeeded' });
    expect(state.slices.size).toBe(0);
  });
});

describe('cancelling', () => {
  /** Begins an operation that hangs in the boot of the VM `slow-start`. */
  async function hang(sliceId: number, kind: 'deploy' | 'start') {
    await provisioning.stop();
    context = testContext(database.db, createSimulatorProvider({ state, delays: { slowBoot: 60_000 } }));
    provisioning = testProvisioning(context);
    provisioning.worker.start();
    const { id } = await startDeployment(context, { actor, sliceId, kind });
    const running = (key: string) => async () => {
      const { steps } = await getDeployment(context, { actor, id });
      return steps.find((step) => step.key === key)?.status === 'running';
    };
    await until(context, sliceId, running('vm:slow-start/start'));
    // seen while it boots, though no step ends meanwhile
    await until(context, sliceId, async () =>
      (await vmRows(sliceId)).some((vm) => vm.name === 'slow-start' && vm.status === 'starting'),
    );
    return id;
  }
  const pair = drawing({ vms: ['a', 'slow-start'], edges: [['a', 'slow-start']] });

  test('links were up while a guest that they join was still booting: they are down until both run', async () => {
    const sliceId = await insertSlice(database.db, actor, zoneId, pair);
    await hang(sliceId, 'deploy');
    await until(context, sliceId, async () =>
      (await vmRows(sliceId)).every((vm) => vm.status === (vm.name === 'a' ? 'running' : 'starting')),
    );
    const [zone] = await database.db.select().from(availabilityZones);
    if (zone === undefined) throw new Error('no zone');
    const provider = await context.providers.forZone(zone);
    // the NICs have carrier
    expect((await provider.observe({ id: sliceId })).edges.map((edge) => edge.status)).toEqual(['up']);
    expect((await edgeRows(sliceId)).map((edge) => edge.status)).toEqual(['down']);
    for (const vm of state.slices.get(sliceId)?.vms.values() ?? []) vm.readyAt = 0;
    await until(context, sliceId, async () => (await edgeRows(sliceId)).every((edge) => edge.status === 'up'));
    // its history never says it otherwise
    const booted = new Set<number>();
    for (const { data } of await readEvents(database.db, sliceId, 0, 1000)) {
      if (data.type === 'vm.status' && data.status === 'running') booted.add(data.vmId);
      if (data.type === 'edge.status' && data.status === 'up') expect(booted.size).toBe(2);
    }
  });

  test('takes back what was done and leaves a draft', async () => {
    const sliceId = await insertSlice(database.db, actor, zoneId, pair);
    const id = await hang(sliceId, 'deploy');
    expect(await cancelDeployment(context, { actor, id })).toMatchObject({ cancelRequested: true });
    const cancelled = await ended(context, actor, sliceId, id);
    expect(cancelled).toMatchObject({ status: 'cancelled', error: null });
    expect(cancelled.steps.filter((step) => step.resource === 'vm').map((step) => step.status)).toEqual([
      'undone',
      'undone',
      'undone',
      'undone',
    ]);
    expect(state.slices.size).toBe(0);
    expect(await sliceRow(sliceId)).toMatchObject({ status: 'draft' });
    expect((await vmRows(sliceId)).every((vm) => vm.desired === 'absent' && vm.status === 'absent')).toBe(true);
    await expect(cancelDeployment(context, { actor, id })).rejects.toMatchObject({
      code: 'INVALID_TRANSITION',
    });
  });

  test('a destroy takes over at once and waits for nobody', async () => {
    const sliceId = await insertSlice(database.db, actor, zoneId, pair);
    const id = await hang(sliceId, 'deploy');
    const destroy = await startDeployment(context, { actor, sliceId, kind: 'destroy' });
    expect(destroy.status).toBe('queued');
    expect(await sliceRow(sliceId)).toMatchObject({ status: 'destroying' });
    // asked again while it is under way: the same one
    expect(await startDeployment(context, { actor, sliceId, kind: 'destroy' })).toMatchObject({ id: destroy.id });
    expect(await ended(context, actor, sliceId, destroy.id)).toMatchObject({ status: 'succeeded' });
    expect(await ended(context, actor, sliceId, id)).toMatchObject({ status: 'cancelled' });
    expect(await sliceRow(sliceId)).toMatchObject({ status: 'destroyed' });
    expect(state.slices.size).toBe(0);
  });

  test('a destroy does not wait for an image that never comes', async () => {
    await provisioning.stop();
    const provider = createSimulatorProvider({ state, launchLimit: 4 });
    provider.ensureImage = () => new Promise<never>(() => {});
    context = testContext(database.db, provider);
    provisioning = testProvisioning(context);
    provisioning.worker.start();
    const sliceId = await insertSlice(database.db, actor, zoneId, pair);
    const { id } = await startDeployment(context, { actor, sliceId, kind: 'deploy' });
    await until(context, sliceId, async () => {
      const { steps } = await getDeployment(context, { actor, id });
      return steps.some((step) => step.resource === 'image' && step.status === 'running');
    });
    const destroy = await startDeployment(context, { actor, sliceId, kind: 'destroy' });
    expect(await ended(context, actor, sliceId, destroy.id)).toMatchObject({ status: 'succeeded' });
    expect(await sliceRow(sliceId)).toMatchObject({ status: 'destroyed' });
  });

  test('a start puts back what was stopped, and wants it so', async () => {
    const sliceId = await insertSlice(database.db, actor, zoneId, pair);
    await run(sliceId, 'deploy');
    await run(sliceId, 'stop');
    const id = await hang(sliceId, 'start');
    await cancelDeployment(context, { actor, id });
    expect(await ended(context, actor, sliceId, id)).toMatchObject({ status: 'cancelled' });
    expect(await sliceRow(sliceId)).toMatchObject({ status: 'stopped' });
    expect((await vmRows(sliceId)).map((vm) => [vm.desired, vm.status])).toEqual([
      ['stopped', 'stopped'],
      ['stopped', 'stopped'],
    ]);
  });

  test('a deploy that repairs forgets nothing that was there before', async () => {
    const sliceId = await insertSlice(database.db, actor, zoneId, pair);
    await run(sliceId, 'deploy');
    const slow = (await vmRows(sliceId)).find((vm) => vm.name === 'slow-start');
    crashVm(state, sliceId, slow?.id ?? 0);
    await provisioning.reconciler.round();
    expect(await sliceRow(sliceId)).toMatchObject({ status: 'degraded' });
    const id = await hang(sliceId, 'deploy');
    await cancelDeployment(context, { actor, id });
    expect(await ended(context, actor, sliceId, id)).toMatchObject({ status: 'cancelled' });
    expect(await sliceRow(sliceId)).toMatchObject({ status: 'degraded' });
    expect((await vmRows(sliceId)).map((vm) => [vm.desired, vm.status])).toEqual([
      ['running', 'running'],
      ['running', 'stopped'],
    ]);
  });
});

describe('starting', () => {
  test('is refused while busy, from the wrong status, for strangers, and once per key', async () => {
    await provisioning.stop();
    const sliceId = await insertSlice(database.db, actor, zoneId, small);
    await expect(startDeployment(context, { actor, sliceId, kind: 'reboot' })).rejects.toMatchObject({
      code: 'INVALID_TRANSITION',
    });
    const first = await startDeployment(context, { actor, sliceId, kind: 'deploy', idempotencyKey: 'only-once' });
    const again = await startDeployment(context, { actor, sliceId, kind: 'deploy', idempotencyKey: 'only-once' });
    expect(again.id).toBe(first.id);
    await expect(startDeployment(context, { actor, sliceId, kind: 'deploy' })).rejects.toMatchObject({
      code: 'INVALID_TRANSITION',
    });
    const stranger = await insertActor(database.db);
    const admin = await insertActor(database.db, 'admin');
    for (const attempt of [
      () => planDeployment(context, { actor: stranger, sliceId, kind: 'destroy' }),
      () => startDeployment(context, { actor: stranger, sliceId, kind: 'destroy' }),
      () => cancelDeployment(context, { actor: stranger, id: first.id }),
      () => retryDeployment(context, { actor: stranger, id: first.id }),
    ])
      await expect(attempt()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await planDeployment(context, { actor: admin, sliceId, kind: 'destroy' })).toMatchObject({ runnable: true });
    const other = await insertSlice(database.db, actor, zoneId, small);
    const [foreignVm] = await vmRows(other);
    await expect(planDeployment(context, { actor, sliceId, kind: 'stop', vmId: foreignVm?.id })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  test('two deploys race for the last space: one gets it, the other is told what lacks', async () => {
    await simulatedZone(database.db, { vcpus: 5 });
    const ids = [await insertSlice(database.db, actor, zoneId), await insertSlice(database.db, actor, zoneId)];
    const results = await Promise.allSettled(
      ids.map((sliceId) => startDeployment(context, { actor, sliceId, kind: 'deploy' })),
    );
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    const refused = results.find((result) => result.status === 'rejected');
    expect(refused?.reason).toMatchObject({
      code: 'PLAN_NOT_RUNNABLE',
      problems: [{ code: 'NO_CAPACITY', field: 'vcpus', params: { needs: 3, free: 2, lacking: 1 } }],
    });
    const winner = ids.find((_, index) => results[index]?.status === 'fulfilled') ?? 0;
    await until(context, winner, async () => (await sliceRow(winner)).status === 'active');
    expect(await run(winner, 'destroy')).toMatchObject({ status: 'succeeded' });
    // its space is free again
    const loser = ids.find((id) => id !== winner) ?? 0;
    expect(await run(loser, 'deploy')).toMatchObject({ status: 'succeeded' });
  });
});

describe('the reconciler', () => {
  test('sees a VM that died, says what drifted, and a deploy brings it back', async () => {
    const sliceId = await insertSlice(database.db, actor, zoneId);
    await run(sliceId, 'deploy');
    provisioning.reconciler.start();
    await provisioning.reconciler.round();
    const [vm] = await vmRows(sliceId);
    if (!vm) throw new Error('no VM');
    crashVm(state, sliceId, vm.id);
    await until(context, sliceId, async () => (await sliceRow(sliceId)).status === 'degraded');
    expect((await vmRows(sliceId))[0]).toMatchObject({ status: 'failed', desired: 'running' });
    const events = await readEvents(database.db, sliceId, 0, 1000);
    expect(events.map((event) => event.data)).toContainEqual({ type: 'slice.drift', drifted: ['a'] });
    const repaired = await run(sliceId, 'deploy');
    expect(repaired).toMatchObject({ status: 'succeeded' });
    expect(repaired.steps.filter((step) => step.resource === 'vm').map((step) => step.key)).toEqual(['vm:a/start']);
    expect(await sliceRow(sliceId)).toMatchObject({ status: 'active' });
  });

  test('says unknown, not stopped, when the provider cannot be asked, and finds back', async () => {
    const sliceId = await insertSlice(database.db, actor, zoneId);
    await run(sliceId, 'deploy');
    const { providers } = context;
    context.providers = { ...context.providers, forZone: () => Promise.reject(new Error('gone')) };
    const blind = testProvisioning(context);
    await blind.reconciler.round();
    expect((await vmRows(sliceId)).map((vm) => vm.status)).toEqual(['unknown', 'unknown', 'unknown']);
    expect(await sliceRow(sliceId)).toMatchObject({ status: 'degraded' });
    await blind.stop();
    context.providers = providers;
    await provisioning.reconciler.round();
    expect(await sliceRow(sliceId)).toMatchObject({ status: 'active' });
  });

  test('removes what is left of slices that are gone, and leaves what it does not know', async () => {
    const destroyed = await insertSlice(database.db, actor, zoneId);
    const draft = await insertSlice(database.db, actor, zoneId);
    await run(destroyed, 'deploy');
    const leftovers = state.slices.get(destroyed);
    if (!leftovers) throw new Error('not deployed');
    await run(destroyed, 'destroy');
    state.slices.set(destroyed, leftovers);
    state.slices.set(draft, { ...newSlice(), networks: new Map([[1, new Set()]]) });
    state.slices.set(999_999, { ...newSlice(), networks: new Map([[1, new Set()]]) });
    await provisioning.reconciler.round();
    expect([...state.slices.keys()]).toEqual([999_999]);
  });
});

test.each(['start', 'deploy'] as const)(
  'a network that died left its slice active, with nothing to be done about it: degraded, and %s repairs it',
  async (kind) => {
    const sliceId = await insertSlice(database.db, actor, zoneId, small);
    await carryOut(context, actor, sliceId, 'deploy');
    const statusNow = async () =>
      only(await database.db.select().from(slices).where(eq(slices.id, sliceId)), 'the slice').status;
    expect(await statusNow()).toBe('active');
    state.slices.get(sliceId)?.networks.clear();
    await provisioning.reconciler.round();
    expect(await statusNow()).toBe('degraded');
    const repair = await carryOut(context, actor, sliceId, kind);
    expect(repair).toMatchObject({ status: 'succeeded' });
    expect(repair.steps.map((step) => step.key)).toEqual([
      'network:lan/create',
      'edge:a–lan/connect',
      'edge:c–lan/connect',
    ]);
    expect(await statusNow()).toBe('active');
  },
);

test('one bad VM kept its neighbours from starting: what can start does, and all that cannot is named', async () => {
  const topology = drawing({
    vms: ['a', 'fail-define', 'b', 'fail-start'],
    edges: [
      ['a', 'fail-define'],
      ['a', 'b'],
      ['b', 'fail-start'],
    ],
  });
  const sliceId = await insertSlice(database.db, actor, zoneId, topology);
  const failed = await carryOut(context, actor, sliceId, 'deploy');
  expect(failed.status).toBe('failed');
  expect(failed.error).toMatch(/VM fail-define could not be created: .+VM fail-start could not be started: .+slice\.$/);
  const rows = await vmRows(sliceId);
  expect(Object.fromEntries(rows.map((vm) => [vm.name, vm.status]))).toMatchObject({ a: 'running', b: 'running' });
});
