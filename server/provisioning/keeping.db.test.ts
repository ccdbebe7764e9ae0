import { and, eq, isNull } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { flavours, images } from '#drizzle/schema/catalogue';
import { slices, sliceVms } from '#drizzle/schema/slices';
import { sliceSnapshots } from '#drizzle/schema/snapshots';
import { quotas } from '#drizzle/schema/users';
import { AppError } from '#shared/errors';
import { plain, say } from '#shared/sentence';
import { only } from '#server/db/rows';
import type { Actor, DomainContext } from '#server/domain/context';
import { cancelDeployment } from '#server/domain/deployments/cancel';
import { planDeployment } from '#server/domain/deployments/plan';
import { getDeployment } from '#server/domain/deployments/read-deployments';
import { retryDeployment } from '#server/domain/deployments/retry';
import { startDeployment } from '#server/domain/deployments/start';
import { quotaOf } from '#server/domain/quotas/quotas';
import { listSnapshots, removeSnapshot, renameSnapshot } from '#server/domain/snapshots/snapshots';
import { ProviderError } from '#server/lib/provider-error';
import type { Provider } from '#server/providers/provider';
import { createSimulatorProvider } from '#server/providers/simulator/simulator-provider';
import { createSimulatorState, type SimulatorState } from '#server/providers/simulator/simulator-state';
import { testContext } from '#server/testing/context';
import { ended, testOptions, testProvisioning, until } from '#server/testing/provisioning';
import { insertActor, insertSlice, simulatedZone } from '#server/testing/rows';
import { heir, Life } from './life';
import { createLeaseOwner } from './owner';
import { createProvisioning, type Provisioning } from './provisioning';

const database = useDatabase();
let state: SimulatorState;
/** What the provider does otherwise than the simulator. */
let instead: Partial<Provider>;
let context: DomainContext;
let provisioning: Provisioning;
let actor: Actor;
let sliceId: number;

beforeEach(async () => {
  state = createSimulatorState();
  instead = {};
  const simulator = createSimulatorProvider({ state });
  const provider = new Proxy(simulator, {
    get: (target, name, receiver): unknown => Reflect.get(instead, name) ?? Reflect.get(target, name, receiver),
  });
  context = testContext(database.db, provider);
  provisioning = testProvisioning(context);
  provisioning.worker.start();
  actor = await insertActor(database.db);
  sliceId = await insertSlice(database.db, actor, await simulatedZone(database.db));
  await run({ kind: 'deploy' });
});
afterEach(async () => {
  await provisioning.stop();
});

type Asked = Omit<Parameters<typeof startDeployment>[1], 'actor' | 'sliceId'>;
async function run(asked: Asked) {
  const { id } = await startDeployment(context, { actor, sliceId, ...asked });
  return ended(context, actor, sliceId, id);
}
const statusNow = async () =>
  only(await database.db.select().from(slices).where(eq(slices.id, sliceId)), 'slice').status;
const vmsNow = () =>
  database.db
    .select({ id: sliceVms.id, desired: sliceVms.desired, status: sliceVms.status })
    .from(sliceVms)
    .where(eq(sliceVms.sliceId, sliceId));
const machines = () => [...(state.slices.get(sliceId)?.vms.values() ?? [])];
const memories = () => machines().map(({ memory }) => memory);
const remember = (word: string) => {
  for (const vm of machines()) vm.memory = word;
};
const snapshots = async () => (await listSnapshots(context, { actor, query: { sliceId, limit: 50 } })).items;
const kept = () => [...(state.slices.get(sliceId)?.snapshots.keys() ?? [])];
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'no error',
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  );

function deferred() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve: () => resolve() };
}

