import { and, eq } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { auditLog } from '#drizzle/schema/audit';
import { sliceInternet } from '#drizzle/schema/internet';
import { notifications } from '#drizzle/schema/notifications';
import type { MeterReading } from '#server/lib/meters';
import { createSimulatorProvider } from '#server/providers/simulator/simulator-provider';
import { simulatorOnly } from '#server/testing/context';
import { line } from '#server/testing/drawings';
import { outcomeOf } from '#server/testing/outcomes';
import { createWorld } from '#server/testing/world';
import { countInternet } from './counting';
import { internetLimitsOf } from './limits';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;
const mib = 2 ** 20;

/** What has passed by the meters of each slice. */
const passed = new Map<number, MeterReading[]>();
/** Done once, before the meters are read for the second time: when the rows have been. */
let meanwhile: (() => Promise<void>) | null = null;
const limited: number[] = [];
const simulator = createSimulatorProvider();
let reads = 0;
ctx.providers = simulatorOnly({
  ...simulator,
  async internetUse() {
    const now = new Map(passed);
    reads += 1;
    const act = reads % 2 === 0 ? meanwhile : null;
    if (act !== null) {
      meanwhile = null;
      await act();
    }
    return now;
  },
  async limitInternet({ id }) {
    limited.push(id);
  },
});

beforeEach(async () => {
  await ctx.db.delete(sliceInternet);
  passed.clear();
  limited.length = 0;
});

async function scene(internetMbPerMonth: number | null, internetKbps: number | null = null) {
  const owner = await world.person();
  const user = world.callerOf(owner);
  const template = await user.templates.create({ name: 'Line', topology: line(1) });
  const zoneId = await world.zone({ name: `zone ${owner.userId}` });
  const { id } = await user.slices.create({ name: 'One', templateId: template.id, zoneId });
  await world.quota({ userId: owner.userId }, { internetMbPerMonth, internetKbps });
  const used = async () => (await user.slices.internet({ id })).usedBytes / mib;
  const told = async () => {
    const rows = await ctx.db.select().from(notifications).where(eq(notifications.userId, owner.userId));
    return rows.flatMap(({ happening }) => (happening.kind === 'slice.internet' ? [happening.percent] : []));
  };
  const count = async (...readings: [meter: string, mb: number][]) => {
    passed.set(
      id,
      readings.map(([meter, mb]) => ({ meter, bytes: mb * mib })),
    );
    await countInternet(ctx);
  };
  return { owner, user, id, used, told, count };
}

describe('what passes between a slice and the internet', () => {
  it('is counted once, over gateways and servers that begin anew', async () => {
    const { id, user, used, count } = await scene(null, 2_000);
    expect(await user.slices.internet({ id })).toMatchObject({
      ...{ sliceId: id, kbps: 2_000, mbPerMonth: null, usedBytes: 0, usedUp: false },
    });
    await count(['a', 5]);
    await count(['a', 5]);
    expect(await used()).toBe(5);
    await count(['a', 6], ['b', 2]);
    expect(await used()).toBe(8);
    // a new server knows what runs
    await count(['b', 3]);
    await count(['c', 1]);
    expect(await used()).toBe(10);
    // a round that is of totals only leaves it for a later one
    passed.set(id, [{ meter: 'c', bytes: 2 * mib }]);
    await countInternet(ctx, { withoutTotal: false });
    expect(await used()).toBe(10);
    await countInternet(ctx);
    expect(await used()).toBe(11);
    expect(await internetLimitsOf(ctx.db, id)).toEqual({ kbps: 2_000, usedUp: false });
    expect(limited).toEqual([]);
    const stranger = world.callerOf(await world.person());
    expect(await outcomeOf(stranger.slices.internet({ id }))).toBe('NOT_FOUND');
  });

  it('is told of to the owner near the total and at it, once each, and cut off there until the quota is larger', async () => {
    const { owner, id, user, used, told, count } = await scene(10);
    await count(['a', 7]);
    expect(await told()).toEqual([]);
    await count(['a', 8]);
    await count(['a', 9]);
    expect(await told()).toEqual([80]);
    expect(limited).toEqual([]);
    await count(['a', 9], ['b', 2]);
    await countInternet(ctx, { withoutTotal: false });
    expect(await told()).toEqual([80, 100]);
    expect(limited).toEqual([id]);
    expect(await user.slices.internet({ id })).toMatchObject({ usedUp: true, mbPerMonth: 10 });
    expect(await internetLimitsOf(ctx.db, id)).toMatchObject({ usedUp: true });
    await world.quota({ userId: owner.userId }, { internetMbPerMonth: 20 });
    expect(await internetLimitsOf(ctx.db, id)).toMatchObject({ usedUp: false });
    // what it had counts on, and its owner is told anew
    await count(['b', 7]);
    expect(await used()).toBe(16);
    expect(await told()).toEqual([80, 100]);
    await count(['b', 11]);
    expect(await told()).toEqual([80, 100, 100]);
  });

  it('is of its month: the next one begins at nothing', async () => {
    const { id, used, told, count } = await scene(10);
    await count(['a', 12]);
    await ctx.db.update(sliceInternet).set({ month: '2020-01' }).where(eq(sliceInternet.sliceId, id));
    expect(await used()).toBe(0);
    expect(await internetLimitsOf(ctx.db, id)).toMatchObject({ usedUp: false });
    await count(['a', 21]);
    expect(await used()).toBe(9);
    expect(await told()).toEqual([100, 80]);
  });

  it('is begun anew by an administrator, which is written down', async () => {
    const { id, user, used, count } = await scene(10);
    await count(['a', 12]);
    expect(await outcomeOf(user.quotas.resetInternet({ id }))).toBe('FORBIDDEN');
    const admin = await world.person('admin');
    for (let times = 0; times < 2; times++)
      expect(await world.callerOf(admin).quotas.resetInternet({ id })).toMatchObject({ usedBytes: 0, usedUp: false });
    const log = await ctx.db
      .select()
      .from(auditLog)
      .where(and(eq(auditLog.action, 'quotas.reset-internet'), eq(auditLog.objectId, id)));
    expect(log).toMatchObject([{ userId: admin.userId, details: { usedBytes: 12 * mib } }]);
    await count(['a', 15]);
    expect(await used()).toBe(3);
  });

  it('is not counted by who read it before somebody else has counted', async () => {
    const { id, used, count } = await scene(null);
    await count(['a', 5]);
    // while this server has read the rows, and its meters before the gateway was started anew, another one counts what is there now
    passed.set(id, [{ meter: 'a', bytes: 6 * mib }]);
    meanwhile = () => count(['a', 7], ['b', 1]);
    await countInternet(ctx);
    expect(await used()).toBe(8);
    await count(['b', 2]);
    expect(await used()).toBe(9);
    // nor is a total lost that is begun anew meanwhile
    const admin = world.callerOf(await world.person('admin'));
    passed.set(id, [{ meter: 'b', bytes: 4 * mib }]);
    meanwhile = async () => void (await admin.quotas.resetInternet({ id }));
    for (let times = 0; times < 2; times++) await countInternet(ctx);
    expect(await used()).toBe(2);
  });

  it('of a first count, by two servers at once, is that of one of them', async () => {
    const { id, used, count } = await scene(null);
    passed.set(id, [{ meter: 'a', bytes: 6 * mib }]);
    meanwhile = () => count(['a', 7]);
    await countInternet(ctx);
    expect(await used()).toBe(7);
  });
});

it('a slice that is not there has nothing of the internet', async () => {
  expect(await internetLimitsOf(ctx.db, 999_999)).toEqual({ kbps: null, usedUp: true });
});
