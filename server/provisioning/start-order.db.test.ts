import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { availabilityZones } from '#drizzle/schema/catalogue';
import { slices } from '#drizzle/schema/slices';
import type { Deployment } from '#shared/deployment/schema';
import type { Ready, Topology } from '#shared/topology/schema';
import { newestDeployment } from '#server/db/queries/deployments';
import { only } from '#server/db/rows';
import type { Actor, DomainContext } from '#server/domain/context';
import { cancelDeployment } from '#server/domain/deployments/cancel';
import { getDeployment } from '#server/domain/deployments/read-deployments';
import { retryDeployment } from '#server/domain/deployments/retry';
import { startDeployment } from '#server/domain/deployments/start';
import type { Provider } from '#server/providers/provider';
import { createSimulatorProvider } from '#server/providers/simulator/simulator-provider';
import { crashVm, createSimulatorState, type SimulatorState } from '#server/providers/simulator/simulator-state';
import { testContext } from '#server/testing/context';
import { drawing } from '#server/testing/drawings';
import { carryOut, ended, testProvisioning, until } from '#server/testing/provisioning';
import { homeOf, insertActor, insertSlice, simulatedZone } from '#server/testing/rows';
import type { Provisioning } from './provisioning';

const database = useDatabase();
let state: SimulatorState;
let provider: Provider;
let context: DomainContext;
let provisioning: Provisioning;
let actor: Actor;
let zoneId: number;

beforeEach(async () => {
  state = createSimulatorState();
  // one at a time boots: who waits for a VM to become ready must not keep others from booting
  provider = createSimulatorProvider({ state, launchLimit: 1 });
  context = testContext(database.db, provider);
  provisioning = testProvisioning(context);
  provisioning.worker.start();
  actor = await insertActor(database.db);
  zoneId = await simulatedZone(database.db);
});
afterEach(async () => {
  await provisioning.stop();
});

const text: Ready = { marker: 'database is up', timeoutSeconds: 600 };
/** `web` is started after `db`, which is ready as `ready` says; `other` has nothing to do with either. */
function waiting(ready: Ready, db = 'db'): Topology {
  const topology = drawing({ vms: ['web', db, 'other'], edges: [['web', db]] });
  return {
    ...topology,
    vms: topology.vms.map((vm) => ({
      ...vm,
      startAfter: vm.key === 'web' ? [db] : [],
      ready: vm.key === db ? ready : null,
    })),
  };
}

const sliceStatus = async (id: number) =>
  only(await database.db.select({ status: slices.status }).from(slices).where(eq(slices.id, id)), 'slice').status;
function vmOf(sliceId: number, name: string) {
  const vm = [...(state.slices.get(sliceId)?.vms.values() ?? [])].find((one) => one.spec.name === name);
  if (vm === undefined) throw new Error(`There is no ${name}.`);
  return vm;
}
/** As the guest would, when its service has begun. */
async function say(sliceId: number, name: string, what: string) {
  const console = await provider.openConsole({ id: sliceId }, vmOf(sliceId, name).spec.id);
  console.write(new TextEncoder().encode(`${what}\n`));
  console.close();
}
const stepOf = (deployment: Deployment, key: string) =>
  deployment.steps.find((step) => step.key === key) ?? { status: 'not planned' as const, attempts: 0 };

/** Answers a deployment, a new deploy unless one is given, once it waits for `db`, and everything else is done. */
async function untilItWaits(sliceId: number, deploymentId?: number) {
  const id = deploymentId ?? (await startDeployment(context, { actor, sliceId, kind: 'deploy' })).id;
  return until(context, sliceId, async () => {
    const now = await getDeployment(context, { actor, id });
    const open = now.steps.filter(({ status }) => status !== 'done').map(({ key }) => key);
    return stepOf(now, 'vm:db/await').status === 'running' && open.length === 2 && now;
  });
}

