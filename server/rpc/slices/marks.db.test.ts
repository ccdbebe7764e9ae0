import { afterEach, expect, test } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { sliceIdle } from '#drizzle/schema/idle';
import { zoneWaits } from '#drizzle/schema/waits';
import type { SliceMark } from '#shared/slice';
import type { SliceStatus } from '#shared/slice-status';
import { setSliceStatus } from '#server/db/queries/slices';
import { inTransaction } from '#server/db/transaction';
import { drawing } from '#server/testing/drawings';
import { createWorld, type Caller } from '#server/testing/world';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;

afterEach(async () => {
  await ctx.db.delete(zoneWaits);
  await ctx.db.delete(sliceIdle);
});

const since = new Date('2030-01-01T10:00:00.000Z');
const setStatus = (id: number, status: SliceStatus) => inTransaction(ctx.db, (tx) => setSliceStatus(tx, id, status));
const markIdle = (sliceId: number) =>
  ctx.db.insert(sliceIdle).values({ sliceId, seenAt: since, used: [], idleMs: 1, idleSince: since });

/** Somebody's slices: `first` and `second` wait in line, `quiet` runs idle, `slept` was idle and is stopped now, `plain` has no mark. */
async function scene() {
  const owner = await world.person();
  const user = world.callerOf(owner);
  const template = await user.templates.create({ name: 'one', topology: drawing({ vms: ['web'] }) });
  const zoneId = await world.zone({ name: `large ${owner.userId}` });
  const overcommit = { vcpus: 1, ram: 1, disk: 1 };
  const small = await world.zone({ name: `small ${owner.userId}`, limitVcpus: 1, overcommit });
  const make = async (name: string, zone = zoneId) =>
    (await user.slices.create({ name, templateId: template.id, zoneId: zone })).id;
  const ids = {
    holding: await make('holding', small),
    first: await make('first', small),
    second: await make('second', small),
    quiet: await make('quiet'),
    slept: await make('slept'),
    plain: await make('plain'),
  };
  await setStatus(ids.holding, 'active');
  for (const sliceId of [ids.first, ids.second]) await user.line.join({ sliceId });
  for (const id of [ids.quiet, ids.slept, ids.plain]) await setStatus(id, 'active');
  for (const id of [ids.quiet, ids.slept]) await markIdle(id);
  await setStatus(ids.slept, 'stopped');
  return { owner, user, ids };
}
const names = async (caller: Caller, query: Parameters<Caller['slices']['list']>[0]) =>
  (await caller.slices.list(query)).items.map(({ name }) => name).toSorted();

test('slices are listed by what they are marked with, of whom one asks for, also of one status, page by page', async () => {
  const { user, ids } = await scene();
  const marked = (mark: SliceMark) => names(user, { mark });
  expect(await marked('waiting')).toEqual(['first', 'second']);
  expect(await marked('idle')).toEqual(['quiet']);
  expect(await marked('expiring')).toEqual([]);
  expect(await names(user, { mark: 'waiting', search: 'sec' })).toEqual(['second']);
  expect(await names(user, { mark: 'waiting', status: 'draft' })).toEqual(['first', 'second']);
  expect(await names(user, { mark: 'waiting', status: 'active' })).toEqual([]);
  expect(await names(user, { mark: 'idle', status: 'active' })).toEqual(['quiet']);
  const page = await user.slices.list({ mark: 'waiting', limit: 1 });
  const next = await user.slices.list({ mark: 'waiting', limit: 1, cursor: page.nextCursor });
  expect([...page.items, ...next.items].map(({ name }) => name).toSorted()).toEqual(['first', 'second']);
  expect(next.nextCursor).toBeNull();

  const other = await scene();
  expect(await names(user, { mark: 'waiting', of: 'all' })).toEqual(['first', 'second']);
  await other.user.slices.share({ id: other.ids.quiet, email: await emailOf(user), level: 'view' });
  expect(await names(user, { mark: 'idle', of: 'shared' })).toEqual(['quiet']);
  expect(await names(user, { mark: 'idle', of: 'all' })).toEqual(['quiet', 'quiet']);
  const admin = world.callerOf(await world.person('admin'));
  expect(await names(admin, { mark: 'waiting', of: 'everyone' })).toEqual(['first', 'first', 'second', 'second']);
  // and the rows themselves say it, in any list
  const { items } = await user.slices.list({});
  const said = new Map(items.map((row) => [row.id, [row.waitingSince !== null, row.idleSince]]));
  expect(said.get(ids.first)).toEqual([true, null]);
  expect(said.get(ids.quiet)).toEqual([false, since.toISOString()]);
  expect(said.get(ids.slept)).toEqual([false, null]);
  expect(said.get(ids.plain)).toEqual([false, null]);
});

test('the places of a list are told at once, each in its zone’s line, and only of what one sees', async () => {
  const { user, ids } = await scene();
  const other = await scene();
  const sliceIds = [ids.first, ids.second, ids.plain, other.ids.first, 9_999];
  const inOrder = ({ places }: Awaited<ReturnType<Caller['line']['places']>>) =>
    places.toSorted((a, b) => a.sliceId - b.sliceId);
  const mine = [
    { sliceId: ids.first, place: 1, of: 2 },
    { sliceId: ids.second, place: 2, of: 2 },
  ];
  expect(inOrder(await user.line.places({ sliceIds }))).toEqual(mine);
  const admin = world.callerOf(await world.person('admin'));
  expect(inOrder(await admin.line.places({ sliceIds }))).toEqual([
    ...mine,
    { sliceId: other.ids.first, place: 1, of: 2 },
  ]);
  expect(await user.line.places({ sliceIds: [ids.plain] })).toEqual({ places: [] });
});

async function emailOf(caller: Caller): Promise<string> {
  const { user } = await caller.auth.me();
  if (user === null) throw new Error('nobody');
  return user.email;
}
