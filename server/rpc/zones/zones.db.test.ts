import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { slices } from '#drizzle/schema/slices';
import { setSliceStatus } from '#server/db/queries/slices';
import { allocatedOf } from '#server/db/queries/zones';
import { line } from '#server/testing/drawings';
import { outcomeOf, refusalOf } from '#server/testing/outcomes';
import { createWorld } from '#server/testing/world';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;
const overcommit = { vcpus: 2, ram: 1, disk: 1 };
const limits = { vcpus: null, ramMb: null, diskGb: null };

describe('zones', () => {
  it('show what their provider says, and why one cannot run', async () => {
    await world.zone();
    const user = world.callerOf(await world.person());
    const { items } = await user.zones.list();
    expect(items.map((zone) => zone.name)).toEqual(['local', 'simulated']);
    expect(items[0]).toMatchObject({
      provider: 'qemu',
      physical: null,
      capacity: null,
      free: null,
      observedAt: null,
      capabilities: { run: { ok: false, reason: 'QEMU is not installed on this machine.' } },
    });
    expect(items[1]).toMatchObject({
      physical: { vcpus: 8, ramMb: 16_384, diskGb: 100 },
      capacity: { vcpus: 16, ramMb: 16_384, diskGb: 100 },
      free: { vcpus: 16, ramMb: 16_384, diskGb: 100 },
      capabilities: { run: { ok: true, reason: null } },
    });
    expect(await user.zones.get({ id: items[1]?.id ?? 0 })).toMatchObject({ name: 'simulated' });
  });

  it('count what deployed slices hold, and not drafts nor the destroyed', async () => {
    const zoneId = await world.zone();
    const user = world.callerOf(await world.person());
    const template = await user.templates.create({ name: 't', topology: line(3) });
    const make = (name: string) => user.slices.create({ name, templateId: template.id, zoneId });
    const [a, b, c] = [await make('a'), await make('b'), await make('c')];
    const nothing = { vcpus: 0, ramMb: 0, diskGb: 0 };
    expect(await allocatedOf(ctx.db, zoneId)).toEqual(nothing);
    const become = (id: number, status: 'active' | 'failed' | 'destroyed') =>
      ctx.db.transaction((tx) => setSliceStatus(tx, id, status));
    await become(a.id, 'active');
    await become(b.id, 'failed');
    await become(c.id, 'destroyed');
    const three = { vcpus: 3, ramMb: 3072, diskGb: 6 };
    expect(await allocatedOf(ctx.db, zoneId)).toEqual({ vcpus: 6, ramMb: 6144, diskGb: 12 });
    expect(await allocatedOf(ctx.db, zoneId, { exceptSliceId: a.id })).toEqual(three);
    expect(await ctx.db.transaction((tx) => allocatedOf(tx, zoneId, { exceptSliceId: b.id }))).toEqual(three);
    expect(await allocatedOf(ctx.db, 1)).toEqual(nothing);
    await world.observed(a.vmList[0]?.id ?? 0, 'running');
    expect(await user.zones.get({ id: zoneId })).toMatchObject({
      allocated: { vcpus: 6, ramMb: 6144, diskGb: 12 },
      free: { vcpus: 10, ramMb: 10_240, diskGb: 88 },
      runningVms: 1,
      slices: 2,
    });
    // below what is in use: nothing is free, and nothing is taken away
    const admin = world.callerOf(await world.person('admin'));
    const lowered = await admin.zones.update({
      id: zoneId,
      name: 'simulated',
      enabled: true,
      limits: { vcpus: 1, ramMb: null, diskGb: 0 },
      overcommit,
    });
    expect(lowered).toMatchObject({
      capacity: { vcpus: 2, ramMb: 16_384, diskGb: 0 },
      free: { vcpus: 0, ramMb: 10_240, diskGb: 0 },
    });
  });

  it('are made, changed and deleted by an admin', async () => {
    const admin = world.callerOf(await world.person('admin'));
    const made = await admin.zones.create({ name: 'lab', provider: 'simulator' });
    expect(made).toMatchObject({ name: 'lab', enabled: true, limits });
    expect(await refusalOf(admin.zones.create({ name: 'Lab', provider: 'simulator' }))).toMatchObject({
      code: 'NAME_TAKEN',
      field: 'name',
    });
    const values = { id: made.id, enabled: false, limits, overcommit };
    expect(await admin.zones.update({ ...values, name: 'lab 2' })).toMatchObject({ name: 'lab 2', enabled: false });
    expect(await outcomeOf(admin.zones.update({ ...values, name: 'local' }))).toBe('NAME_TAKEN');
    expect(await admin.zones.refresh({ id: made.id })).toMatchObject({ name: 'lab 2' });
    expect(await admin.zones.delete({ id: made.id })).toBeNull();
    for (const call of [
      () => admin.zones.get({ id: made.id }),
      () => admin.zones.delete({ id: made.id }),
      () => admin.zones.refresh({ id: made.id }),
      () => admin.zones.update({ ...values, name: 'x' }),
    ])
      expect(await outcomeOf(call())).toBe('NOT_FOUND');
  });

  it('cannot be deleted once they had a slice', async () => {
    const zoneId = await world.zone();
    const user = world.callerOf(await world.person());
    const template = await user.templates.create({ name: 't', topology: line(1) });
    const slice = await user.slices.create({ name: 's', templateId: template.id, zoneId });
    await ctx.db.update(slices).set({ status: 'destroyed', deletedAt: new Date() }).where(eq(slices.id, slice.id));
    const admin = world.callerOf(await world.person('admin'));
    expect(await outcomeOf(admin.zones.delete({ id: zoneId }))).toBe('ZONE_IN_USE');
  });

  it('of providers that are not there cannot be made', async () => {
    const admin = world.callerOf(await world.person('admin'));
    const zoneId = await world.zone();
    ctx.settings.simulator = false;
    try {
      expect(await outcomeOf(admin.zones.create({ name: 'sim', provider: 'simulator' }))).toBe('ZONE_UNAVAILABLE');
      expect((await admin.zones.list()).items.map((zone) => zone.name)).toEqual(['local']);
      expect(await outcomeOf(admin.zones.get({ id: zoneId }))).toBe('NOT_FOUND');
    } finally {
      ctx.settings.simulator = true;
    }
  });

  it('that do not answer do not hold up the others', async () => {
    const zoneId = await world.zone();
    const user = world.callerOf(await world.person());
    const { describe: answer } = world.simulator;
    world.simulator.describe = () => new Promise(() => {});
    try {
      const zone = await user.zones.get({ id: zoneId });
      expect(zone.capabilities?.run).toEqual({
        ok: false,
        reason: 'The zone does not answer.',
        sentences: [{ code: 'ZONE_SILENT' }],
      });
    } finally {
      world.simulator.describe = answer;
    }
  });
});
