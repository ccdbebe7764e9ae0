import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { auditLog } from '#drizzle/schema/audit';
import { deployments, events } from '#drizzle/schema/deployments';
import { leaseLimits, sliceActs, sliceLeases, sliceSchedules } from '#drizzle/schema/leases';
import { slices } from '#drizzle/schema/slices';
import type { ScheduleRule } from '#shared/schedule/rule';
import { claimAct, databaseTime } from '#server/db/queries/leases';
import type { DomainContext } from '#server/domain/context';
import { queueDeployment } from '#server/domain/deployments/start';
import { line } from '#server/testing/drawings';
import { outcomeOf, refusalOf } from '#server/testing/outcomes';
import { testProvisioning, until } from '#server/testing/provisioning';
import { createWorld } from '#server/testing/world';
import { setLease } from './lease';
import { timetableRound } from './timetable';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;
world.freeze();

const minute = 60_000;
const hour = 60 * minute;
const start = ctx.clock.now();
/** A moment, `ms` after the test began. */
const at = (ms: number) => new Date(start.getTime() + ms);
const iso = (ms: number) => at(ms).toISOString();
/** One look at what is due, when the clock of the database says so many ms after the beginning. */
const look = (ms: number, context: DomainContext = ctx) => timetableRound(context, at(ms));

beforeEach(async () => {
  for (const table of [sliceActs, sliceSchedules, sliceLeases, leaseLimits]) await ctx.db.delete(table);
});

async function scene({ deploy = true }: { deploy?: boolean } = {}) {
  const owner = await world.person();
  const user = world.callerOf(owner);
  const template = await user.templates.create({ name: 'Line', topology: line(1) });
  const zoneId = await world.zone({ name: `zone ${owner.userId}` });
  const { id } = await user.slices.create({ name: 'One', templateId: template.id, zoneId });
  const statusOf = async () => (await user.slices.get({ id })).status;
  /** Waits until nothing is under way, and says what the slice is. */
  const settled = async () => {
    const running = testProvisioning(ctx);
    running.run();
    const status = await until(ctx, id, async () => {
      const slice = await user.slices.get({ id });
      return slice.busy === null ? slice.status : null;
    });
    await running.stop();
    return status;
  };
  if (deploy) {
    const once = testProvisioning(ctx);
    once.run();
    await user.deployments.start({ sliceId: id, kind: 'deploy' });
    await until(ctx, id, async () => (await user.slices.get({ id })).status === 'active');
    await once.stop();
  }
  return { owner, user, id, zoneId, template, statusOf, settled };
}
const told = async (sliceId: number, type: 'slice.lease' | 'slice.act') => {
  const rows = await ctx.db.select().from(events).where(eq(events.sliceId, sliceId)).orderBy(events.id);
  return rows.flatMap(({ data }) => (data.type === type ? [data] : []));
};
const leaseNews = async (sliceId: number) =>
  (await told(sliceId, 'slice.lease')).map((data) => (data.type === 'slice.lease' ? data.what : ''));
const actNews = async (sliceId: number) =>
  (await told(sliceId, 'slice.act')).map((data) =>
    data.type === 'slice.act' ? [data.of, data.kind, data.outcome, data.sentences?.[0]?.code ?? null] : [],
  );
const kindsOf = async (sliceId: number) =>
  (await ctx.db.select().from(deployments).where(eq(deployments.sliceId, sliceId)).orderBy(deployments.id)).map(
    (row) => row.kind,
  );

