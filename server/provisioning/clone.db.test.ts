import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { images } from '#drizzle/schema/catalogue';
import { sliceVms } from '#drizzle/schema/slices';
import { firstDisks, sliceSnapshots } from '#drizzle/schema/snapshots';
import { users } from '#drizzle/schema/users';
import { plain } from '#shared/sentence';
import type { Actor, DomainContext } from '#server/domain/context';
import { planDeployment } from '#server/domain/deployments/plan';
import { startDeployment } from '#server/domain/deployments/start';
import { cloneSlice, previewClone } from '#server/domain/slices/clone';
import { shareSlice } from '#server/domain/slices/shares';
import { getSliceTopology } from '#server/domain/slices/read-slices';
import { listSnapshots, removeSnapshot } from '#server/domain/snapshots/snapshots';
import { ProviderError } from '#server/lib/provider-error';
import type { Provider } from '#server/providers/provider';
import { createSimulatorProvider } from '#server/providers/simulator/simulator-provider';
import { createSimulatorState, type SimulatorState } from '#server/providers/simulator/simulator-state';
import { testContext } from '#server/testing/context';
import { drawing } from '#server/testing/drawings';
import { outcomeOf } from '#server/testing/outcomes';
import { ended, testProvisioning } from '#server/testing/provisioning';
import { insertActor, insertSlice, simulatedZone } from '#server/testing/rows';
import type { Provisioning } from './provisioning';

const database = useDatabase();
let state: SimulatorState;
let instead: Partial<Provider>;
let context: DomainContext;
let provisioning: Provisioning;
let actor: Actor;
let zoneId: number;
let diskId: number;
let source: number;
let snapshotId: number;

/** A slice that runs: `web` and `db` with disks, `tiny` without. What was on the disks when the snapshot was taken is `one`, now it is `two`. */
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
  zoneId = await simulatedZone(database.db);
  const disk = { name: 'alma', kind: 'disk' as const, source: '/images/alma.qcow2' };
  diskId = (await database.db.insert(images).values(disk))[0].insertId;
  const topology = drawing({ vms: ['web', 'db', 'tiny'], edges: [['web', 'db']] });
  topology.vms = topology.vms.map((vm) => (vm.key === 'tiny' ? vm : { ...vm, imageId: diskId }));
  source = await insertSlice(database.db, actor, zoneId, topology);
  await run(source, { kind: 'deploy' });
  write(source, 'one');
  await run(source, { kind: 'snapshot', snapshotName: 'clean' });
  snapshotId = (await snapshots())[0]?.id ?? 0;
  write(source, 'two');
});
afterEach(async () => {
  await provisioning.stop();
});

type Asked = Omit<Parameters<typeof startDeployment>[1], 'actor' | 'sliceId'>;
async function run(sliceId: number, asked: Asked) {
  const { id } = await startDeployment(context, { actor, sliceId, ...asked });
  return ended(context, actor, sliceId, id);
}
const snapshots = async () => (await listSnapshots(context, { actor, query: { sliceId: source, limit: 50 } })).items;
const machines = (sliceId: number) => [...(state.slices.get(sliceId)?.vms.values() ?? [])];
function write(sliceId: number, word: string): void {
  for (const vm of machines(sliceId))
    Object.assign(vm, { memory: word, ...(vm.spec.image.kind === 'disk' && { content: word }) });
}
const contents = (sliceId: number) =>
  Object.fromEntries(machines(sliceId).map(({ spec, content, memory }) => [spec.name, `${content}/${memory}`]));
const clone = (name: string, change: object = {}) =>
  cloneSlice(context, { actor, clone: { id: source, name, snapshotId, ...change } });
const left = () => database.db.$count(firstDisks);

