import { asc, eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { deployments } from '#drizzle/schema/deployments';
import { slices, sliceVms } from '#drizzle/schema/slices';
import type { VmDeploymentKind } from '#shared/deployment/operations';
import { only } from '#server/db/rows';
import type { Actor, DomainContext } from '#server/domain/context';
import { cancelDeployment } from '#server/domain/deployments/cancel';
import { startDeployment } from '#server/domain/deployments/start';
import { getSlice } from '#server/domain/slices/read-slices';
import { readEvents } from '#server/events/stream';
import type { Provider } from '#server/providers/provider';
import { createSimulatorProvider } from '#server/providers/simulator/simulator-provider';
import { createSimulatorState, type SimulatorState } from '#server/providers/simulator/simulator-state';
import { testContext } from '#server/testing/context';
import { drawing } from '#server/testing/drawings';
import { outcomeOf } from '#server/testing/outcomes';
import { carryOut, ended, testOptions, testProvisioning, until } from '#server/testing/provisioning';
import { insertActor, insertSlice, simulatedZone } from '#server/testing/rows';
import { heir, Life } from './life';
import { createLeaseOwner } from './owner';
import { createProvisioning, type Provisioning } from './provisioning';

const database = useDatabase();
const names = ['a', 'b', 'c', 'd', 'e', 'f'];
let state: SimulatorState;
let actor: Actor;
let zoneId: number;
let context: DomainContext;
let provisioning: Provisioning;
/** Rebooting a VM of this id does not end before `release` is called. */
let heldVm: number | null;
let release: () => void;

beforeEach(async () => {
  state = createSimulatorState();
  heldVm = null;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const simulator = createSimulatorProvider({ state });
  const provider: Provider = {
    ...simulator,
    rebootVm: async (slice, vm, options) => {
      if (vm.id === heldVm) await held;
      return simulator.rebootVm(slice, vm, options);
    },
  };
  context = testContext(database.db, provider);
  provisioning = testProvisioning(context);
  provisioning.worker.start();
  actor = await insertActor(database.db);
  zoneId = await simulatedZone(database.db);
});
afterEach(async () => {
  release();
  await provisioning.stop();
});

const vmsOf = (sliceId: number) =>
  database.db.select().from(sliceVms).where(eq(sliceVms.sliceId, sliceId)).orderBy(asc(sliceVms.id));
const statusOf = async (sliceId: number) =>
  only(await database.db.select().from(slices).where(eq(slices.id, sliceId)), 'the slice').status;
const boots = (sliceId: number) => [...(state.slices.get(sliceId)?.vms.values() ?? [])].map((vm) => vm.boot);

/** A slice that runs, and the ids of its VMs. */
async function runningSlice(): Promise<{ sliceId: number; ids: [number, number, number, ...number[]] }> {
  const sliceId = await insertSlice(database.db, actor, zoneId, drawing({ vms: names, edges: [['a', 'b']] }));
  await carryOut(context, actor, sliceId, 'deploy');
  const [a, b, c, ...rest] = (await vmsOf(sliceId)).map((vm) => vm.id);
  if (a === undefined || b === undefined || c === undefined) throw new Error('no VMs');
  return { sliceId, ids: [a, b, c, ...rest] };
}
/** As {@link runningSlice}, with a reboot of VM a that goes on until it is released. */
async function withOneUnderway() {
  const { sliceId, ids } = await runningSlice();
  [heldVm] = ids;
  const { id } = await startDeployment(context, { actor, sliceId, kind: 'reboot', vmId: ids[0] });
  await until(
    context,
    sliceId,
    async () => (await getSlice(context, { actor, id: sliceId })).deployment?.status === 'running',
  );
  const ask = (kind: VmDeploymentKind, vmId?: number) => startDeployment(context, { actor, sliceId, kind, vmId });
  return { sliceId, ids, first: id, ask };
}

describe('one VM’s operation locked the rest of its slice', () => {
  test('those on other VMs wait for it, and are done one after another; the slice is never degraded for them', async () => {
    const { sliceId, ids, first, ask } = await withOneUnderway();
    const [a, b, c] = ids;
    const stop = await ask('stop', b);
    const reboot = await ask('reboot', c);
    expect([stop.status, reboot.status]).toEqual(['queued', 'queued']);
    expect(await getSlice(context, { actor, id: sliceId })).toMatchObject({
      status: 'active',
      deployment: { id: first, vmId: a, status: 'running' },
      waiting: [
        { id: stop.id, kind: 'stop', vmId: b, cancelRequested: false },
        { id: reboot.id, kind: 'reboot', vmId: c },
      ],
    });
    // on the same VM, and on the whole slice, it is as before
    expect(await outcomeOf(ask('start', b))).toBe('SLICE_BUSY');
    expect(await outcomeOf(ask('stop', a))).toBe('SLICE_BUSY');
    expect(await outcomeOf(ask('stop'))).toBe('SLICE_BUSY');
    const since = (await getSlice(context, { actor, id: sliceId })).lastEventId;
    release();
    for (const id of [first, stop.id, reboot.id])
      expect(await ended(context, actor, sliceId, id)).toMatchObject({ status: 'succeeded', error: null });
    expect((await vmsOf(sliceId)).map((vm) => vm.status)).toEqual([
      'running',
      'stopped',
      'running',
      'running',
      'running',
      'running',
    ]);
    expect(boots(sliceId)).toEqual([2, 1, 2, 1, 1, 1]);
    const events = await readEvents(database.db, sliceId, since, 1000);
    expect(events.filter(({ data }) => data.type === 'slice.status')).toEqual([]);
    const order = events.flatMap(({ data }) =>
      data.type === 'deployment.status' && data.status === 'succeeded' ? [data.deploymentId] : [],
    );
    expect(order).toEqual([first, stop.id, reboot.id]);
    expect(await getSlice(context, { actor, id: sliceId })).toMatchObject({
      status: 'active',
      busy: null,
      deployment: { id: reboot.id },
      waiting: [],
    });
  });

  test('all of them asked for at once: each is taken, and each done once', async () => {
    const { sliceId, ids } = await runningSlice();
    const asked = await Promise.all(
      ids.map((vmId) => startDeployment(context, { actor, sliceId, kind: 'reboot', vmId })),
    );
    for (const { id } of asked) expect(await ended(context, actor, sliceId, id)).toMatchObject({ status: 'succeeded' });
    expect(boots(sliceId)).toEqual(names.map(() => 2));
    expect(await statusOf(sliceId)).toBe('active');
  });

  test('the same VM asked for twice at once: one is taken, the other is refused', async () => {
    const { sliceId, ids, first, ask } = await withOneUnderway();
    const answers = await Promise.all([outcomeOf(ask('stop', ids[1])), outcomeOf(ask('reboot', ids[1]))]);
    expect(answers.toSorted()).toEqual(['OK', 'SLICE_BUSY']);
    release();
    await ended(context, actor, sliceId, first);
  });

  test('one that waits is cancelled: nothing is done to its VM, and what was wanted of it before is wanted', async () => {
    const { sliceId, ids, first, ask } = await withOneUnderway();
    const { id } = await ask('stop', ids[1]);
    await cancelDeployment(context, { actor, id });
    expect((await getSlice(context, { actor, id: sliceId })).waiting).toMatchObject([{ id, cancelRequested: true }]);
    release();
    expect(await ended(context, actor, sliceId, first)).toMatchObject({ status: 'succeeded' });
    expect(await ended(context, actor, sliceId, id)).toMatchObject({ status: 'cancelled', error: null });
    expect((await vmsOf(sliceId)).map((vm) => [vm.desired, vm.status])).toEqual(
      names.map(() => ['running', 'running']),
    );
    expect(await statusOf(sliceId)).toBe('active');
  });

  test('a destroy takes over from what is under way and from what waits', async () => {
    const { sliceId, ids, first, ask } = await withOneUnderway();
    const { id } = await ask('reboot', ids[1]);
    const destroy = await startDeployment(context, { actor, sliceId, kind: 'destroy' });
    release();
    expect(await ended(context, actor, sliceId, destroy.id)).toMatchObject({ status: 'succeeded' });
    const rows = await database.db.select().from(deployments).where(eq(deployments.sliceId, sliceId));
    const statuses = new Map(rows.map((row) => [row.id, row.status]));
    expect(statuses.get(id)).toBe('cancelled');
    expect(['cancelled', 'succeeded']).toContain(statuses.get(first));
    expect(await statusOf(sliceId)).toBe('destroyed');
    expect(state.slices.size).toBe(0);
  });

  test('the server is killed with one under way and one waiting: another ends both', async () => {
    const { sliceId, ids } = await runningSlice();
    await provisioning.stop();
    for (const at of [1, 3, 5, 7]) {
      const before = boots(sliceId);
      const ask = (vmId: number) => startDeployment(context, { actor, sliceId, kind: 'reboot', vmId });
      const [first, second] = [await ask(ids[0]), await ask(ids[1])];
      const life = new Life(at, 'after');
      const owner = createLeaseOwner();
      const dying = testContext(life.database(database.db), life.provider(createSimulatorProvider({ state })));
      const doomed = createProvisioning(dying, { ...testOptions, observeGapMs: 3_600_000 }, owner);
      doomed.worker.start();
      await until(dying, sliceId, async () => life.dead);
      void doomed.stop();
      const next = createProvisioning(context, testOptions, heir(owner));
      next.worker.start();
      for (const { id } of [first, second])
        expect(await ended(context, actor, sliceId, id)).toMatchObject({ status: 'succeeded', error: null });
      await next.stop();
      expect(await statusOf(sliceId)).toBe('active');
      // a reboot that was under way may be done again; none is lost
      const after = boots(sliceId);
      expect([0, 1].every((n) => (after[n] ?? 0) > (before[n] ?? 0))).toBe(true);
      expect(after.slice(2)).toEqual(before.slice(2));
    }
  }, 300_000);
});
