import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { deployments } from '#drizzle/schema/deployments';
import { slices, sliceVms } from '#drizzle/schema/slices';
import { canRollBack, deploymentKinds, needsSnapshot } from '#shared/deployment/operations';
import { startDeploymentInput } from '#shared/deployment/schema';
import { only } from '#server/db/rows';
import type { Actor, DomainContext } from '#server/domain/context';
import { cancelDeployment } from '#server/domain/deployments/cancel';
import { retryDeployment } from '#server/domain/deployments/retry';
import { startDeployment } from '#server/domain/deployments/start';
import { ProviderError } from '#server/lib/provider-error';
import type { Provider } from '#server/providers/provider';
import { createSimulatorProvider } from '#server/providers/simulator/simulator-provider';
import { createSimulatorState, type SimulatorState } from '#server/providers/simulator/simulator-state';
import { say } from '#shared/sentence';
import { testContext } from '#server/testing/context';
import { drawing } from '#server/testing/drawings';
import { carryOut, ended, testOptions, testProvisioning, until } from '#server/testing/provisioning';
import { insertActor, insertSlice, simulatedZone } from '#server/testing/rows';
import { heir, Life } from './life';
import { createLeaseOwner } from './owner';
import { createProvisioning, type Provisioning } from './provisioning';

const database = useDatabase();
let state: SimulatorState;
let provider: Provider;
let context: DomainContext;
let provisioning: Provisioning;
let actor: Actor;
let zoneId: number;

beforeEach(async () => {
  state = createSimulatorState();
  provider = createSimulatorProvider({ state });
  context = testContext(database.db, provider);
  provisioning = testProvisioning(context);
  provisioning.worker.start();
  actor = await insertActor(database.db);
  zoneId = await simulatedZone(database.db);
});
afterEach(async () => {
  await provisioning.stop();
});

const failing = drawing({ vms: ['a', 'fail-start', 'b'], networks: ['lan'], edges: [['a', 'lan']] });
/** Nothing happens by the clock: the n-th act is the same one in every run. */
const still = { pollMs: 3_600_000, observeGapMs: 3_600_000, observeEveryMs: 3_600_000 };
const endOf = async (id: number) =>
  only(
    await database.db.select({ at: deployments.finishedAt }).from(deployments).where(eq(deployments.id, id)),
    'deployment',
  ).at;
const sliceStatus = async (id: number) =>
  only(await database.db.select({ status: slices.status }).from(slices).where(eq(slices.id, id)), 'slice').status;
const desired = async (id: number) =>
  (await database.db.select({ desired: sliceVms.desired }).from(sliceVms).where(eq(sliceVms.sliceId, id))).map(
    (row) => row.desired,
  );
const deploy = async (sliceId: number, kind: 'deploy' | 'start' = 'deploy') => {
  const { id } = await startDeployment(context, { actor, sliceId, kind, onFailure: 'rollback' });
  return ended(context, actor, sliceId, id);
};