describe('a suspended slice', () => {
  test('runs nothing, gives its running quota back and takes disk; resumed it goes on from where it was', async () => {
    remember('mine');
    const before = (await quotaOf(database.db, actor.userId)).used;
    expect(before).toMatchObject({ runningVms: 3 });
    expect(await run({ kind: 'suspend' })).toMatchObject({ status: 'succeeded', stepsTotal: 1 });
    expect(await statusNow()).toBe('suspended');
    expect((await vmsNow()).map(({ desired, status }) => [desired, status])).toEqual(
      Array.from({ length: 3 }, () => ['suspended', 'suspended']),
    );
    expect(machines().every(({ power }) => power === 'off')).toBe(true);
    const { used } = await quotaOf(database.db, actor.userId);
    expect(used).toMatchObject({ runningVms: 0, runningVcpus: 0, runningRamMb: 0, vms: 3 });
    expect(used.diskGb).toBeGreaterThan(before.diskGb);
    // a round of the reconciler finds nothing wrong with it
    await provisioning.reconciler.round();
    expect(await statusNow()).toBe('suspended');
    expect(await codeOf(run({ kind: 'start' }))).toBe('INVALID_TRANSITION');

    expect(await run({ kind: 'resume' })).toMatchObject({ status: 'succeeded', stepsTotal: 1 });
    expect(await statusNow()).toBe('active');
    expect(memories()).toEqual(['mine', 'mine', 'mine']);
    expect((await quotaOf(database.db, actor.userId)).used).toEqual(before);
  });

  test('leaves what was stopped stopped, and is stopped by giving its memory up', async () => {
    const [first] = await vmsNow();
    await run({ kind: 'stop', vmId: first?.id });
    await run({ kind: 'suspend' });
    expect((await vmsNow()).map(({ status }) => status)).toEqual(['stopped', 'suspended', 'suspended']);
    await run({ kind: 'resume' });
    expect((await vmsNow()).map(({ status }) => status)).toEqual(['stopped', 'running', 'running']);
    await run({ kind: 'suspend' });
    expect(await run({ kind: 'stop' })).toMatchObject({ status: 'succeeded' });
    expect(await statusNow()).toBe('stopped');
    expect(machines().some(({ suspended }) => suspended)).toBe(false);
  });

  test('without room on the disk its plan says so with figures, and nothing is begun', async () => {
    await run({ kind: 'snapshot', snapshotName: 'first' });
    const [first] = await snapshots();
    instead.roomToKeep = () => Promise.resolve({ needsMb: 300, freeMb: 299 });
    const asked: Asked[] = [
      { kind: 'suspend' },
      { kind: 'snapshot' },
      // what is there is kept before it goes
      { kind: 'restore', snapshotId: first?.id },
    ];
    for (const one of asked) {
      const plan = await planDeployment(context, { actor, sliceId, ...one });
      expect(plan.problems).toMatchObject([{ code: 'KEEP_NO_ROOM', params: { needs: 300, free: 299 } }]);
      expect(await codeOf(run(one))).toBe('PLAN_NOT_RUNNABLE');
    }
    expect(await statusNow()).toBe('active');
    expect(await snapshots()).toHaveLength(1);
    instead.roomToKeep = () => Promise.resolve({ needsMb: 300, freeMb: 300 });
    expect(await run({ kind: 'suspend' })).toMatchObject({ status: 'succeeded' });
    // what is written already takes none
    instead.roomToKeep = () => Promise.resolve({ needsMb: 300, freeMb: 0 });
    expect(await run({ kind: 'resume' })).toMatchObject({ status: 'succeeded' });
  });

  test('without room for it says so, and goes on as it was', async () => {
    const why = say('KEEP_NO_ROOM', { needs: 300, free: 100 });
    instead.suspendSlice = () => Promise.reject(new ProviderError('NO_CAPACITY', why, false));
    const failed = await run({ kind: 'suspend' });
    expect(failed).toMatchObject({ status: 'failed' });
    expect(failed.error).toContain('300 MiB are needed, 100 MiB are free. Nothing was changed.');
    expect(await statusNow()).toBe('active');
    expect((await vmsNow()).map(({ desired, status }) => [desired, status])).toEqual(
      Array.from({ length: 3 }, () => ['running', 'running']),
    );
    instead = {};
    expect(await retryDeployment(context, { actor, id: failed.id })).toMatchObject({ kind: 'suspend' });
  });

  test('is still suspended when it cannot be resumed, and its plan says who lacks memory', async () => {
    await run({ kind: 'suspend' });
    instead.resumeSlice = () => Promise.reject(new ProviderError('VM_CRASHED', plain('No.'), false));
    expect(await run({ kind: 'resume' })).toMatchObject({ status: 'failed' });
    expect(await statusNow()).toBe('suspended');
    instead = {};
    expect(await run({ kind: 'resume' })).toMatchObject({ status: 'succeeded' });
  });

  test('of a zone that cannot do it says so before, on each VM', async () => {
    const { describe: described } = createSimulatorProvider();
    const no = { ok: false, reason: 'It has no disk for it.' };
    instead.describe = async () => {
      const zone = await described();
      return { ...zone, capabilities: { ...zone.capabilities, suspend: no, snapshot: no } };
    };
    for (const kind of ['suspend', 'snapshot'] as const) {
      const plan = await planDeployment(context, { actor, sliceId, kind });
      expect(plan.runnable).toBe(false);
      expect(plan.problems.map(({ node, message }) => [node, message.endsWith('It has no disk for it.')])).toEqual(
        ['a', 'b', 'c'].map((key) => [key, true]),
      );
      expect(await codeOf(run({ kind }))).toBe('PLAN_NOT_RUNNABLE');
    }
  });
});