describe('the lease of a slice that is made', () => {
  const limited = { maxMinutes: 120, atEnd: ['stop' as const, 'suspend' as const], warnMinutes: 5 };

  it('is the one that was asked for, else as long as it may be, else none', async () => {
    const { user, zoneId, template } = await scene({ deploy: false });
    const make = async (name: string, lease?: { expiresAt: string; atEnd?: 'stop' | 'destroy' } | null) =>
      (await user.slices.create({ name, templateId: template.id, zoneId, lease })).lease;
    expect(await user.leases.limit({ zoneId })).toMatchObject({ maxMinutes: null });
    expect(await make('unlimited')).toBeNull();
    expect(await make('without', null)).toBeNull();
    expect(await make('asked', { expiresAt: iso(hour), atEnd: 'destroy' })).toEqual({
      ...{ expiresAt: iso(hour), atEnd: 'destroy', warned: true, ended: false },
    });
    await world.callerOf(await world.person('admin')).leases.setLimit({ of: { zoneId }, limit: limited });
    expect(await user.leases.limit({ zoneId })).toEqual(limited);
    expect(await make('longest')).toMatchObject({ expiresAt: iso(2 * hour), atEnd: 'stop' });
    expect(await make('shorter', { expiresAt: iso(hour) })).toMatchObject({ expiresAt: iso(hour), atEnd: 'stop' });
  });

  it('that may not be is refused on its field, and no slice is made', async () => {
    const { user, zoneId, template } = await scene({ deploy: false });
    await world.callerOf(await world.person('admin')).leases.setLimit({ of: { zoneId }, limit: limited });
    const make = (lease: { expiresAt: string; atEnd?: 'destroy' | 'stop' } | null) =>
      refusalOf(user.slices.create({ name: 'new', templateId: template.id, zoneId, lease }));
    const field = 'lease.expiresAt';
    expect(await make({ expiresAt: iso(-minute) })).toMatchObject({ code: 'INVALID_INPUT', field });
    expect(await make({ expiresAt: iso(3 * hour) })).toMatchObject({ code: 'INVALID_INPUT', field });
    const noDay = { name: 'new', templateId: template.id, zoneId, lease: { expiresAt: '2027-02-29T10:00:00.000Z' } };
    expect(await outcomeOf(user.slices.create(noDay))).toBe('INVALID_INPUT');
    expect(await make(null)).toMatchObject({ code: 'INVALID_INPUT', field });
    expect(await make({ expiresAt: iso(hour), atEnd: 'destroy' })).toMatchObject({
      ...{ code: 'INVALID_INPUT', field: 'lease.atEnd' },
    });
    expect((await user.slices.list({ search: 'new' })).items).toEqual([]);
    await world.callerOf(await world.person('admin')).leases.setLimit({
      ...{ of: { zoneId }, limit: { ...limited, maxMinutes: null } },
    });
    // a day that there is
    const leapDay = '2028-02-29T10:00:00.000Z';
    const made = await user.slices.create({
      name: 'leap',
      templateId: template.id,
      zoneId,
      lease: { expiresAt: leapDay },
    });
    expect(made.lease?.expiresAt).toBe(leapDay);
  });
});

