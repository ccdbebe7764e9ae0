import { asc, eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { useDatabase } from '#db/testing/database';
import { notificationPreferences, notifications } from '#drizzle/schema/notifications';
import { sliceShares, slices } from '#drizzle/schema/slices';
import { notificationNewsSchema, type Happening } from '#shared/notification';
import { say } from '#shared/sentence';
import { notificationsKept } from '#server/db/queries/notifications';
import type { Actor } from '#server/domain/context';
import { deleteExpired } from '#server/domain/housekeeping';
import { startDeployment } from '#server/domain/deployments/start';
import { checkRequested, writeImageState } from '#server/domain/images/image-states';
import { startPoller } from '#server/events/poller';
import { silentLogger } from '#server/lib/logger';
import { ProviderError } from '#server/lib/provider-error';
import { createSimulatorProvider } from '#server/providers/simulator/simulator-provider';
import { createSimulatorState, type SimulatorState } from '#server/providers/simulator/simulator-state';
import type { Provisioning } from '#server/provisioning/provisioning';
import { testContext } from '#server/testing/context';
import { drawing, line } from '#server/testing/drawings';
import { carryOut, ended, testProvisioning } from '#server/testing/provisioning';
import { insertActor, insertSlice, simulatedZone } from '#server/testing/rows';
import { createWorld } from '#server/testing/world';
import { tell, telling } from './tell';
import { watchNotifications } from './watch';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;
const day = 86_400_000;

/** What the account was told, oldest first. */
const toldTo = (actor: Actor) =>
  database.db
    .select()
    .from(notifications)
    .where(eq(notifications.userId, actor.userId))
    .orderBy(asc(notifications.id))
    .then((rows) => rows.map((row) => row.happening));
const shared = (id: number): Happening => ({
  kind: 'slice.shared',
  slice: { id, name: `slice ${id}` },
  by: { id: 1, name: 'Ada' },
  level: 'view',
});
const tells = (actor: Actor, ...happenings: Happening[]) =>
  telling(ctx, async (_tx, say) => {
    for (const happening of happenings) await say({ ...happening, to: [actor.userId] });
  });

describe('how an operation ended', () => {
  let state: SimulatorState;
  let provisioning: Provisioning;
  let context: ReturnType<typeof testContext>;
  let owner: Actor;
  let zoneId: number;
  beforeEach(async () => {
    state = createSimulatorState();
    context = testContext(database.db, createSimulatorProvider({ state }));
    provisioning = testProvisioning(context);
    provisioning.worker.start();
    owner = await insertActor(database.db);
    zoneId = await simulatedZone(database.db);
  });
  afterEach(() => provisioning.stop());

  test('is told to the owner and to who asked for it, once each, and to nobody else', async () => {
    const sliceId = await insertSlice(database.db, owner, zoneId, drawing({ vms: ['a'] }));
    const [operator, viewer] = [await insertActor(database.db), await insertActor(database.db)];
    await database.db.insert(sliceShares).values([
      { sliceId, userId: operator.userId, level: 'operate' },
      { sliceId, userId: viewer.userId, level: 'view' },
    ]);
    const { id } = await carryOut(context, owner, sliceId, 'deploy');
    const stop = await carryOut(context, operator, sliceId, 'stop');
    const deployed = { kind: 'deployment.succeeded', deploymentId: id, operation: 'deploy', vm: null };
    const stopped = { kind: 'deployment.succeeded', deploymentId: stop.id, operation: 'stop' };
    expect(await toldTo(owner)).toMatchObject([deployed, stopped]);
    expect(await toldTo(operator)).toMatchObject([stopped]);
    expect(await toldTo(viewer)).toEqual([]);
  });

  test('is not told to who asked for it and may not see the slice any more', async () => {
    const sliceId = await insertSlice(database.db, owner, zoneId, drawing({ vms: ['a'] }));
    const operator = await insertActor(database.db);
    await database.db.insert(sliceShares).values({ sliceId, userId: operator.userId, level: 'operate' });
    await carryOut(context, owner, sliceId, 'deploy');
    await provisioning.stop();
    const { id } = await startDeployment(context, { actor: operator, sliceId, kind: 'stop' });
    await database.db.delete(sliceShares).where(eq(sliceShares.sliceId, sliceId));
    provisioning = testProvisioning(context);
    provisioning.worker.start();
    await ended(context, owner, sliceId, id);
    expect(await toldTo(operator)).toEqual([]);
    expect(await toldTo(owner)).toHaveLength(2);
  });

  test('is told with its cause, as text and as sentences, when it failed', async () => {
    const sliceId = await insertSlice(database.db, owner, zoneId, drawing({ vms: ['a', 'fail-start'] }));
    const { error, sentences } = await carryOut(context, owner, sliceId, 'deploy');
    expect(await toldTo(owner)).toMatchObject([{ kind: 'deployment.failed', error, sentences }]);
    const { items } = await world.callerOf(owner).notifications.list({});
    expect(items).toMatchObject([
      { message: expect.stringMatching(/^Deploy slice slice-\d+: failed\. VM fail-start/) },
    ]);
  });

  test('that a VM is gone by itself is told to the owner, once until it is read', async () => {
    const sliceId = await insertSlice(database.db, owner, zoneId, drawing({ vms: ['a', 'b'] }));
    await carryOut(context, owner, sliceId, 'deploy');
    const statusOf = async () => (await database.db.select().from(slices).where(eq(slices.id, sliceId))).at(0)?.status;
    const setPower = (power: 'on' | 'off') => {
      const [first] = state.slices.get(sliceId)?.vms.values() ?? [];
      if (first) first.power = power;
    };
    const down = async () => {
      setPower('off');
      await provisioning.reconciler.round();
      expect(await statusOf()).toBe('degraded');
    };
    const up = async () => {
      setPower('on');
      await provisioning.reconciler.round();
      expect(await statusOf()).toBe('active');
    };
    const drifts = async () => (await toldTo(owner)).filter(({ kind }) => kind === 'slice.degraded');
    await down();
    expect(await drifts()).toMatchObject([{ slice: { id: sliceId }, drifted: ['a'] }]);
    await up();
    await down();
    expect(await drifts()).toHaveLength(1);
    await world.callerOf(owner).notifications.markRead({ sliceId });
    await up();
    await down();
    expect(await drifts()).toHaveLength(2);
  });
});

describe('telling', () => {
  test('is undone with what it tells of, and done once when its transaction is repeated', async () => {
    const ada = await world.person();
    const undone = ctx.db.transaction(async (tx) => {
      await tell(tx, { ...shared(1), to: [ada.userId] });
      throw new Error('the deed failed');
    });
    await expect(undone).rejects.toThrow('the deed failed');
    expect(await toldTo(ada)).toEqual([]);

    let runs = 0;
    const heard: number[] = [];
    onTestFinished(ctx.bus.listenInbox(ada.userId, () => heard.push(runs)));
    await telling(ctx, async (_tx, say) => {
      await say({ ...shared(2), to: [ada.userId, ada.userId] });
      runs += 1;
      if (runs === 1) throw Object.assign(new Error('deadlock'), { errno: 1213, sqlState: '40001' });
    });
    expect(runs).toBe(2);
    expect(await toldTo(ada)).toEqual([shared(2)]);
    // after the commit, once
    expect(heard).toEqual([2]);
  });

  test('keeps the newest 500 of an account, and for 90 days', async () => {
    const [ada, bob] = [await world.person(), await world.person()];
    await tells(bob, shared(1));
    const many = Array.from({ length: notificationsKept }, (_, n) => ({
      userId: ada.userId,
      kind: 'slice.shared' as const,
      happening: shared(n + 1),
    }));
    await database.db.insert(notifications).values(many);
    await tells(ada, shared(1_000), shared(1_001));
    const kept = await toldTo(ada);
    expect([kept.length, kept[0], kept.at(-1)]).toEqual([notificationsKept, shared(3), shared(1_001)]);
    expect(await toldTo(bob)).toHaveLength(1);
    world.pass(89 * day);
    expect((await deleteExpired(ctx)).notifications).toBe(0);
    world.pass(2 * day);
    expect((await deleteExpired(ctx)).notifications).toBe(notificationsKept + 1);
    world.pass(-91 * day);
  });

  test('leaves out the kinds that an account has chosen not to be told of', async () => {
    const [ada, bob] = [await world.person(), await world.person()];
    const api = world.callerOf(ada);
    expect(await api.notifications.preferences()).toEqual({ muted: [] });
    await api.notifications.setPreferences({ muted: ['slice.shared', 'slice.shared', 'image.ready'] });
    expect(await api.notifications.preferences()).toEqual({ muted: ['slice.shared', 'image.ready'] });
    await telling(ctx, (_tx, say) => say({ ...shared(1), to: [ada.userId, bob.userId] }));
    expect([await toldTo(ada), await toldTo(bob)]).toEqual([[], [shared(1)]]);
    await api.notifications.setPreferences({ muted: [] });
    await tells(ada, shared(2));
    expect(await toldTo(ada)).toEqual([shared(2)]);
  });
});

describe('the list', () => {
  test('pages, newest first, shows its reader’s only, and marks only those as read', async () => {
    const [ada, bob] = [await world.person(), await world.person()];
    const [as, other] = [world.callerOf(ada), world.callerOf(bob)];
    await tells(ada, shared(1), shared(2), shared(2), shared(3), shared(4));
    await tells(bob, shared(1));
    const first = await as.notifications.list({ limit: 3 });
    const second = await as.notifications.list({ limit: 3, cursor: first.nextCursor });
    const all = [...first.items, ...second.items];
    expect(all.map(({ happening }) => happening)).toEqual([4, 3, 2, 2, 1].map(shared));
    expect([second.nextCursor, all[0]?.message]).toEqual([null, 'Ada shares the slice slice 4 with you, to view.']);

    const ids = all.map(({ id }) => id);
    expect(await as.notifications.unread()).toEqual({ unread: 5 });
    expect(await as.notifications.markRead({ sliceId: 2 })).toEqual({ unread: 3 });
    expect(await as.notifications.markRead({ ids: [ids[1] ?? 0] })).toEqual({ unread: 2 });
    const unread = await as.notifications.list({ unread: true });
    expect(unread.items.map(({ id }) => id)).toEqual([ids[0], ids[4]]);
    // somebody else's stay theirs
    expect(await other.notifications.markRead({ ids })).toEqual({ unread: 1 });
    expect(await other.notifications.markRead({ upTo: 1_000_000 })).toEqual({ unread: 0 });
    expect(await as.notifications.unread()).toEqual({ unread: 2 });
    // what came after the page was read stays
    await tells(ada, shared(5));
    expect(await as.notifications.markRead({ upTo: ids[0] ?? 0 })).toEqual({ unread: 1 });
    await expect(as.notifications.markRead({})).rejects.toThrow();
    await expect(as.notifications.markRead({ ids, upTo: 1 })).rejects.toThrow();
  });

  test('goes with its account', async () => {
    const [admin, ada] = [await world.person('admin'), await world.person()];
    await tells(ada, shared(1));
    await world.callerOf(ada).notifications.setPreferences({ muted: ['image.ready'] });
    await world.callerOf(admin).users.delete({ id: ada.userId, templates: 'delete', slices: 'destroy' });
    expect(await toldTo(ada)).toEqual([]);
    expect(await database.db.$count(notificationPreferences, eq(notificationPreferences.userId, ada.userId))).toBe(0);
  });
});

test('what is shared with an account is told to it, once, by whom', async () => {
  const [ada, bob] = [await world.person(), await world.person()];
  const as = world.callerOf(ada);
  const template = await as.templates.create({ name: 'Line', topology: line(1) });
  const slice = await as.slices.create({ name: 'One', templateId: template.id, zoneId: await world.zone() });
  for (const _twice of [1, 2]) {
    await as.templates.share({ id: template.id, email: bob.email });
    await as.slices.share({ id: slice.id, email: bob.email });
  }
  await as.slices.share({ id: slice.id, email: bob.email, level: 'operate' });
  const by = { id: ada.userId, name: expect.any(String) };
  expect(await toldTo(bob)).toEqual([
    { kind: 'template.shared', template: { id: template.id, name: 'Line' }, by },
    { kind: 'slice.shared', slice: { id: slice.id, name: 'One' }, by, level: 'view' },
    { kind: 'slice.shared', slice: { id: slice.id, name: 'One' }, by, level: 'operate' },
  ]);
  expect(await toldTo(ada)).toEqual([]);
});

test('how the check of an image ended is told to who asked for it, once', async () => {
  const admin = await world.person('admin');
  const api = world.callerOf(admin);
  const zoneId = await simulatedZone(database.db);
  const { id } = await api.images.create({ name: 'alma', kind: 'kernel', source: '/images/alma' });
  const provider = createSimulatorProvider();
  const keeper = testContext(database.db, provider);
  const here = async () => (await toldTo(admin)).filter((one) => 'zone' in one && one.zone.id === zoneId);
  const facts = { image: { id, name: 'alma' }, zone: { id: zoneId, name: expect.any(String) } };

  await api.images.check({ id });
  await checkRequested(keeper);
  await checkRequested(keeper);
  expect(await here()).toEqual([{ kind: 'image.ready', ...facts }]);

  await api.images.check({ id });
  const said = say('FETCH_NOTHING_THERE', { image: 'alma', status: 404 });
  provider.ensureImage = () => Promise.reject(new ProviderError('UNAVAILABLE', said, false));
  await checkRequested(keeper);
  expect((await here()).slice(1)).toEqual([
    { kind: 'image.broken', ...facts, error: said.message, sentences: said.sentences },
  ]);
  // a deploy that finds it good again was asked for by nobody to be told of
  await writeImageState(ctx.db, { imageId: id, zoneId, state: { state: 'verified', sizeMb: 1 }, now: new Date() });
  expect(await here()).toHaveLength(2);
});

describe('live', () => {
  test('the count and what is new arrive at once, at another server as well, and after an interruption', async () => {
    const ada = await world.person();
    const other = testContext(database.db, createSimulatorProvider());
    onTestFinished(startPoller({ db: database.db, bus: other.bus, log: silentLogger }));
    await tells(ada, shared(1));
    const leaving = new AbortController();
    onTestFinished(() => leaving.abort());
    const open = (context: typeof other, afterId: number | null) =>
      watchNotifications(context, { actor: ada, afterId, signal: leaving.signal });
    const [here, there] = [open(ctx, null), open(other, null)];
    const first = { unread: 1, fresh: [] };
    expect((await here.next()).value).toMatchObject(first);
    expect((await there.next()).value).toMatchObject(first);

    await tells(ada, shared(2));
    const news = (await here.next()).value;
    expect(news).toMatchObject({ unread: 2, fresh: [{ happening: shared(2) }] });
    expect((await there.next()).value).toEqual(news);
    // what another page of the account has read is read here
    await world.callerOf(ada).notifications.markRead({ sliceId: 1 });
    expect((await here.next()).value).toMatchObject({ unread: 1, fresh: [] });

    const resumed = open(ctx, (news?.id ?? 0) - 1);
    expect((await resumed.next()).value).toMatchObject({ unread: 1, fresh: [{ happening: shared(2) }] });
  });

  test('by the API, as the browser reads it', async () => {
    const ada = await world.person();
    const leaving = new AbortController();
    onTestFinished(() => leaving.abort());
    const stream = await world.callerOf(ada, { signal: leaving.signal }).notifications.watch({});
    const answers = stream[Symbol.asyncIterator]();
    const newsOf = ({ value }: { value: unknown }) =>
      z.tuple([z.string(), notificationNewsSchema, z.unknown()]).parse(value)[1];
    expect(newsOf(await answers.next())).toEqual({ unread: 0, fresh: [] });
    await tells(ada, shared(1));
    expect(newsOf(await answers.next())).toMatchObject({ unread: 1, fresh: [{ happening: shared(1) }] });
  });
});