describe('a snapshot', () => {
  test('is taken while the slice runs, and restored with memory and disks; the restore can be undone', async () => {
    remember('one');
    expect(await run({ kind: 'snapshot', snapshotName: 'first' })).toMatchObject({ status: 'succeeded' });
    expect(await statusNow()).toBe('active');
    const [first] = await snapshots();
    expect(first).toMatchObject({ name: 'first', status: 'ready', automatic: false, vms: 3, vmsRunning: 3, sizeMb: 3 });
    expect(first).toMatchObject({ topologyVersion: 1, createdBy: { id: actor.userId } });
    remember('two');
    const restored = await run({ kind: 'restore', snapshotId: first?.id });
    expect(restored).toMatchObject({ status: 'succeeded' });
    expect(restored.steps.map(({ resource, action }) => `${resource}/${action}`)).toEqual([
      'snapshot/create',
      'snapshot/restore',
      'slice/resume',
    ]);
    expect(await statusNow()).toBe('active');
    expect(memories()).toEqual(['one', 'one', 'one']);

    const [automatic] = await snapshots();
    expect(automatic).toMatchObject({ name: 'Before first', automatic: true, status: 'ready' });
    await run({ kind: 'restore', snapshotId: automatic?.id });
    expect(memories()).toEqual(['two', 'two', 'two']);
    // of those that are taken by themselves the newest is kept
    await provisioning.reconciler.round();
    expect((await snapshots()).map(({ name }) => name)).toEqual(['Before Before first', 'first']);
    expect(kept()).toHaveLength(2);
  });

  test('goes back to what ran and what was stopped then', async () => {
    const [a] = await vmsNow();
    await run({ kind: 'stop', vmId: a?.id });
    await run({ kind: 'snapshot' });
    await run({ kind: 'start' });
    const [snapshot] = await snapshots();
    expect(snapshot).toMatchObject({ name: 'Snapshot 1', vmsRunning: 2 });
    await run({ kind: 'restore', snapshotId: snapshot?.id });
    expect((await vmsNow()).map(({ desired, status }) => [desired, status])).toEqual([
      ['stopped', 'stopped'],
      ['running', 'running'],
      ['running', 'running'],
    ]);
    await run({ kind: 'suspend' });
    await run({ kind: 'snapshot' });
    await run({ kind: 'resume' });
    const [suspended] = await snapshots();
    await run({ kind: 'restore', snapshotId: suspended?.id });
    expect(await statusNow()).toBe('suspended');
  });

  test('that fails leaves nothing, and leaves the slice as it was', async () => {
    instead.takeSnapshot = () => Promise.reject(new ProviderError('NO_CAPACITY', plain('No.'), false));
    const failed = await run({ kind: 'snapshot', snapshotName: 'first' });
    expect(failed).toMatchObject({ status: 'failed' });
    expect(await statusNow()).toBe('active');
    expect(await snapshots()).toEqual([]);
    instead = {};
    await provisioning.reconciler.round();
    expect(await database.db.$count(sliceSnapshots)).toBe(0);
    // its name is free, and the retry takes it
    const again = await retryDeployment(context, { actor, id: failed.id });
    await ended(context, actor, sliceId, again.id);
    expect((await snapshots()).map(({ status }) => status)).toEqual(['ready']);
  });

  test('has a name of its own in its slice, can be renamed and removed, with its files', async () => {
    await run({ kind: 'snapshot', snapshotName: 'First' });
    expect(await codeOf(run({ kind: 'snapshot', snapshotName: 'first' }))).toBe('NAME_TAKEN');
    await run({ kind: 'snapshot' });
    const [second, first] = await snapshots();
    const rename = (name: string) => renameSnapshot(context, { actor, snapshot: { id: second?.id ?? 0, name } });
    expect(await codeOf(rename('first'))).toBe('NAME_TAKEN');
    expect(await rename('second')).toEqual({ id: second?.id, name: 'second' });
    await removeSnapshot(context, { actor, id: first?.id ?? 0 });
    expect(await codeOf(removeSnapshot(context, { actor, id: first?.id ?? 0 }))).toBe('NOT_FOUND');
    expect((await snapshots()).map(({ name }) => name)).toEqual(['second']);
    expect(await codeOf(run({ kind: 'restore', snapshotId: first?.id }))).toBe('NOT_FOUND');
    await provisioning.reconciler.round();
    expect(kept()).toEqual([second?.id]);
    expect(await database.db.$count(sliceSnapshots)).toBe(1);
    expect((await run({ kind: 'destroy' })).status).toBe('succeeded');
    expect(await database.db.$count(sliceSnapshots)).toBe(0);
    expect(state.slices.size).toBe(0);
  });

  test('over the quota is refused, and those taken by themselves are not counted', async () => {
    await database.db.insert(quotas).values({ userId: actor.userId, snapshots: 1 });
    await run({ kind: 'snapshot' });
    expect(await codeOf(run({ kind: 'snapshot' }))).toBe('QUOTA_EXCEEDED');
    const [snapshot] = await snapshots();
    expect(await run({ kind: 'restore', snapshotId: snapshot?.id })).toMatchObject({ status: 'succeeded' });
    expect((await quotaOf(database.db, actor.userId)).used.snapshots).toBe(1);
    await removeSnapshot(context, { actor, id: snapshot?.id ?? 0 });
    expect(await run({ kind: 'snapshot' })).toMatchObject({ status: 'succeeded' });
  });

  test('whose image is gone, or whose VM, says so before anything is touched', async () => {
    await run({ kind: 'snapshot' });
    const [snapshot] = await snapshots();
    const [row] = await database.db.select().from(sliceSnapshots).where(isNull(sliceSnapshots.removedAt));
    if (!row || !snapshot) throw new Error('no snapshot');
    const gone = { id: 9_999, name: 'old' };
    await database.db.update(sliceSnapshots).set({
      content: { ...row.content, vms: row.content.vms.map((vm, at) => (at === 0 ? { ...vm, image: gone } : vm)) },
    });
    const restore = { actor, sliceId, kind: 'restore', snapshotId: snapshot.id } as const;
    expect(await database.db.$count(images, eq(images.id, gone.id))).toBe(0);
    expect((await planDeployment(context, restore)).problems).toMatchObject([
      {
        code: 'SNAPSHOT_IMAGE_GONE',
        node: 'a',
        message: expect.stringContaining('on the image old, which is not there'),
      },
    ]);
    expect(await codeOf(run(restore))).toBe('PLAN_NOT_RUNNABLE');
    expect(await snapshots()).toHaveLength(1);

    await database.db.update(sliceSnapshots).set({ content: row.content });
    await database.db.delete(sliceVms).where(and(eq(sliceVms.sliceId, sliceId), eq(sliceVms.key, 'a')));
    expect((await planDeployment(context, restore)).problems).toMatchObject([{ code: 'SNAPSHOT_VM_GONE' }]);
    const others = row.content.vms.filter(({ name }) => name === 'b');
    await database.db.update(sliceSnapshots).set({ content: { ...row.content, vms: others } });
    expect((await planDeployment(context, restore)).problems).toMatchObject([{ code: 'SNAPSHOT_VM_NEWER', node: 'c' }]);
  });

  test('whose flavour is retired is restored all the same: VMs have their own sizes', async () => {
    remember('one');
    await run({ kind: 'snapshot' });
    remember('two');
    await database.db.update(flavours).set({ retiredAt: new Date() });
    const [snapshot] = await snapshots();
    expect(await run({ kind: 'restore', snapshotId: snapshot?.id })).toMatchObject({ status: 'succeeded' });
    expect(memories()).toEqual(['one', 'one', 'one']);
  });

  test('a restore that is called off goes back to what was before', async () => {
    remember('one');
    await run({ kind: 'snapshot' });
    remember('two');
    const [snapshot] = await snapshots();
    const [resumed, begun] = [deferred(), deferred()];
    const simulator = createSimulatorProvider({ state });
    let first = true;
    instead.resumeSlice = async (slice) => {
      if (first) {
        first = false;
        begun.resolve();
        await resumed.promise;
      }
      await simulator.resumeSlice(slice);
    };
    const { id } = await startDeployment(context, { actor, sliceId, kind: 'restore', snapshotId: snapshot?.id });
    await begun.promise;
    await cancelDeployment(context, { actor, id });
    resumed.resolve();
    expect(await ended(context, actor, sliceId, id)).toMatchObject({ status: 'cancelled' });
    expect(memories()).toEqual(['two', 'two', 'two']);
    expect(await statusNow()).toBe('active');
    await provisioning.reconciler.round();
    expect(kept()).toEqual([snapshot?.id]);
  });
});