describe('a lease', () => {
  it('is warned of, ends by what was chosen, by the system, and says so in history and audit', async () => {
    const { user, id, owner, settled } = await scene();
    await user.leases.set({ id, expiresAt: iso(3 * hour), atEnd: 'stop' });
    expect((await user.slices.get({ id })).lease).toEqual({
      expiresAt: iso(3 * hour),
      atEnd: 'stop',
      warned: false,
      ended: false,
    });
    await look(2 * hour - minute);
    expect(await leaseNews(id)).toEqual(['set']);
    await look(2 * hour + 1_000);
    expect((await user.slices.get({ id })).lease).toMatchObject({
      warned: true,
      ended: false,
      expiresAt: iso(3 * hour),
    });
    await look(3 * hour - 1_000);
    expect(await kindsOf(id)).toEqual(['deploy']);
    await look(3 * hour + 1_000);
    expect(await leaseNews(id)).toEqual(['set', 'warned', 'ended']);
    const inbox = (await user.notifications.list({})).items.map(({ happening }) => happening.kind);
    expect(inbox.filter((kind) => kind.startsWith('lease.')).toSorted()).toEqual(['lease.expired', 'lease.expiring']);
    expect(await actNews(id)).toEqual([['lease', 'stop', 'begun', null]]);
    expect(await settled()).toBe('stopped');
    const [deployment] = await ctx.db.select().from(deployments).where(eq(deployments.kind, 'stop'));
    expect(deployment).toMatchObject({ sliceId: id, because: 'leases.set', requestedBy: owner.userId });
    const audit = await ctx.db.select().from(auditLog).where(eq(auditLog.objectId, id));
    expect(audit.find((row) => row.details?.['kind'] === 'stop')).toMatchObject({
      userId: null,
      action: 'deployments.start',
      details: { because: 'leases.set', onBehalfOf: owner.userId },
    });
  });

  it('that has ended lets nothing be started until it is extended', async () => {
    const { user, id, settled } = await scene();
    await user.leases.set({ id, expiresAt: iso(minute), atEnd: 'stop' });
    await look(2 * minute);
    await settled();
    const plan = await user.deployments.plan({ sliceId: id, kind: 'start' });
    expect(plan.problems.map(({ code }) => code)).toEqual(['LEASE_ENDED']);
    expect(await outcomeOf(user.deployments.start({ sliceId: id, kind: 'start' }))).toBe('PLAN_NOT_RUNNABLE');
    const extended = await user.leases.extend({ id, minutes: 60 });
    expect(extended.lease).toMatchObject({ ended: false });
    await user.deployments.start({ sliceId: id, kind: 'start' });
    expect(await settled()).toBe('active');
  });

  it('that ends by destroying leaves nothing', async () => {
    const { user, id, settled } = await scene();
    await user.leases.set({ id, expiresAt: iso(minute), atEnd: 'destroy' });
    await look(2 * minute);
    expect(await settled()).toBe('destroyed');
    // what is left of the lease of a slice that is gone is nobody's work
    await look(100 * hour);
    expect(await kindsOf(id)).toEqual(['deploy', 'destroy']);
  });

  it('is never ended without a warning: whoever was away to warn gives that time first', async () => {
    const { user, id } = await scene({ deploy: false });
    await user.leases.set({ id, expiresAt: iso(10 * hour), atEnd: 'destroy' });
    // no server from before the warning until long after the end
    await look(20 * hour);
    expect(await kindsOf(id)).toEqual([]);
    expect((await user.slices.get({ id })).lease).toMatchObject({
      warned: true,
      ended: false,
      expiresAt: iso(21 * hour),
    });
    await look(21 * hour - 1_000);
    expect(await kindsOf(id)).toEqual([]);
    await look(21 * hour);
    expect(await kindsOf(id)).toEqual(['destroy']);
  });

  it('that an administrator cuts lasts as long as a warning takes', async () => {
    const { user, id } = await scene({ deploy: false });
    const admin = world.callerOf(await world.person('admin'));
    await user.leases.set({ id, expiresAt: iso(10 * hour) });
    const cut = await admin.leases.set({ id, expiresAt: iso(5 * minute) });
    expect(cut.lease).toMatchObject({ expiresAt: iso(hour), warned: true });
    expect(await leaseNews(id)).toEqual(['set', 'cut']);
    expect((await user.notifications.list({})).items.map(({ happening }) => happening.kind)).toEqual([
      'lease.expiring',
    ]);
    // the owner may have it as short as they like
    expect((await user.leases.set({ id, expiresAt: iso(5 * minute) })).lease).toMatchObject({
      expiresAt: iso(5 * minute),
    });
  });

  it('is extended by one click for as long as it was given, and is warned of anew', async () => {
    const { user, id } = await scene({ deploy: false });
    await user.leases.set({ id, expiresAt: iso(3 * hour) });
    await look(2.5 * hour);
    world.pass(2.5 * hour);
    try {
      const { lease, extendsTo } = await user.leases.get({ id });
      expect(lease?.warned).toBe(true);
      expect(extendsTo).toBe(iso(5.5 * hour));
      expect((await user.leases.extend({ id })).lease).toMatchObject({ expiresAt: iso(5.5 * hour), warned: false });
      expect((await user.leases.extend({ id, minutes: 240 })).lease?.expiresAt).toBe(iso(9.5 * hour));
    } finally {
      world.pass(-2.5 * hour);
    }
  });

  it('refuses what ends in the past, is no end, or is not there to be extended, on the field', async () => {
    const { user, id } = await scene({ deploy: false });
    const refused = async (call: Promise<unknown>) => {
      const { code, field, sentences } = await refusalOf(call);
      return [code, field, sentences?.[0]?.code];
    };
    expect(await refused(user.leases.set({ id, expiresAt: iso(-minute) }))).toEqual([
      'INVALID_INPUT',
      'expiresAt',
      'LEASE_PAST',
    ]);
    expect(await refused(user.leases.extend({ id }))).toEqual(['INVALID_INPUT', 'id', 'LEASE_NONE']);
    expect(await outcomeOf(user.leases.set({ id, expiresAt: iso(hour), atEnd: 'start' }))).toBe('INVALID_INPUT');
    expect(await outcomeOf(user.leases.set({ id, expiresAt: '2027-02-29T10:00:00.000Z' }))).toBe('INVALID_INPUT');
  });

  it('that ends by suspending keeps the memory, which no other end gives up', async () => {
    const { user, id, settled } = await scene();
    await user.leases.set({ id, expiresAt: iso(minute), atEnd: 'suspend' });
    await look(2 * minute);
    expect(await settled()).toBe('suspended');
    await user.leases.set({ id, expiresAt: iso(3 * minute), atEnd: 'stop' });
    await look(4 * minute);
    expect(await settled()).toBe('suspended');
    expect((await actNews(id)).at(-1)).toEqual(['lease', 'stop', 'left', 'ACT_NOTHING_TO_DO']);
    // what is there can still be kept, and nothing of it goes on
    const problemsOf = async (kind: 'snapshot' | 'resume') =>
      (await user.deployments.plan({ sliceId: id, kind })).problems.map(({ code }) => code);
    expect(await problemsOf('snapshot')).not.toContain('LEASE_ENDED');
    expect(await problemsOf('resume')).toContain('LEASE_ENDED');
  });

  it('cannot end by suspending in a zone that cannot, which says why', async () => {
    const { owner, user, id } = await scene({ deploy: false });
    const forZone: typeof ctx.providers.forZone = async (zone) => {
      const provider = await ctx.providers.forZone(zone);
      const describe = async () => {
        const told = await provider.describe();
        const suspend = { ok: false, reason: 'It has no room for memory.' };
        return { ...told, capabilities: { ...told.capabilities, suspend } };
      };
      return { ...provider, describe };
    };
    const lease = { id, expiresAt: iso(hour), atEnd: 'suspend' as const };
    const refused = setLease({ ...ctx, providers: { ...ctx.providers, forZone } }, { actor: owner, lease });
    await expect(refused).rejects.toMatchObject({ code: 'INVALID_INPUT', field: 'atEnd' });
    await expect(refused).rejects.toThrow(/Zone zone \d+ cannot do this .* It has no room for memory\./);
    expect((await user.leases.get({ id })).lease).toBeNull();
  });

  it('that is extended after its end, before that was begun, ends nothing', async () => {
    const { user, id } = await scene();
    await user.leases.set({ id, expiresAt: iso(minute), atEnd: 'stop' });
    // something is under way: the end has to wait
    await user.deployments.start({ sliceId: id, kind: 'reboot' });
    await look(2 * minute);
    expect(await kindsOf(id)).toEqual(['deploy', 'reboot']);
    await user.leases.extend({ id, minutes: 600 });
    await ctx.db
      .update(deployments)
      .set({ status: 'cancelled', claimableAt: null })
      .where(eq(deployments.kind, 'reboot'));
    await look(10 * minute);
    expect(await kindsOf(id)).toEqual(['deploy', 'reboot']);
  });
});

