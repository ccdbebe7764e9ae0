import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { useDatabase } from '#db/testing/database';
import type { Actor, DomainContext } from '#server/domain/context';
import { createEventBus } from '#server/events/bus';
import { startPoller } from '#server/events/poller';
import { line } from '#server/testing/drawings';
import { outcomeOf } from '#server/testing/outcomes';
import { createWorld, type Caller } from '#server/testing/world';
import { appRouter } from './app-router';
import { createCallerFactory } from './trpc';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;
const createCaller = createCallerFactory(appRouter);

afterEach(() => void vi.useRealTimers());

/** The API at another server on the same database, which hears of what this one does by its poller. */
function otherServer(): (actor: Actor, signal?: AbortSignal) => Caller {
  const domain: DomainContext = { ...ctx, db: ctx.db, bus: createEventBus() };
  const stopPoller = startPoller({ db: ctx.db, bus: domain.bus, log: ctx.log, intervalMs: 20 });
  onTestFinished(stopPoller);
  return (actor, signal) =>
    createCaller(
      { domain, actor, client: { ip: null, userAgent: 'test' }, setSession: () => {} },
      signal === undefined ? {} : { signal },
    );
}

/** From here on nothing is asked just because time has passed: what ends, ends because of what was done. */
const noTimePasses = () => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });

async function scene() {
  const [owner, guest, admin] = [await world.person(), await world.person(), await world.person('admin')];
  const api = world.callerOf(owner);
  const zoneId = await world.zone();
  const template = await api.templates.create({ name: 'Line', topology: line(1) });
  const slice = await api.slices.create({ name: 'One', templateId: template.id, zoneId });
  await api.slices.share({ id: slice.id, email: guest.email, level: 'operate' });
  const pat = await world.tokenOf(guest, ['slices:read']);
  return { owner, guest, admin, pat, id: slice.id };
}
type Scene = Awaited<ReturnType<typeof scene>>;

/** What the stream ends with; it has begun to be read when this resolves. */
async function reading(stream: AsyncIterable<unknown>): Promise<{ end: Promise<string> }> {
  const iterator = stream[Symbol.asyncIterator]();
  const drained = async () => {
    while ((await iterator.next()).done !== true);
  };
  return { end: outcomeOf(drained()) };
}

const doings: [string, (scene: Scene) => Promise<unknown>, string, 'guest' | 'pat' | 'admin'][] = [
  [
    'a share is taken back',
    ({ owner, guest, id }) => world.callerOf(owner).slices.unshare({ id, userId: guest.userId }),
    'NOT_FOUND',
    'guest',
  ],
  [
    'they leave it themselves',
    ({ guest, id }) => world.callerOf(guest).slices.unshare({ id, userId: guest.userId }),
    'NOT_FOUND',
    'guest',
  ],
  [
    'their account is disabled',
    ({ admin, guest }) => world.callerOf(admin).users.disable({ id: guest.userId }),
    'UNAUTHENTICATED',
    'guest',
  ],
  [
    'their account is deleted',
    ({ admin, guest }) =>
      world.callerOf(admin).users.delete({ id: guest.userId, templates: 'delete', slices: 'destroy' }),
    'UNAUTHENTICATED',
    'guest',
  ],
  [
    'they are signed out by an administrator',
    ({ admin, guest }) => world.callerOf(admin).users.signOut({ id: guest.userId }),
    'UNAUTHENTICATED',
    'guest',
  ],
  ['they sign out', ({ guest }) => world.callerOf(guest).auth.logout(), 'UNAUTHENTICATED', 'guest'],
  [
    'their role changes',
    ({ admin, guest }) => world.callerOf(admin).users.update({ id: guest.userId, role: 'instructor' }),
    'UNAUTHENTICATED',
    'guest',
  ],
  [
    'their token is revoked',
    ({ guest, pat }) => world.callerOf(guest).tokens.revoke({ id: pat.tokenId }),
    'UNAUTHENTICATED',
    'pat',
  ],
];

describe('an open page of a slice went on for ten seconds after', () => {
  it.each(doings)('%s: its stream ends at once, at every server', async (_what, take, outcome, who) => {
    const at = await scene();
    const elsewhere = otherServer();
    noTimePasses();
    const here = await reading(await world.callerOf(at[who]).deployments.watch({ sliceId: at.id }));
    const there = await reading(await elsewhere(at[who]).deployments.watch({ sliceId: at.id }));
    await expect.poll(() => vi.getTimerCount()).toBe(2);
    await take(at);
    expect(await here.end).toBe(outcome);
    expect(await there.end).toBe(outcome);
  });

  it('somebody else lost a right: those who may go on', async () => {
    const at = await scene();
    const stop = new AbortController();
    noTimePasses();
    let ended = false;
    const owners = await reading(
      await world.callerOf(at.owner, { signal: stop.signal }).deployments.watch({ sliceId: at.id }),
    );
    void owners.end.then(() => (ended = true));
    const guests = await reading(await world.callerOf(at.guest).deployments.watch({ sliceId: at.id }));
    await expect.poll(() => vi.getTimerCount()).toBe(2);
    await world.callerOf(at.owner).slices.unshare({ id: at.id, userId: at.guest.userId });
    expect(await guests.end).toBe('NOT_FOUND');
    expect(ended).toBe(false);
    stop.abort();
    expect(await owners.end).toBe('OK');
  });
});

describe('an open list of slices', () => {
  it('shows what is shared and drops what is not any more at once, also at another server', async () => {
    const at = await scene();
    const elsewhere = otherServer();
    const stranger = await world.person();
    const stop = new AbortController();
    noTimePasses();
    const lists = [
      await world.callerOf(stranger, { signal: stop.signal }).slices.changes({}),
      await elsewhere(stranger, stop.signal).slices.changes({}),
    ].map((stream) => stream[Symbol.asyncIterator]());
    const news = () => Promise.all(lists.map(async (list) => JSON.stringify((await list.next()).value)));
    const given = news();
    await world.callerOf(at.owner).slices.share({ id: at.id, email: stranger.email });
    for (const notice of await given) expect(notice).toContain(`"sliceId":${at.id}`);
    const taken = news();
    await world.callerOf(at.owner).slices.unshare({ id: at.id, userId: stranger.userId });
    for (const notice of await taken) expect(notice).toContain(`{"sliceId":${at.id},"status":null}`);
    stop.abort();
    for (const list of lists) await list.return?.();
  });
});
