import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { auditLog } from '#drizzle/schema/audit';
import { slices } from '#drizzle/schema/slices';
import { line } from '#server/testing/drawings';
import { outcomeOf, refusalOf } from '#server/testing/outcomes';
import { createWorld } from '#server/testing/world';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;
const size = { vcpus: 2, ramMb: 512, diskGb: 1 };

async function callers() {
  const admin = await world.person('admin');
  const user = await world.person();
  return { admin: world.callerOf(admin), user: world.callerOf(user), adminId: admin.userId };
}

describe('flavours', () => {
  it('are listed by name in pages, and searched literally', async () => {
    const { admin, user } = await callers();
    for (const name of ['100%', '100x', 'a_b', 'axb']) await admin.flavours.create({ name, ...size });
    const names: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof user.flavours.list>> = await user.flavours.list({ limit: 3, cursor });
      expect(page.items.length).toBeLessThanOrEqual(3);
      names.push(...page.items.map((flavour) => flavour.name));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(names).toEqual([
      '100%',
      '100x',
      'a_b',
      'axb',
      'large',
      'medium',
      'micro',
      'mini',
      'nano',
      'small',
      'xlarge',
    ]);
    const found = async (search: string) => (await user.flavours.list({ search })).items.map(({ name }) => name);
    expect(await found('100%')).toEqual(['100%']);
    expect(await found('_')).toEqual(['a_b']);
    expect(await found('MI')).toEqual(['micro', 'mini']);
    expect(await found('!')).toEqual([]);
    expect(await outcomeOf(user.flavours.list({ cursor: 'nonsense' }))).toBe('INVALID_INPUT');
  });

  it('are made, changed and retired by an admin, which is written down', async () => {
    const { admin, adminId } = await callers();
    const made = await admin.flavours.create({ name: 'fast', ...size });
    expect(made).toMatchObject({ name: 'fast', ...size, inUse: 0, retiredAt: null });
    expect(await refusalOf(admin.flavours.create({ name: 'FAST', ...size }))).toMatchObject({
      code: 'NAME_TAKEN',
      field: 'name',
    });
    expect(await refusalOf(admin.flavours.update({ id: made.id, name: 'nano', ...size }))).toMatchObject({
      code: 'NAME_TAKEN',
      field: 'name',
    });
    expect(await admin.flavours.update({ id: made.id, name: 'faster', ...size, vcpus: 4 })).toMatchObject({
      name: 'faster',
      vcpus: 4,
    });
    const retired = await admin.flavours.retire({ id: made.id });
    expect(retired.retiredAt).not.toBeNull();
    expect((await admin.flavours.retire({ id: made.id })).retiredAt).toBe(retired.retiredAt);
    expect(await outcomeOf(admin.flavours.update({ id: made.id, name: 'x', ...size }))).toBe('FLAVOUR_RETIRED');
    expect((await admin.flavours.list({ search: 'fast' })).items).toEqual([]);
    expect((await admin.flavours.list({ search: 'fast', includeRetired: true })).items).toHaveLength(1);
    // its name is free again
    await admin.flavours.create({ name: 'faster', ...size });
    const deeds = await ctx.db.select().from(auditLog).where(eq(auditLog.userId, adminId));
    expect(deeds.map((deed) => deed.action)).toEqual([
      'flavours.create',
      'flavours.update',
      'flavours.retire',
      'flavours.create',
    ]);
  });

  it('cannot be retired while templates or slices use them, and say by what', async () => {
    const { admin, user } = await callers();
    const zoneId = await world.zone();
    const flavour = await admin.flavours.create({ name: 'used', ...size });
    const topology = line(2);
    for (const vm of topology.vms) vm.flavourId = flavour.id;
    const template = await user.templates.create({ name: 'one', topology });
    const slice = await user.slices.create({ name: 's', templateId: template.id, zoneId });
    const inUse = async () => (await admin.flavours.list({ search: 'used' })).items[0]?.inUse;
    expect(await inUse()).toBe(4);
    expect(await refusalOf(admin.flavours.retire({ id: flavour.id }))).toMatchObject({
      code: 'FLAVOUR_IN_USE',
      message: 'used is used by 1 template and 1 slice.',
    });
    // an old revision does not count
    await user.templates.update({ id: template.id, topology: line(1), baseRevision: 1 });
    expect(await inUse()).toBe(2);
    expect((await refusalOf(admin.flavours.retire({ id: flavour.id }))).message).toBe('used is used by 1 slice.');
    await ctx.db.update(slices).set({ status: 'destroyed', deletedAt: new Date() }).where(eq(slices.id, slice.id));
    expect(await inUse()).toBe(0);
    expect(await outcomeOf(admin.flavours.retire({ id: flavour.id }))).toBe('OK');
  });

  it.each([
    ['a path', { name: '../x', ...size }],
    ['300 characters', { name: 'x'.repeat(300), ...size }],
    ['nothing', { name: '  ', ...size }],
    ['no vCPU', { name: 'x', ...size, vcpus: 0 }],
    ['half a vCPU', { name: 'x', ...size, vcpus: 1.5 }],
    ['too much RAM', { name: 'x', ...size, ramMb: 1e9 }],
  ])('refuse %s', async (_what, input) => {
    const { admin } = await callers();
    expect(await outcomeOf(admin.flavours.create(input))).toBe('INVALID_INPUT');
  });

  it('that do not exist are not found', async () => {
    const { admin } = await callers();
    expect(await outcomeOf(admin.flavours.update({ id: 999_999, name: 'x', ...size }))).toBe('NOT_FOUND');
    expect(await outcomeOf(admin.flavours.retire({ id: 999_999 }))).toBe('NOT_FOUND');
  });
});