describe('limits of leases', () => {
  const limit = { maxMinutes: 240, atEnd: ['stop'] as ('stop' | 'destroy')[], warnMinutes: 30 };

  it('give a new slice its lease, and let none last longer or end otherwise', async () => {
    const { user, zoneId, template } = await scene({ deploy: false });
    const admin = world.callerOf(await world.person('admin'));
    await admin.leases.setLimit({ of: { zoneId }, limit });
    const { id, lease } = await user.slices.create({ name: 'Two', templateId: template.id, zoneId });
    expect(lease).toEqual({ expiresAt: iso(4 * hour), atEnd: 'stop', warned: false, ended: false });
    const refused = async (call: Promise<unknown>) => (await refusalOf(call)).sentences?.[0];
    expect(await refused(user.leases.set({ id, expiresAt: iso(5 * hour) }))).toEqual({
      code: 'LEASE_TOO_LONG',
      params: { max: '4 h' },
    });
    expect((await refused(user.leases.set({ id, expiresAt: null })))?.code).toBe('LEASE_NEEDED');
    expect((await refused(user.leases.extend({ id, minutes: 10 })))?.code).toBe('LEASE_TOO_LONG');
    expect(await refused(user.leases.set({ id, expiresAt: iso(hour), atEnd: 'destroy' }))).toEqual({
      code: 'LEASE_END_NOT_ALLOWED',
      params: { allowed: 'stop' },
    });
    // one click always is within it
    await user.leases.set({ id, expiresAt: iso(hour) });
    expect((await user.leases.extend({ id })).lease?.expiresAt).toBe(iso(hour));
  });

  it('of the zone and of the owner’s role hold together, whoever acts', async () => {
    const { owner, user, id, zoneId } = await scene({ deploy: false });
    const admin = world.callerOf(await world.person('admin'));
    await admin.leases.setLimit({ of: { zoneId }, limit: { ...limit, atEnd: ['stop', 'destroy'] } });
    const limits = await admin.leases.setLimit({
      of: { role: owner.role },
      limit: { maxMinutes: 60, atEnd: ['destroy'], warnMinutes: 60 },
    });
    expect(limits.roles.find(({ role }) => role === owner.role)?.limit.maxMinutes).toBe(60);
    expect((await user.leases.get({ id })).limit).toEqual({ maxMinutes: 60, atEnd: ['destroy'], warnMinutes: 30 });
    expect((await refusalOf(admin.leases.set({ id, expiresAt: iso(2 * hour), atEnd: 'destroy' }))).code).toBe(
      'INVALID_INPUT',
    );
  });

  it('that are set later hold what is there to them, with the time of a warning, and no other zone', async () => {
    const one = await scene({ deploy: false });
    const other = await scene({ deploy: false });
    const admin = world.callerOf(await world.person('admin'));
    await one.user.leases.set({ id: one.id, expiresAt: iso(100 * hour), atEnd: 'destroy' });
    await admin.leases.setLimit({
      of: { zoneId: one.zoneId },
      limit: { maxMinutes: 10, atEnd: ['stop'], warnMinutes: 30 },
    });
    // until nothing is left to be held to it
    for (let rounds = 0; rounds < 3; rounds++) await look(0);
    expect(await ctx.db.$count(leaseLimits, eq(leaseLimits.sweeping, true))).toBe(0);
    expect((await one.user.slices.get({ id: one.id })).lease).toEqual({
      expiresAt: iso(30 * minute),
      atEnd: 'stop',
      warned: true,
      ended: false,
    });
    expect(await leaseNews(one.id)).toEqual(['set', 'cut']);
    expect((await other.user.slices.get({ id: other.id })).lease).toBeNull();
  });
});