describe('a server that is killed', () => {
  const still = { pollMs: 3_600_000, observeGapMs: 3_600_000, observeEveryMs: 3_600_000 };
  test.each(
    (['suspend', 'resume', 'snapshot', 'restore'] as const).flatMap((kind) =>
      (['before', 'after'] as const).map((when) => ({ kind, when })),
    ),
  )('$when any act or commit of a $kind: another ends it, and nothing is left over', async ({ kind, when }) => {
    remember('one');
    await run({ kind: 'snapshot', snapshotName: 'first' });
    const [first] = await snapshots();
    remember('two');
    for (let at = 1; ; at++) {
      if (kind === 'resume') await run({ kind: 'suspend' });
      await provisioning.stop();
      const asked = kind === 'restore' ? { kind, snapshotId: first?.id } : { kind };
      const { id } = await startDeployment(context, { actor, sliceId, ...asked });
      const life = new Life(at, when);
      const owner = createLeaseOwner();
      const dying = testContext(life.database(database.db), life.provider(createSimulatorProvider({ state })));
      const doomed = createProvisioning(dying, { ...testOptions, ...still }, owner);
      doomed.worker.start();
      const isOver = async () =>
        life.dead || (await getDeployment({ db: database.db }, { actor, id })).finishedAt !== null;
      await until(dying, sliceId, isOver);
      void doomed.stop();
      provisioning = createProvisioning(context, testOptions, heir(owner));
      provisioning.worker.start();
      expect(await ended(context, actor, sliceId, id)).toMatchObject({ status: 'succeeded' });
      expect(await statusNow()).toBe(kind === 'suspend' ? 'suspended' : 'active');
      const word = kind === 'restore' ? 'one' : 'two';
      expect(memories()).toEqual([word, word, word]);
      await provisioning.reconciler.round();
      expect(kept().sort()).toEqual((await snapshots()).map((snapshot) => snapshot.id).sort());
      if (kind === 'suspend') await run({ kind: 'resume' });
      remember('two');
      if (!life.dead) break;
      expect(at).toBeLessThan(60);
    }
  });
});
