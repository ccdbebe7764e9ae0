import { and, eq } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { deployments } from '#drizzle/schema/deployments';
import { idleRules, sliceIdle } from '#drizzle/schema/idle';
import { notifications } from '#drizzle/schema/notifications';
import { slices } from '#drizzle/schema/slices';
import type { IdleRule } from '#shared/idle';
import type { DomainContext } from '#server/domain/context';
import type { Provider, VmUsage } from '#server/providers/provider';
import { line } from '#server/testing/drawings';
import { outcomeOf } from '#server/testing/outcomes';
import { createWorld } from '#server/testing/world';
import { idleRound } from './watch';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;

/** What the zone's VMs have used, by slice. */
const usage = new Map<number, VmUsage[]>();
let isAsked = 0;
const provider = new Proxy(world.simulator, {
  get(target, name, receiver) {
    if (name !== 'usage') return Reflect.get(target, name, receiver) as unknown;
    const used: Provider['usage'] = async (asked) => {
      isAsked += 1;
      return new Map((asked ?? []).map(({ id }) => [id, usage.get(id) ?? []]));
    };
    return used;
  },
});
const watching = (): DomainContext => ({
  ...ctx,
  db: ctx.db,
  providers: { ...ctx.providers, forZone: () => Promise.resolve(provider) },
});

const minute = 60_000;
let clock = 0;
/** Looks each minute for so long: each look is half a dozen queries, so rules are as short as they may be. `each`: what happens before a look. */
async function pass(minutes: number, each: () => void = () => {}): Promise<void> {
  for (let n = 0; n < minutes; n++) {
    clock += minute;
    each();
    await idleRound(watching(), new Date(clock));
  }
}

beforeEach(async () => {
  for (const table of [sliceIdle, idleRules]) await ctx.db.delete(table);
  usage.clear();
  isAsked = 0;
  clock = Date.parse('2026-03-01T00:00:00.000Z');
});

async function scene(rule: IdleRule | null) {
  const owner = await world.person();
  const user = world.callerOf(owner);
  const template = await user.templates.create({ name: 'Line', topology: line(1) });
  const zoneId = await world.zone({ name: `zone ${owner.userId}` });
  const { id, vmList } = await user.slices.create({ name: 'One', templateId: template.id, zoneId });
  await ctx.db.update(slices).set({ status: 'active' }).where(eq(slices.id, id));
  const vmId = vmList[0]?.id ?? 0;
  const vm: VmUsage = { vmId, run: 1, cpuSeconds: 10, memoryMb: 64, diskBytes: null, trafficBytes: 0, consoles: 0 };
  usage.set(id, [vm]);
  if (rule !== null) await user.idle.set({ id, rule });
  const begun = async () =>
    (await ctx.db.select().from(deployments).where(eq(deployments.sliceId, id))).map(({ kind, because }) => [
      kind,
      because,
    ]);
  const told = async () => {
    const rows = await ctx.db
      .select()
      .from(notifications)
      .where(and(eq(notifications.userId, owner.userId), eq(notifications.sliceId, id)));
    return rows.flatMap(({ happening }) => (happening.kind === 'slice.idle' ? [happening.end] : []));
  };
  const since = async () => (await user.idle.get({ id })).since;
  return { id, owner, user, zoneId, vm, begun, told, since };
}