describe('a list of slices whose lease ends soon', () => {
  it('has those that were warned of and have not ended, of whom one asks for', async () => {
    const { user, id, zoneId, template, owner } = await scene({ deploy: false });
    const more = async (name: string) => (await user.slices.create({ name, templateId: template.id, zoneId })).id;
    const [far, ended] = [await more('Far'), await more('Ended')];
    await more('None');
    await user.leases.set({ id, expiresAt: iso(30 * minute) });
    await user.leases.set({ id: far, expiresAt: iso(30 * hour) });
    await user.leases.set({ id: ended, expiresAt: iso(minute) });
    await look(2 * minute);
    const names = async (caller: typeof user, of: 'mine' | 'shared' | 'all' | 'everyone') =>
      (await caller.slices.list({ of, mark: 'expiring' })).items.map((slice) => slice.name);
    expect(await names(user, 'mine')).toEqual(['One']);
    const friend = await world.person();
    await user.slices.share({ id, email: friend.email, level: 'view' });
    expect(await names(world.callerOf(friend), 'mine')).toEqual([]);
    expect(await names(world.callerOf(friend), 'shared')).toEqual(['One']);
    expect(await names(world.callerOf(friend), 'all')).toEqual(['One']);
    const admin = world.callerOf(await world.person('admin'));
    const everyone = (await admin.slices.list({ of: 'everyone', mark: 'expiring' })).items;
    expect(everyone.filter((slice) => slice.owner.id === owner.userId).map((slice) => slice.name)).toEqual(['One']);
    expect(await names(world.callerOf(await world.person()), 'all')).toEqual([]);
  });
});