describe('a VM that is started after another', () => {
  test('waits until that one is ready; what waits for nothing does not', async () => {
    const sliceId = await insertSlice(database.db, actor, zoneId, waiting(text));
    const { id, steps } = await untilItWaits(sliceId);
    expect(steps.filter(({ status }) => status !== 'done').map(({ key, status }) => [key, status])).toEqual([
      ['vm:db/await', 'running'],
      ['vm:web/start', 'pending'],
    ]);
    expect([vmOf(sliceId, 'web').power, vmOf(sliceId, 'other').power]).toEqual(['off', 'on']);
    await say(sliceId, 'db', 'the database is up and listens');
    const done = await ended(context, actor, sliceId, id);
    expect(done).toMatchObject({ status: 'succeeded', stepsDone: done.stepsTotal });
    expect(await sliceStatus(sliceId)).toBe('active');
  });

  test('is started in order again when the slice is stopped and started', async () => {
    const sliceId = await insertSlice(database.db, actor, zoneId, waiting(text));
    const first = await untilItWaits(sliceId);
    await say(sliceId, 'db', 'database is up');
    await ended(context, actor, sliceId, first.id);
    await carryOut(context, actor, sliceId, 'stop');
    const { id } = await startDeployment(context, { actor, sliceId, kind: 'start' });
    const second = await untilItWaits(sliceId, id);
    // what was shown before it was stopped does not count
    expect(vmOf(sliceId, 'web').power).toBe('off');
    await say(sliceId, 'db', 'database is up');
    expect(await ended(context, actor, sliceId, second.id)).toMatchObject({ status: 'succeeded' });
  });

  test('is left out where that one does not become ready in time, and comes with the retry', async () => {
    const sliceId = await insertSlice(database.db, actor, zoneId, waiting({ ...text, timeoutSeconds: 1 }));
    const failed = await carryOut(context, actor, sliceId, 'deploy');
    expect(failed).toMatchObject({
      status: 'failed',
      error:
        'VM db did not become ready: Its console did not show “database is up” within 1 s. Retry or destroy the slice.',
    });
    expect(stepOf(failed, 'vm:db/await')).toMatchObject({ status: 'failed', attempts: 1 });
    expect(stepOf(failed, 'vm:web/start').status).toBe('skipped');
    expect(stepOf(failed, 'vm:other/start').status).toBe('done');
    await say(sliceId, 'db', 'database is up');
    const retried = await retryDeployment(context, { actor, id: failed.id });
    expect(await ended(context, actor, sliceId, retried.id)).toMatchObject({ status: 'succeeded' });
    expect([vmOf(sliceId, 'db').boot, vmOf(sliceId, 'web').boot]).toEqual([1, 1]);
  });

  test('is not started when it is cancelled while the gate is shut, and nothing of the slice stays', async () => {
    const sliceId = await insertSlice(database.db, actor, zoneId, waiting(text));
    const { id } = await untilItWaits(sliceId);
    await cancelDeployment(context, { actor, id });
    const cancelled = await ended(context, actor, sliceId, id);
    expect(cancelled.status).toBe('cancelled');
    expect(stepOf(cancelled, 'vm:web/start')).toMatchObject({ status: 'skipped', attempts: 0 });
    expect(await sliceStatus(sliceId)).toBe('draft');
    expect(state.slices.size).toBe(0);
  });

  test('waits on with the server that takes over, and nothing is started twice', async () => {
    const sliceId = await insertSlice(database.db, actor, zoneId, waiting(text));
    const { id } = await untilItWaits(sliceId);
    await provisioning.stop();
    provisioning = testProvisioning(context);
    provisioning.worker.start();
    await until(context, sliceId, async () => {
      const now = await getDeployment(context, { actor, id });
      return stepOf(now, 'vm:db/await').attempts === 2;
    });
    await say(sliceId, 'db', 'database is up');
    expect(await ended(context, actor, sliceId, id)).toMatchObject({ status: 'succeeded' });
    expect(['web', 'db', 'other'].map((name) => vmOf(sliceId, name).boot)).toEqual([1, 1, 1]);
  });

  test('waits for the one that crashed before it was ready, which is started once more', async () => {
    const sliceId = await insertSlice(database.db, actor, zoneId, waiting(text));
    const { id } = await untilItWaits(sliceId);
    crashVm(state, sliceId, vmOf(sliceId, 'db').spec.id);
    await until(context, sliceId, async () => vmOf(sliceId, 'db').boot === 2);
    await say(sliceId, 'db', 'database is up');
    const done = await ended(context, actor, sliceId, id);
    expect(done.status).toBe('succeeded');
    expect(stepOf(done, 'vm:db/await').attempts).toBe(2);
  });

  test('waits for a port that is forwarded, and for a time', async () => {
    const port: Ready = { tcpPort: 22, timeoutSeconds: 1 };
    const shut = await insertSlice(database.db, actor, zoneId, waiting(port, 'never-answers'));
    expect(await carryOut(context, actor, shut, 'deploy')).toMatchObject({
      status: 'failed',
      sentences: [
        { code: 'VM_NOT_READY', params: { label: 'never-answers' } },
        { code: 'GATE_PORT_LATE', params: { port: 22, seconds: 1 } },
        { code: 'RETRY_OR_DESTROY' },
      ],
    });
    for (const ready of [port, { seconds: 1, timeoutSeconds: 600 }]) {
      const sliceId = await insertSlice(database.db, actor, zoneId, waiting(ready));
      expect(await carryOut(context, actor, sliceId, 'deploy')).toMatchObject({ status: 'succeeded' });
    }
  });

  test('comes back in order after a restart of the machine', async () => {
    const sliceId = await insertSlice(database.db, actor, zoneId, waiting(text));
    const first = await untilItWaits(sliceId);
    await say(sliceId, 'db', 'database is up');
    await ended(context, actor, sliceId, first.id);
    await provisioning.stop();
    const homeId = await homeOf(database.db, 'host');
    await database.db.update(availabilityZones).set({ homeId });
    await database.db.update(slices).set({ restartAfterReboot: true });
    for (const name of ['web', 'db', 'other']) crashVm(state, sliceId, vmOf(sliceId, name).spec.id);
    context = { ...context, home: { id: homeId, everything: true, accompanied: false, rebooted: 'second boot' } };
    provisioning = testProvisioning(context);
    await provisioning.reconciler.round();
    provisioning.worker.start();
    const back = await newestDeployment(database.db, sliceId);
    const waits = await untilItWaits(sliceId, back?.id);
    expect(waits).toMatchObject({ kind: 'deploy', because: 'slices.set-restart' });
    expect(vmOf(sliceId, 'web').power).toBe('off');
    await say(sliceId, 'db', 'database is up');
    expect(await ended(context, actor, sliceId, waits.id)).toMatchObject({ status: 'succeeded' });
  });
});