describe('a slice in which nothing happens', () => {
  it('is nobody’s business unless a rule says so: no zone is even asked', async () => {
    const { begun, told } = await scene(null);
    await pass(12);
    expect(isAsked).toBe(0);
    expect([await begun(), await told()]).toEqual([[], []]);
  });

  it('is marked and told of once where that is suggested, and no more once something happens', async () => {
    const { id, user, vm, begun, told, since } = await scene({ minutes: 5, action: 'suggest' });
    await pass(5);
    expect([await told(), await since()]).toEqual([[], null]);
    // the first look only begins the watch
    await pass(1);
    expect(await told()).toEqual(['suggest']);
    expect(await since()).toBe('2026-03-01T00:01:00.000Z');
    await pass(8);
    expect(await told()).toEqual(['suggest']);
    expect(await begun()).toEqual([]);
    usage.set(id, [{ ...vm, cpuSeconds: 60 }]);
    await pass(1);
    expect(await since()).toBeNull();
    await pass(5);
    expect(await told()).toEqual(['suggest', 'suggest']);
    await user.idle.set({ id, rule: null });
    expect(await user.idle.get({ id })).toEqual({ own: null, zone: null, role: null, since: null });
  });

  it('is marked no more once somebody does something about it, and is watched anew', async () => {
    const { id, user, told, since } = await scene({ minutes: 5, action: 'suggest' });
    await pass(6);
    expect(await since()).not.toBeNull();
    await user.deployments.start({ sliceId: id, kind: 'stop' });
    expect(await since()).toBeNull();
    await pass(5);
    expect(await told()).toEqual(['suggest']);
    await pass(1);
    expect(await told()).toEqual(['suggest', 'suggest']);
  });

  it('is stopped where that was chosen, by the system, once', async () => {
    const { begun, told } = await scene({ minutes: 5, action: 'stop' });
    await pass(8);
    expect(await begun()).toEqual([['stop', 'idle.set']]);
    expect(await told()).toEqual(['stop']);
  });

  it('is only suggested to be ended where its zone cannot suspend', async () => {
    const { begun, told, since } = await scene({ minutes: 5, action: 'suspend' });
    const { describe: able } = world.simulator;
    const capable = await able.call(world.simulator);
    const unable = { ...capable.capabilities, suspend: { ok: false, reason: 'No.', sentences: null } };
    world.simulator.describe = () => Promise.resolve({ ...capable, capabilities: unable });
    // of a VM that the plan knows to run
    const observe = world.simulator.observe.bind(world.simulator);
    world.simulator.observe = async (slice) => ({
      ...(await observe(slice)),
      vms: [{ id: usage.get(slice.id)?.[0]?.vmId ?? 0, status: 'running', error: null, forwards: [], applied: null }],
    });
    await pass(6);
    Object.assign(world.simulator, { describe: able, observe });
    expect(await begun()).toEqual([]);
    expect(await told()).toEqual(['suggest']);
    expect(await since()).not.toBeNull();
  });

  it('is not: a console is open, a VM works, there is traffic', async () => {
    const { id, vm, told } = await scene({ minutes: 5, action: 'suggest' });
    usage.set(id, [{ ...vm, consoles: 1 }]);
    await pass(8);
    let cpuSeconds = 10;
    await pass(8, () => usage.set(id, [{ ...vm, cpuSeconds: (cpuSeconds += 30) }]));
    let trafficBytes = 0;
    await pass(8, () => usage.set(id, [{ ...vm, cpuSeconds, trafficBytes: (trafficBytes += 1_000_000) }]));
    expect(await told()).toEqual([]);
  });

  it('is not ended for a time at which no server watched, nor by a clock that was set', async () => {
    const { begun } = await scene({ minutes: 8, action: 'stop' });
    await pass(6);
    clock += 10 * 60 * minute;
    await pass(7);
    expect(await begun()).toEqual([]);
    clock -= 60 * minute;
    await pass(7);
    expect(await begun()).toEqual([]);
    await pass(3);
    expect(await begun()).toEqual([['stop', 'idle.set']]);
  });

  it('is held to the rules of its zone and of its owner’s role besides its own', async () => {
    const { id, user, zoneId, begun, told } = await scene({ minutes: 5, action: 'suggest' });
    const admin = world.callerOf(await world.person('admin'));
    await admin.idle.setRule({ of: { zoneId }, rule: { minutes: 9, action: 'stop' } });
    await admin.idle.setRule({ of: { role: 'user' }, rule: { minutes: 500, action: 'stop' } });
    expect(await user.idle.get({ id })).toMatchObject({
      own: { minutes: 5 },
      zone: { minutes: 9 },
      role: { minutes: 500 },
    });
    expect((await admin.idle.rules()).zones).toEqual([
      { zone: { id: zoneId, name: expect.any(String) as string }, rule: { minutes: 9, action: 'stop' } },
    ]);
    expect(await outcomeOf(user.idle.setRule({ of: { zoneId }, rule: null }))).toBe('FORBIDDEN');
    await pass(6);
    expect([await told(), await begun()]).toEqual([['suggest'], []]);
    await pass(4);
    expect([await told(), await begun()]).toEqual([['suggest', 'stop'], [['stop', 'idle.set']]]);
    await admin.idle.setRule({ of: { zoneId }, rule: null });
    await admin.idle.setRule({ of: { role: 'user' }, rule: null });
    expect(await admin.idle.rules()).toEqual({ zones: [], roles: [] });
  });
});