describe('a schedule', () => {
  /** The rule for once, `ms` after the beginning, by the clock of UTC. Whole minutes. */
  const once = (ms: number): ScheduleRule => {
    const text = iso(ms);
    return { repeat: 'once', date: text.slice(0, 10), time: text.slice(11, 16), timeZone: 'UTC' };
  };
  const daily = (ms: number): ScheduleRule => ({
    repeat: 'weekly',
    weekdays: [1, 2, 3, 4, 5, 6, 7],
    time: iso(ms).slice(11, 16),
    timeZone: 'UTC',
  });

  it('stops and starts a slice at its time, once and again, by the system, and never twice', async () => {
    const { user, id, settled } = await scene();
    await user.schedules.add({ sliceId: id, kind: 'stop', rule: daily(hour) });
    await user.schedules.add({ sliceId: id, kind: 'start', rule: once(2 * hour) });
    await look(hour - 2 * minute);
    expect(await actNews(id)).toEqual([]);
    for (let again = 0; again < 3; again++) await look(hour);
    expect(await settled()).toBe('stopped');
    await look(2 * hour);
    expect(await settled()).toBe('active');
    // the clock of the database is put back: what was done is not done again
    await look(hour);
    await look(2 * hour);
    expect(await kindsOf(id)).toEqual(['deploy', 'stop', 'start']);
    await look(25 * hour);
    expect(await settled()).toBe('stopped');
    expect(await actNews(id)).toEqual([
      ['schedule', 'stop', 'begun', null],
      ['schedule', 'start', 'begun', null],
      ['schedule', 'stop', 'begun', null],
    ]);
    expect((await user.schedules.list({ id })).items.map(({ nextAt }) => nextAt === null)).toEqual([false, true]);
  });

  it('that nobody was there for is caught up with: the latest of all only, and the history says so', async () => {
    const { user, id, settled } = await scene();
    await user.schedules.add({ sliceId: id, kind: 'stop', rule: daily(hour) });
    await user.schedules.add({ sliceId: id, kind: 'start', rule: daily(2 * hour) });
    // away for three days
    await look(3 * 24 * hour + 3 * hour);
    expect(await kindsOf(id)).toEqual(['deploy', 'start']);
    expect(await settled()).toBe('active');
    const acts = await told(id, 'slice.act');
    expect(
      acts.map((data) => data.type === 'slice.act' && [data.kind, data.outcome, data.missedFrom === null]),
    ).toEqual([
      ['stop', 'left', false],
      ['start', 'begun', false],
    ]);
  });

  it('that is long over is left, and the history says so', async () => {
    const { user, id } = await scene();
    await user.schedules.add({ sliceId: id, kind: 'stop', rule: once(hour) });
    await look(8 * hour);
    expect(await kindsOf(id)).toEqual(['deploy']);
    expect(await actNews(id)).toEqual([['schedule', 'stop', 'left', 'ACT_TOO_LATE']]);
  });

  it('waits for what is under way, and says it when there is nothing to do', async () => {
    const { user, id, settled } = await scene();
    await user.deployments.start({ sliceId: id, kind: 'reboot' });
    await user.schedules.add({ sliceId: id, kind: 'stop', rule: once(hour) });
    await look(hour);
    expect(await actNews(id)).toEqual([]);
    await settled();
    await look(hour + minute);
    expect(await settled()).toBe('stopped');
    expect(await kindsOf(id)).toEqual(['deploy', 'reboot', 'stop']);

    const draft = await scene({ deploy: false });
    await draft.user.schedules.add({ sliceId: draft.id, kind: 'start', rule: once(hour) });
    await look(hour);
    expect(await actNews(draft.id)).toEqual([['schedule', 'start', 'left', 'ACT_NOTHING_TO_DO']]);
  });

  it('refuses a moment that has passed, a zone and a day that are not there, and too many', async () => {
    const { user, id } = await scene({ deploy: false });
    const add = (rule: ScheduleRule) => user.schedules.add({ sliceId: id, kind: 'stop', rule });
    expect(await refusalOf(add(once(-2 * hour)))).toMatchObject({ code: 'INVALID_INPUT', field: 'rule.date' });
    expect(await outcomeOf(add({ ...once(hour), timeZone: 'Mars/Olympus' }))).toBe('INVALID_INPUT');
    expect(await outcomeOf(add({ repeat: 'once', date: '2027-02-29', time: '10:00', timeZone: 'UTC' }))).toBe(
      'INVALID_INPUT',
    );
    for (let n = 0; n < 20; n++) await add(daily(hour));
    expect((await refusalOf(add(daily(hour)))).sentences?.[0]?.code).toBe('SCHEDULES_TOO_MANY');
    const { items } = await user.schedules.list({ id });
    expect((await user.schedules.remove({ id: items[0]?.id ?? 0 })).items).toHaveLength(19);
  });
});