test('a clone of a snapshot begins with its disks, without its memory, and is its own from then on', async () => {
  const plan = await previewClone(context, { actor, id: source, snapshotId });
  expect(plan).toMatchObject({ runnable: true, snapshot: 'clean', anew: ['tiny'] });
  const { id, status } = await clone('twin');
  expect(status).toBe('draft');
  expect(await left()).toBe(2);
  expect(await run(id, { kind: 'deploy' })).toMatchObject({ status: 'succeeded' });
  expect(contents(id)).toEqual({ web: 'one/', db: 'one/', tiny: '/' });
  expect(contents(source)).toMatchObject({ web: 'two/two' });
  // its disks are its own now: a VM that is lost and made again begins with its image, as any other
  expect(await left()).toBe(0);
  // which of them was made first is not said
  const web = machines(id).find(({ spec }) => spec.name === 'web');
  state.slices.get(id)?.vms.delete(web?.spec.id ?? 0);
  await run(id, { kind: 'heal' });
  expect(contents(id)).toMatchObject({ web: '/', db: 'one/' });
  await run(source, { kind: 'destroy' });
  expect(contents(id)).toMatchObject({ db: 'one/' });
});

test('a VM whose image has no disk begins with its extra disks as they were', async () => {
  const disks = [{ label: 'data', sizeGb: 1 }];
  const tiny = eq(sliceVms.name, 'tiny');
  await database.db.update(sliceVms).set({ extraDiskGb: 1, properties: { disks } }).where(tiny);
  for (const vm of machines(source)) vm.extraDisks = { data: { sizeGb: 1, content: vm.spec.name } };
  await run(source, { kind: 'snapshot' });
  const [taken] = await snapshots();
  const plan = await previewClone(context, { actor, id: source, snapshotId: taken?.id });
  expect(plan).toMatchObject({ runnable: true, anew: [] });
  const { id } = await clone('disks', { snapshotId: taken?.id });
  expect(await run(id, { kind: 'deploy' })).toMatchObject({ status: 'succeeded' });
  const copy = machines(id).find(({ spec }) => spec.name === 'tiny');
  expect(copy).toMatchObject({ extraDisks: { data: { sizeGb: 1, content: 'tiny' } } });
});

test('a snapshot that is deleted before its clone is deployed is kept for it, and goes then', async () => {
  const { id } = await clone('twin');
  await removeSnapshot(context, { actor, id: snapshotId });
  expect(await snapshots()).toEqual([]);
  await provisioning.reconciler.round();
  expect(state.slices.get(source)?.snapshots.size).toBe(1);
  expect(await run(id, { kind: 'deploy' })).toMatchObject({ status: 'succeeded' });
  expect(contents(id)).toMatchObject({ web: 'one/' });
  await provisioning.reconciler.round();
  expect(state.slices.get(source)?.snapshots.size).toBe(0);
  expect(await database.db.$count(sliceSnapshots)).toBe(0);
});

test('a clone that is destroyed before it is deployed lets go of the snapshot, too', async () => {
  const { id } = await clone('twin');
  await removeSnapshot(context, { actor, id: snapshotId });
  await run(id, { kind: 'destroy' });
  await provisioning.reconciler.round();
  expect(await database.db.$count(sliceSnapshots)).toBe(0);
});

test('what a destroyed slice took along is said on the VMs before anything is made, and another image is a way out', async () => {
  const { id } = await clone('twin');
  await run(source, { kind: 'destroy' });
  const plan = await planDeployment(context, { actor, sliceId: id, kind: 'deploy' });
  expect(plan.problems.map(({ code, node }) => [code, node])).toEqual([
    ['FIRST_DISK_GONE', 'web'],
    ['FIRST_DISK_GONE', 'db'],
  ]);
  expect(await outcomeOf(run(id, { kind: 'deploy' }))).toBe('PLAN_NOT_RUNNABLE');
  const { topology, version } = await getSliceTopology(context, { actor, id });
  const tiny = topology.vms.find(({ key }) => key === 'tiny')?.imageId ?? 0;
  const vms = topology.vms.map((vm) => ({ ...vm, imageId: tiny }));
  await run(id, { kind: 'update', change: { from: 'drawing', topology: { ...topology, vms } }, baseVersion: version });
  expect(await run(id, { kind: 'deploy' })).toMatchObject({ status: 'succeeded' });
  expect(contents(id)).toEqual({ web: '/', db: '/', tiny: '/' });
});