describe('a deploy that is to be rolled back when it fails', () => {
  test('leaves nothing, says what failed, and the slice is a draft again', async () => {
    const sliceId = await insertSlice(database.db, actor, zoneId, failing);
    const failed = await deploy(sliceId);
    expect(failed).toMatchObject({ status: 'failed', onFailure: 'rollback' });
    expect(failed.sentences?.map(({ code }) => code)).toEqual([
      'VM_NOT_STARTED',
      'VM_ENDED_STARTING',
      'RETRY_OR_DESTROY',
      'ROLLED_BACK',
    ]);
    expect(failed.steps.find(({ key }) => key === 'vm:fail-start/start')).toMatchObject({ status: 'failed' });
    expect(new Set(failed.steps.filter(({ action }) => action === 'create').map(({ status }) => status))).toEqual(
      new Set(['undone']),
    );
    expect([state.slices.size, state.usedPorts.size]).toEqual([0, 0]);
    expect(await sliceStatus(sliceId)).toBe('draft');
    expect(await desired(sliceId)).toEqual(['absent', 'absent', 'absent']);
    // the retry is one like it
    const { id } = await retryDeployment(context, { actor, id: failed.id });
    expect(await ended(context, actor, sliceId, id)).toMatchObject({ status: 'failed', onFailure: 'rollback' });
    expect(state.slices.size).toBe(0);
  });

  test('keeps what came up where nothing else is said', async () => {
    const sliceId = await insertSlice(database.db, actor, zoneId, failing);
    expect(await carryOut(context, actor, sliceId, 'deploy')).toMatchObject({ status: 'failed', onFailure: 'keep' });
    expect(state.slices.get(sliceId)?.vms.size).toBe(3);
    expect(await sliceStatus(sliceId)).toBe('failed');
  });

  test('leaves what ran before as it was', async () => {
    const sliceId = await insertSlice(database.db, actor, zoneId, drawing({ vms: ['a', 'b'] }));
    await carryOut(context, actor, sliceId, 'deploy');
    await carryOut(context, actor, sliceId, 'stop');
    for (const vm of state.slices.get(sliceId)?.vms.values() ?? [])
      if (vm.spec.name === 'b') vm.spec = { ...vm.spec, name: 'fail-start' };
    const failed = await deploy(sliceId, 'start');
    expect(failed.status).toBe('failed');
    expect([...(state.slices.get(sliceId)?.vms.values() ?? [])].map(({ power }) => power)).toEqual(['off', 'off']);
    expect(await sliceStatus(sliceId)).toBe('stopped');
    expect(await desired(sliceId)).toEqual(['stopped', 'stopped']);
  });

  test('says what could not be taken back, and is a failed slice then', async () => {
    const stubborn = testContext(database.db, {
      ...provider,
      removeNetwork: () => Promise.reject(new ProviderError('INTERNAL', say('ACT_NETWORK_REMOVE'), false)),
    });
    const own = testProvisioning(stubborn);
    await provisioning.stop();
    own.worker.start();
    const sliceId = await insertSlice(database.db, actor, zoneId, failing);
    const { id } = await startDeployment(stubborn, { actor, sliceId, kind: 'deploy', onFailure: 'rollback' });
    const failed = await ended(stubborn, actor, sliceId, id);
    await own.stop();
    const codes = failed.sentences?.map(({ code }) => code);
    expect(codes).toContain('NETWORK_NOT_UNDONE');
    expect(codes).not.toContain('ROLLED_BACK');
    expect(await sliceStatus(sliceId)).toBe('failed');
    expect(state.slices.get(sliceId)?.vms.size).toBe(0);
  });

  test('is a cancelled one when it was cancelled before it failed', async () => {
    const sliceId = await insertSlice(database.db, actor, zoneId, drawing({ vms: ['a'] }));
    await provisioning.stop();
    const { id } = await startDeployment(context, { actor, sliceId, kind: 'deploy', onFailure: 'rollback' });
    await cancelDeployment(context, { actor, id });
    provisioning = testProvisioning(context);
    provisioning.worker.start();
    expect(await ended(context, actor, sliceId, id)).toMatchObject({ status: 'cancelled', error: null });
  });

  test.each(['before', 'after'] as const)(
    'ends as it should when its server dies %s any of its acts and commits',
    async (when) => {
      await provisioning.stop();
      // every third one: dying after an act and dying before the next are the same but for what runs beside it
      for (let at = when === 'before' ? 1 : 2; ; at += 3) {
        const sliceId = await insertSlice(database.db, actor, zoneId, drawing({ vms: ['a', 'fail-start'] }));
        const { id } = await startDeployment(context, { actor, sliceId, kind: 'deploy', onFailure: 'rollback' });
        const life = new Life(at, when);
        const owner = createLeaseOwner();
        const dying = testContext(life.database(database.db), life.provider(provider));
        const first = createProvisioning(dying, { ...testOptions, ...still }, owner);
        first.worker.start();
        await until(dying, sliceId, async () => life.dead || (await endOf(id)) !== null);
        void first.stop();
        const survived = !life.dead;
        const second = createProvisioning(context, testOptions, heir(owner));
        second.worker.start();
        const failed = await ended(context, actor, sliceId, id);
        await second.stop();
        expect(failed, `at ${at}`).toMatchObject({ status: 'failed' });
        expect(failed.error, `at ${at}`).toMatch(/^VM fail-start could not be started: .* was taken back\.$/);
        expect([state.slices.size, await sliceStatus(sliceId)], `at ${at}`).toEqual([0, 'draft']);
        if (survived) break;
        expect(at).toBeLessThan(100);
      }
    },
    600_000,
  );
});

test('only what brings something up can be asked to be rolled back', () => {
  for (const kind of deploymentKinds) {
    const asked = startDeploymentInput.safeParse({ sliceId: 1, kind, onFailure: 'rollback' });
    expect(asked.success).toBe(canRollBack(kind));
    const snapshot = needsSnapshot(kind) ? { snapshotId: 1 } : {};
    expect(startDeploymentInput.parse({ sliceId: 1, kind, ...snapshot }).onFailure).toBe('keep');
  }
});
