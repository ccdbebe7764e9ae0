import { and, eq } from 'drizzle-orm';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { auditLog } from '#drizzle/schema/audit';
import { availabilityZones } from '#drizzle/schema/catalogue';
import { deployments, events } from '#drizzle/schema/deployments';
import { notifications } from '#drizzle/schema/notifications';
import { zoneWaits } from '#drizzle/schema/waits';
import { setSliceStatus } from '#server/db/queries/slices';
import { inTransaction } from '#server/db/transaction';
import type { Actor, DomainContext } from '#server/domain/context';
import { createEventBus } from '#server/events/bus';
import { line as lineOf } from '#server/testing/drawings';
import { refusalOf } from '#server/testing/outcomes';
import { testProvisioning, until } from '#server/testing/provisioning';
import { createWorld, type Caller } from '#server/testing/world';
import { admitWaiting, startLine } from './admit';
import { passedAtMost } from './order';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;

beforeEach(async () => {
  await ctx.db.delete(zoneWaits);
});

interface Made {
  id: number;
  owner: Actor;
  user: Caller;
}

/** A zone with room for so many VMs, and slices of so many VMs each, by whom they are. */
async function scene<const Sizes extends readonly { vms: number; of: number }[]>(room: number, sizes: Sizes) {
  const owners = [await world.person(), await world.person(), await world.person(), await world.person()];
  const zoneId = await world.zone({
    name: `zone ${owners[0]?.userId ?? 0}`,
    overcommit: { vcpus: 1, ram: 1, disk: 1 },
    ...{ limitVcpus: room, limitRamMb: 1_000_000, limitDiskGb: 10_000 },
  });
  const made: Made[] = [];
  for (const [index, { vms, of }] of sizes.entries()) {
    const owner = owners[of];
    if (owner === undefined) throw new Error('There is no such owner.');
    const user = world.callerOf(owner);
    const template = await user.templates.create({ name: `Line ${index}`, topology: lineOf(vms) });
    const { id } = await user.slices.create({ name: `Slice ${index}`, templateId: template.id, zoneId });
    made.push({ id, owner, user });
  }
  return { zoneId, slices: made as { [Index in keyof Sizes]: Made } };
}
const join = ({ user, id }: Made) => user.line.join({ sliceId: id });
const placeOf = async ({ user, id }: Made) => (await user.line.get({ sliceId: id })).place;
const statusOf = async ({ user, id }: Made) => (await user.slices.get({ id })).status;
const begun = async ({ id }: Made) => ctx.db.select().from(deployments).where(eq(deployments.sliceId, id));
/** What the history says of its place. */
const lineNews = async ({ id }: Made) => {
  const rows = await ctx.db.select().from(events).where(eq(events.sliceId, id)).orderBy(events.id);
  return rows.flatMap(({ data }) => (data.type === 'slice.line' ? [data.what] : []));
};
const toldOf = async ({ id, owner }: Made) => {
  const rows = await ctx.db
    .select()
    .from(notifications)
    .where(and(eq(notifications.userId, owner.userId), eq(notifications.sliceId, id)));
  return rows.map(({ happening }) => happening.kind).filter((kind) => kind.startsWith('line.'));
};
/** A slice gives back what it has, as its destroy would. */
const gone = ({ id }: Made) => inTransaction(ctx.db, (tx) => setSliceStatus(tx, id, 'draft'));