test('a deploy that fails, or is taken back, and is begun again still begins with the disks', async () => {
  const { id } = await clone('twin');
  const simulator = createSimulatorProvider({ state });
  const cannot = () => Promise.reject(new ProviderError('NO_CAPACITY', plain('No.'), false));
  instead.ensureVm = (slice, vm, options) => (vm.name === 'db' ? cannot() : simulator.ensureVm(slice, vm, options));
  expect(await run(id, { kind: 'deploy', onFailure: 'rollback' })).toMatchObject({ status: 'failed' });
  expect(machines(id)).toEqual([]);
  expect(await run(id, { kind: 'deploy' })).toMatchObject({ status: 'failed' });
  expect(await left()).toBe(2);
  instead = {};
  expect(await run(id, { kind: 'deploy' })).toMatchObject({ status: 'succeeded' });
  expect(contents(id)).toMatchObject({ web: 'one/', db: 'one/' });
});

test('a VM that came, or was given another image, after the snapshot begins anew, and its plan says which', async () => {
  const { topology, version } = await getSliceTopology(context, { actor, id: source });
  const [web, db] = topology.vms;
  if (web === undefined || db === undefined) throw new Error('no VMs');
  const late = { ...web, key: 'late', name: 'late', forwards: [] };
  const changed = { ...topology, vms: [web, { ...db, imageId: topology.vms[2]?.imageId ?? 0 }, late] };
  await run(source, { kind: 'update', change: { from: 'drawing', topology: changed }, baseVersion: version });
  expect((await previewClone(context, { actor, id: source, snapshotId })).anew).toEqual(['db', 'late']);
  const { id } = await clone('twin');
  expect(await run(id, { kind: 'deploy' })).toMatchObject({ status: 'succeeded' });
  expect(contents(id)).toEqual({ web: 'one/', db: '/', late: '/' });
});

test('of a snapshot there is none in another zone, of one that is not there, or for who may not take it', async () => {
  const elsewhere: unknown = await clone('twin', { zoneId: zoneId + 1 }).catch((error: unknown) => error);
  expect(elsewhere).toMatchObject({ code: 'ZONE_UNAVAILABLE', field: 'zoneId' });
  expect(await outcomeOf(clone('twin', { snapshotId: 9_999 }))).toBe('NOT_FOUND');
  const other = await insertSlice(database.db, actor, zoneId);
  expect(await outcomeOf(clone('twin', { id: other }))).toBe('NOT_FOUND');
  await database.db.update(sliceSnapshots).set({ status: 'making' });
  expect(await outcomeOf(clone('twin'))).toBe('INVALID_TRANSITION');
  await database.db.update(sliceSnapshots).set({ status: 'ready' });

  const friend = await insertActor(database.db);
  const email = `user${friend.userId}@x`;
  await database.db.update(users).set({ email }).where(eq(users.id, friend.userId));
  await shareSlice(context, { actor, share: { id: source, email, level: 'operate' } });
  const asked = { id: source, name: 'mine', snapshotId };
  expect(await outcomeOf(cloneSlice(context, { actor: friend, clone: asked }))).toBe('FORBIDDEN');
  expect(await outcomeOf(previewClone(context, { actor: friend, id: source, snapshotId }))).toBe('FORBIDDEN');
  // its drawing is theirs to take
  expect(await outcomeOf(cloneSlice(context, { actor: friend, clone: { ...asked, snapshotId: null } }))).toBe('OK');
  expect(await left()).toBe(0);
});