describe('several servers', () => {
  it('begin what is due once between them', async () => {
    const { user, id } = await scene();
    await user.leases.set({ id, expiresAt: iso(minute), atEnd: 'stop' });
    await Promise.all(Array.from({ length: 4 }, () => look(2 * minute)));
    expect(await kindsOf(id)).toEqual(['deploy', 'stop']);
    expect(await leaseNews(id)).toEqual(['set', 'ended']);
    expect(await actNews(id)).toEqual([['lease', 'stop', 'begun', null]]);
  });

  it('follow one that died over it: before it had begun it, and after', async () => {
    const { user, id, owner, settled } = await scene();
    await user.leases.set({ id, expiresAt: iso(minute), atEnd: 'stop' });
    // it claims, and dies
    await look(2 * minute, { ...ctx, db: await dyingAfterClaim(id) });
    expect(await kindsOf(id)).toEqual(['deploy']);
    await look(2 * minute + 30_000);
    expect(await kindsOf(id)).toEqual(['deploy']);
    await look(4 * minute);
    expect(await kindsOf(id)).toEqual(['deploy', 'stop']);
    expect(await settled()).toBe('stopped');

    // another one begins the operation, and dies before it has written that down
    const [act] = await ctx.db
      .insert(sliceActs)
      .values({ sliceId: id, origin: 'schedule:1', kind: 'start', dueAt: at(0), claimableAt: at(0) });
    await user.leases.extend({ id, minutes: 600 });
    const actor = { kind: 'system', onBehalfOf: owner.userId, because: 'schedules.add' } as const;
    await queueDeployment(ctx, { actor, sliceId: id, kind: 'start', idempotencyKey: `act:${act.insertId}` });
    await look(5 * minute);
    expect(await kindsOf(id)).toEqual(['deploy', 'stop', 'start']);
    const [row] = await ctx.db.select().from(sliceActs).where(eq(sliceActs.id, act.insertId));
    expect(row?.claimableAt).toBeNull();
    expect(row?.deploymentId).not.toBeNull();
  });

  it('take an error that nobody knows of for none: it is tried again, and finds what was begun', async () => {
    const { user, id } = await scene();
    await user.leases.set({ id, expiresAt: iso(minute), atEnd: 'stop' });
    const notify = () => {
      throw new Error('lost');
    };
    await look(2 * minute, { ...ctx, bus: { ...ctx.bus, notify } });
    expect(await kindsOf(id)).toEqual(['deploy', 'stop']);
    expect(await actNews(id)).toEqual([]);
    await look(3 * minute);
    expect(await kindsOf(id)).toEqual(['deploy', 'stop']);
    expect(await actNews(id)).toEqual([['lease', 'stop', 'begun', null]]);
  });

  it('mean the database’s time, whatever their own clocks say', async () => {
    const [own, theirs] = [Date.now(), (await databaseTime(ctx.db)).getTime()];
    expect(Math.abs(own - theirs)).toBeLessThan(minute);
  });
});

/** What is due becomes an act, which is claimed; then nothing more is heard of that server. */
async function dyingAfterClaim(sliceId: number): Promise<DomainContext['db']> {
  const { leaseFallsDue } = await import('./due');
  await ctx.db.transaction((tx) => leaseFallsDue(tx, sliceId, at(2 * minute), () => Promise.resolve()));
  const [act] = await ctx.db.select().from(sliceActs).where(eq(sliceActs.sliceId, sliceId));
  if (act === undefined) throw new Error('nothing was due');
  expect(await claimAct(ctx.db, act, at(3 * minute))).toBe(true);
  expect(await claimAct(ctx.db, act, at(3 * minute))).toBe(false);
  return ctx.db;
}

it('what is done of a slice that was destroyed meanwhile is nothing', async () => {
  const { user, id } = await scene({ deploy: false });
  await user.leases.set({ id, expiresAt: iso(minute), atEnd: 'stop' });
  await ctx.db
    .update(slices)
    .set({ deletedAt: at(0), status: 'destroyed' })
    .where(eq(slices.id, id));
  await look(2 * minute);
  expect(await ctx.db.$count(sliceLeases, eq(sliceLeases.sliceId, id))).toBe(0);
  expect(await kindsOf(id)).toEqual([]);
  expect(await outcomeOf(user.leases.set({ id, expiresAt: iso(hour) }))).toBe('INVALID_TRANSITION');
});