describe('waiting in line for room', () => {
  it('begins at once where there is room, and waits where there is none, with its place', async () => {
    const {
      slices: [first, second, third],
    } = await scene(3, [
      { vms: 2, of: 0 },
      { vms: 2, of: 1 },
      { vms: 3, of: 2 },
    ]);
    const started = await join(first);
    expect(started).toMatchObject({ place: null });
    expect(started.deploymentId).not.toBeNull();
    expect(await join(second)).toMatchObject({
      deploymentId: null,
      place: { place: 1, of: 1, needs: { vcpus: 2 }, free: { vcpus: 1 } },
    });
    expect(await join(third)).toMatchObject({ place: { place: 2, of: 2 } });
    // who waits keeps their place when they ask again
    expect(await join(second)).toMatchObject({ place: { place: 1, of: 2 } });
    expect((await second.user.slices.get({ id: second.id })).waitingSince).not.toBeNull();
    expect((await second.user.slices.list({})).items[0]?.waitingSince).not.toBeNull();
    expect(await statusOf(second)).toBe('draft');
    expect(await lineNews(second)).toEqual(['joined']);
    const deeds = await ctx.db
      .select()
      .from(auditLog)
      .where(and(eq(auditLog.objectId, second.id), eq(auditLog.action, 'line.join')));
    expect(deeds).toHaveLength(1);
  });

  it('is told of by the plan, and is not for what is larger than the zone or lacks something else', async () => {
    const {
      slices: [large, first, second],
      zoneId,
    } = await scene(2, [
      { vms: 3, of: 0 },
      { vms: 2, of: 0 },
      { vms: 1, of: 1 },
    ]);
    const plan = (made: Made) => made.user.deployments.plan({ sliceId: made.id, kind: 'deploy' });
    expect(await plan(large)).toMatchObject({ runnable: false, canWait: false });
    expect(await refusalOf(join(large))).toMatchObject({ code: 'PLAN_NOT_RUNNABLE' });
    await join(first);
    expect(await plan(second)).toMatchObject({ runnable: false, canWait: true });
    await world.quota({ userId: second.owner.userId }, { runningVms: 0 });
    expect(await plan(second)).toMatchObject({ canWait: false });
    expect((await refusalOf(join(second))).code).toBe('PLAN_NOT_RUNNABLE');
    await world.quota({ userId: second.owner.userId }, { runningVms: null });
    await ctx.db.update(availabilityZones).set({ enabled: false }).where(eq(availabilityZones.id, zoneId));
    expect(await plan(second)).toMatchObject({ canWait: false });
  });

  it('is over when room becomes free: by the event, not by a timer; history and notification say so', async () => {
    const {
      slices: [first, second],
    } = await scene(2, [
      { vms: 2, of: 0 },
      { vms: 1, of: 1 },
    ]);
    const provisioning = testProvisioning(ctx);
    provisioning.run();
    onTestFinished(() => provisioning.stop());
    // a timer that never comes
    onTestFinished(startLine(ctx, 3_600_000));
    await join(first);
    await until(ctx, first.id, async () => (await statusOf(first)) === 'active');
    expect(await join(second)).toMatchObject({ place: { place: 1 } });
    await first.user.deployments.start({ sliceId: first.id, kind: 'destroy' });
    await until(ctx, second.id, async () => (await statusOf(second)) === 'active');
    expect(await lineNews(second)).toEqual(['joined', 'admitted']);
    expect(await toldOf(second)).toEqual(['line.admitted']);
    const { deployment, waitingSince } = await second.user.slices.get({ id: second.id });
    expect(waitingSince).toBeNull();
    expect(deployment).toMatchObject({ because: 'line.join', requestedBy: { id: second.owner.userId } });
    expect(Date.parse(deployment?.waitingSince ?? '')).toBeLessThanOrEqual(Date.parse(deployment?.createdAt ?? ''));
    expect(await ctx.db.select().from(zoneWaits)).toEqual([]);
  });

  it('is given up by whoever waits, and by a slice that is destroyed', async () => {
    const {
      slices: [first, second, third],
    } = await scene(1, [
      { vms: 1, of: 0 },
      { vms: 1, of: 1 },
      { vms: 1, of: 2 },
    ]);
    await join(first);
    await join(second);
    await join(third);
    expect(await second.user.line.leave({ sliceId: second.id })).toEqual({ place: null });
    expect(await second.user.line.leave({ sliceId: second.id })).toEqual({ place: null });
    expect(await lineNews(second)).toEqual(['joined', 'left']);
    expect(await placeOf(third)).toMatchObject({ place: 1, of: 1 });
    await third.user.deployments.start({ sliceId: third.id, kind: 'destroy' });
    expect(await lineNews(third)).toEqual(['joined', 'left']);
    expect(await ctx.db.select().from(zoneWaits)).toEqual([]);
    const [destroy] = await begun(third);
    expect(destroy?.waitingSince).toBeNull();
    // what nobody waits for any more is not begun
    await gone(first);
    await admitWaiting(ctx);
    expect(await begun(second)).toEqual([]);
  });

  it('refuses an update of what waits, in a clear sentence', async () => {
    const {
      slices: [first, second],
    } = await scene(1, [
      { vms: 1, of: 0 },
      { vms: 1, of: 1 },
    ]);
    await join(first);
    await join(second);
    const { version } = await second.user.slices.topology({ id: second.id });
    const request = {
      sliceId: second.id,
      kind: 'update',
      change: { from: 'drawing', topology: lineOf(2) },
      baseVersion: version,
    } as const;
    expect((await second.user.deployments.plan(request)).problems.map(({ code }) => code)).toEqual(['SLICE_IN_LINE']);
    const refused = await refusalOf(second.user.deployments.start(request));
    expect(refused.code).toBe('PLAN_NOT_RUNNABLE');
    expect(refused.message).toContain('waits in line for room in zone');
    expect((await second.user.slices.get({ id: second.id })).vms).toBe(1);
    await second.user.line.leave({ sliceId: second.id });
    expect(await second.user.deployments.plan(request)).toMatchObject({ problems: [] });
  });

  it('asks for the quota when it is let in, and says why it is not', async () => {
    const {
      slices: [first, second],
    } = await scene(1, [
      { vms: 1, of: 0 },
      { vms: 1, of: 1 },
    ]);
    await join(first);
    await join(second);
    await world.quota({ userId: second.owner.userId }, { runningVms: 0 });
    await gone(first);
    await admitWaiting(ctx);
    expect(await begun(second)).toEqual([]);
    expect(await lineNews(second)).toEqual(['joined', 'dropped']);
    expect(await toldOf(second)).toEqual(['line.dropped']);
    const rows = await ctx.db.select().from(events).where(eq(events.sliceId, second.id));
    expect(
      rows.flatMap(({ data }) =>
        data.type === 'slice.line' && data.error !== null ? [data.sentences?.[0]?.code] : [],
      ),
    ).toEqual(['QUOTA_RUNNING_VMS']);
  });

  it('is over for a disabled account, and for what the zone has become too small for', async () => {
    const {
      slices: [first, second, third],
      zoneId,
    } = await scene(2, [
      { vms: 2, of: 0 },
      { vms: 1, of: 1 },
      { vms: 2, of: 2 },
    ]);
    await join(first);
    await join(second);
    await join(third);
    await world.disabled(second.owner);
    await ctx.db.update(availabilityZones).set({ limitVcpus: 1 }).where(eq(availabilityZones.id, zoneId));
    await admitWaiting(ctx);
    expect(await lineNews(second)).toEqual(['joined', 'dropped']);
    expect(await lineNews(third)).toEqual(['joined', 'dropped']);
    expect(await begun(second)).toEqual([]);
  });

  it('is fair: who has less of the zone is let in first, and then in turns', async () => {
    const {
      slices: [a1, a2, a3, b1, c1],
    } = await scene(4, [
      { vms: 4, of: 3 },
      { vms: 1, of: 0 },
      { vms: 1, of: 0 },
      { vms: 1, of: 1 },
      { vms: 1, of: 2 },
    ]);
    for (const made of [a1, a2, a3, b1, c1]) await join(made);
    expect((await placeOf(a2))?.place).toBe(1);
    expect((await placeOf(b1))?.place).toBe(2);
    expect((await placeOf(c1))?.place).toBe(3);
    expect((await placeOf(a3))?.place).toBe(4);
  });

  it('keeps what becomes free for whoever was passed too often, from those who do not wait, too', async () => {
    const {
      slices: [first, large, small, late],
    } = await scene(3, [
      { vms: 2, of: 0 },
      { vms: 3, of: 1 },
      { vms: 1, of: 2 },
      { vms: 1, of: 3 },
    ]);
    await join(first);
    await join(large);
    // it has room, and passes
    expect((await join(small)).deploymentId).not.toBeNull();
    expect((await ctx.db.select().from(zoneWaits))[0]).toMatchObject({ sliceId: large.id, passed: 1 });
    await ctx.db.update(zoneWaits).set({ passed: passedAtMost });
    await gone(small);
    const plan = await late.user.deployments.plan({ sliceId: late.id, kind: 'deploy' });
    expect(plan).toMatchObject({ runnable: false, canWait: true, problems: [{ code: 'ROOM_KEPT' }] });
    expect(await join(late)).toMatchObject({ place: { place: 2, of: 2 } });
    expect(await placeOf(large)).toMatchObject({ place: 1, kept: true });
    await admitWaiting(ctx);
    expect(await begun(late)).toEqual([]);
    await gone(first);
    await admitWaiting(ctx);
    expect(await begun(large)).toHaveLength(1);
    expect(await placeOf(late)).toMatchObject({ place: 1, of: 1 });
  });

  it('lets each in once, also where two servers do it at the same time, and after a restart', async () => {
    const {
      slices: [first, second, third],
    } = await scene(2, [
      { vms: 2, of: 0 },
      { vms: 1, of: 1 },
      { vms: 1, of: 2 },
    ]);
    await join(first);
    await join(second);
    await join(third);
    await gone(first);
    // neither knows anything but what is in the database
    const server = (): DomainContext => ({ ...ctx, db: ctx.db, bus: createEventBus() });
    await Promise.all([admitWaiting(server()), admitWaiting(server()), admitWaiting(server())]);
    expect(await begun(second)).toHaveLength(1);
    expect(await begun(third)).toHaveLength(1);
    expect(await lineNews(second)).toEqual(['joined', 'admitted']);
    expect(await toldOf(third)).toEqual(['line.admitted']);
    expect(await ctx.db.select().from(zoneWaits)).toEqual([]);
  });

  it('asks no zone in which nobody waits for anything', async () => {
    const {
      slices: [first, second],
    } = await scene(1, [
      { vms: 1, of: 0 },
      { vms: 1, of: 1 },
    ]);
    let asked = 0;
    const forZone: DomainContext['providers']['forZone'] = (zone) => {
      asked += 1;
      return ctx.providers.forZone(zone);
    };
    const counting = { ...ctx, db: ctx.db, providers: { ...ctx.providers, forZone } };
    await admitWaiting(counting);
    expect(asked).toBe(0);
    await join(first);
    await join(second);
    await admitWaiting(counting);
    expect(asked).toBe(1);
  });
});
