import { and, asc, eq, inArray, isNull } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { useDatabase } from '#db/testing/database';
import { auditLog } from '#drizzle/schema/audit';
import { deployments } from '#drizzle/schema/deployments';
import { sliceShares, slices } from '#drizzle/schema/slices';
import { templates, templateShares } from '#drizzle/schema/templates';
import { quotas, users } from '#drizzle/schema/users';
import { sliceNoticeSchema } from '#shared/slice';
import { authenticate } from '#server/domain/auth/sessions';
import { deleteUser } from '#server/domain/users/delete';
import { line } from '#server/testing/drawings';
import { outcomeOf, refusalOf } from '#server/testing/outcomes';
import { testProvisioning, until } from '#server/testing/provisioning';
import { createWorld, password } from '#server/testing/world';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;

const envelope = z.tuple([z.string(), sliceNoticeSchema, z.symbol()]);

/** Somebody who leaves with two templates and two slices, one of them running, and somebody who stays. */
async function scene() {
  const boss = await world.person('admin');
  const admin = world.callerOf(boss);
  const leaver = await world.person();
  const heir = await world.person();
  const friend = await world.person();
  const user = world.callerOf(leaver);
  const zoneId = await world.zone();
  const lab = await user.templates.create({ name: 'Lab', topology: line(2) });
  const old = await user.templates.create({ name: 'Old', topology: line(1) });
  const running = await user.slices.create({ name: 'Running', templateId: lab.id, zoneId });
  await user.deployments.start({ sliceId: running.id, kind: 'deploy' });
  const draft = await user.slices.create({ name: 'Draft', templateId: lab.id, zoneId });
  return { boss, admin, leaver, heir, friend, user, zoneId, lab, old, running, draft };
}
type Scene = Awaited<ReturnType<typeof scene>>;

const leave = (s: Scene, choice: { templates?: 'transfer'; slices?: 'transfer' } = {}) =>
  s.admin.users.delete({
    id: s.leaver.userId,
    templates: 'delete',
    slices: 'destroy',
    ...choice,
    ...((choice.templates ?? choice.slices) ? { transferTo: s.heir.userId } : {}),
  });

async function statusOf(id: number) {
  const [row] = await ctx.db
    .select({ status: slices.status, ownerId: slices.ownerId, name: slices.name })
    .from(slices)
    .where(eq(slices.id, id));
  return row;
}

async function destroysOf(s: Scene) {
  const rows = await ctx.db
    .select({ sliceId: deployments.sliceId })
    .from(deployments)
    .where(and(eq(deployments.kind, 'destroy'), inArray(deployments.sliceId, [s.running.id, s.draft.id])))
    .orderBy(asc(deployments.sliceId));
  return rows.map((row) => row.sliceId);
}

describe('deleting an account', () => {
  it('deletes its templates and destroys its slices, drafts too', async () => {
    const s = await scene();
    await s.user.templates.share({ id: s.lab.id, email: s.friend.email });
    const theirs = await world.callerOf(s.heir).templates.create({ name: 'Theirs', topology: line(1) });
    await world.callerOf(s.heir).templates.share({ id: theirs.id, email: s.leaver.email });
    await world.quota({ userId: s.leaver.userId }, { vms: 100 });
    expect(await leave(s)).toEqual({ templates: 2, slices: 2 });
    expect(await authenticate(ctx, s.leaver.token)).toBe(null);
    expect(await outcomeOf(s.admin.users.get({ id: s.leaver.userId }))).toBe('NOT_FOUND');
    expect((await world.callerOf(s.friend).templates.list({ of: 'all' })).items).toEqual([]);
    expect((await world.callerOf(s.heir).templates.shares({ id: theirs.id })).items).toEqual([]);
    expect(await ctx.db.$count(quotas)).toBe(0);
    expect(await destroysOf(s)).toEqual([s.running.id, s.draft.id]);
    // the address is free
    expect(await outcomeOf(s.admin.users.create({ email: s.leaver.email, name: 'New', role: 'user' }))).toBe('OK');
    const deeds = await ctx.db
      .select({ action: auditLog.action, objectId: auditLog.objectId, details: auditLog.details })
      .from(auditLog)
      .where(and(eq(auditLog.userId, s.boss.userId), inArray(auditLog.objectType, ['user', 'template', 'slice'])))
      .orderBy(asc(auditLog.id));
    expect(deeds).toMatchObject([
      { action: 'users.disable', objectId: s.leaver.userId, details: { sessions: 1, templates: 'delete' } },
      { action: 'templates.delete', objectId: s.lab.id },
      { action: 'templates.delete', objectId: s.old.id },
      { action: 'users.delete', objectId: s.leaver.userId, details: { email: s.leaver.email, slices: 'destroy' } },
      { action: 'users.create' },
    ]);
    // what follows from it is the system's own doing
    const because = { kind: 'destroy', because: 'users.delete', onBehalfOf: s.boss.userId };
    const followed = await ctx.db
      .select()
      .from(auditLog)
      .where(and(eq(auditLog.action, 'deployments.start'), isNull(auditLog.userId)))
      .orderBy(asc(auditLog.id));
    expect(followed).toMatchObject([
      { objectId: s.running.id, tokenId: null, details: because },
      { objectId: s.draft.id, tokenId: null, details: because },
    ]);
    // gone is gone: its things cannot be deleted again
    expect(await outcomeOf(leave(s))).toBe('NOT_FOUND');
  });

  it('has the slices destroyed afterwards, which stay as history', async () => {
    const s = await scene();
    await leave(s);
    const provisioning = testProvisioning(ctx);
    provisioning.run();
    try {
      for (const { id } of [s.running, s.draft])
        await until(ctx, id, async () => (await statusOf(id))?.status === 'destroyed');
    } finally {
      await provisioning.stop();
    }
    const { items } = await s.admin.slices.list({ of: 'everyone', status: 'destroyed' });
    expect(items.map(({ id, owner }) => [id, owner.id])).toEqual(
      expect.arrayContaining([
        [s.running.id, s.leaver.userId],
        [s.draft.id, s.leaver.userId],
      ]),
    );
    const { items: history } = await s.admin.deployments.list({ sliceId: s.running.id });
    expect(history.map(({ kind }) => kind)).toEqual(['destroy', 'deploy']);
  });

  it('gives templates and slices to somebody else, with their shares, under names that are free', async () => {
    const s = await scene();
    const heir = world.callerOf(s.heir);
    await heir.templates.create({ name: 'LAB', topology: line(1) });
    await heir.templates.create({ name: 'Lab (2)', topology: line(1) });
    const own = await heir.templates.create({ name: 'Own', topology: line(1) });
    const input = { templateId: own.id, zoneId: s.zoneId, idempotencyKey: 'the same key' };
    await heir.slices.create({ name: 'Draft', ...input });
    const keyed = await s.user.slices.create({ name: 'Keyed', ...input, templateId: s.lab.id });
    for (const { email } of [s.friend, s.heir]) {
      await s.user.templates.share({ id: s.lab.id, email });
      await s.user.slices.share({ id: s.running.id, email, level: 'operate' });
    }
    // less than they will have: the administrator has decided it
    await world.quota({ userId: s.heir.userId }, { slices: 1, runningVms: 0 });

    expect(await leave(s, { templates: 'transfer', slices: 'transfer' })).toEqual({ templates: 2, slices: 3 });
    expect((await heir.templates.list({ sort: 'name' })).items.map(({ id, name }) => [id, name])).toEqual(
      expect.arrayContaining([
        [s.lab.id, 'Lab (3)'],
        [s.old.id, 'Old'],
      ]),
    );
    expect((await heir.slices.list({})).items.map(({ id, name }) => [id, name])).toEqual(
      expect.arrayContaining([
        [s.running.id, 'Running'],
        [s.draft.id, 'Draft (2)'],
        [keyed.id, 'Keyed'],
      ]),
    );
    expect(await heir.slices.get({ id: s.running.id })).toMatchObject({ access: 'own', status: 'deploying' });
    expect(await destroysOf(s)).toEqual([]);
    // shares stay, but for those with who owns it now
    const level = { user: { id: s.friend.userId } };
    expect((await heir.slices.shares({ id: s.running.id })).items).toMatchObject([level]);
    expect((await heir.templates.shares({ id: s.lab.id })).items).toMatchObject([level]);
    expect(await ctx.db.$count(sliceShares)).toBe(1);
    expect(await ctx.db.$count(templateShares)).toBe(1);
    expect((await heir.quotas.mine()).used).toMatchObject({ slices: 4, runningVms: 2 });
    expect(await outcomeOf(heir.slices.create({ name: 'More', templateId: own.id, zoneId: s.zoneId }))).toBe(
      'QUOTA_EXCEEDED',
    );
    const [deed] = await ctx.db.select().from(auditLog).where(eq(auditLog.action, 'templates.transfer'));
    expect(deed).toMatchObject({
      userId: s.boss.userId,
      objectId: s.lab.id,
      details: { from: s.leaver.userId, to: s.heir.userId, name: 'Lab (3)', was: 'Lab' },
    });
    expect(await ctx.db.$count(auditLog, eq(auditLog.action, 'slices.transfer'))).toBe(3);
  });

  it('tells the new owner’s open lists', async () => {
    const s = await scene();
    const stop = new AbortController();
    const changes = await world.callerOf(s.heir, { signal: stop.signal }).slices.changes({});
    await leave(s, { slices: 'transfer' });
    const told = new Set<number>();
    for await (const change of changes) {
      // the caller hands out the envelope as it is, whatever its type says
      told.add(envelope.parse(change)[1].sliceId);
      if (told.size === 2) stop.abort();
    }
    expect(told).toEqual(new Set([s.running.id, s.draft.id]));
  });

  it('may treat templates and slices differently', async () => {
    const s = await scene();
    expect(await leave(s, { templates: 'transfer' })).toEqual({ templates: 2, slices: 2 });
    expect(await destroysOf(s)).toEqual([s.running.id, s.draft.id]);
    const owners = await ctx.db.select({ ownerId: templates.ownerId }).from(templates);
    expect(owners.map(({ ownerId }) => ownerId)).toEqual([s.heir.userId, s.heir.userId]);
  });

  it('is finished by the next call when it broke off', async () => {
    const s = await scene();
    const choice = { id: s.leaver.userId, templates: 'delete', slices: 'destroy' } as const;
    // what locks the account, the first slice's destruction, the second one's
    let transactions = 0;
    const dying = new Proxy(ctx.db, {
      get(db, name) {
        const value: unknown = Reflect.get(db, name, db);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]): unknown => {
          if (name === 'transaction' && ++transactions === 3) throw new Error('the server was killed');
          return Reflect.apply(value, db, args);
        };
      },
    });
    const breaksOff = deleteUser({ ...ctx, db: dying }, { actor: s.boss, choice });
    await expect(breaksOff).rejects.toThrow('killed');
    // still there, and locked out
    expect(await s.admin.users.get({ id: s.leaver.userId })).toMatchObject({
      disabledAt: expect.any(String),
      templates: 0,
      slices: 2,
      sessions: 0,
    });
    const login = { email: s.leaver.email, password };
    expect(await outcomeOf(world.callerOf(null).auth.login(login))).toBe('INVALID_CREDENTIALS');
    expect(await destroysOf(s)).toEqual([s.running.id]);
    expect(await leave(s)).toEqual({ templates: 0, slices: 2 });
    expect(await destroysOf(s)).toEqual([s.running.id, s.draft.id]);
    expect(await outcomeOf(s.admin.users.get({ id: s.leaver.userId }))).toBe('NOT_FOUND');
    for (const action of ['users.disable', 'users.delete'])
      expect(await ctx.db.$count(auditLog, eq(auditLog.action, action))).toBe(1);
  });

  it('is done once when it is asked for twice at the same time', async () => {
    const s = await scene();
    const outcomes = await Promise.all([outcomeOf(leave(s)), outcomeOf(leave(s))]);
    expect(outcomes).toContain('OK');
    expect(await destroysOf(s)).toEqual([s.running.id, s.draft.id]);
    expect(await ctx.db.$count(auditLog, eq(auditLog.action, 'users.delete'))).toBe(1);
    const [row] = await ctx.db.select().from(users).where(eq(users.id, s.leaver.userId));
    expect(row).toMatchObject({ passwordHash: null, deletedAt: expect.any(Date) });
  });

  it('leaves no slice behind that is made at the same time', async () => {
    const s = await scene();
    const make = (name: string) => outcomeOf(s.user.slices.create({ name, templateId: s.lab.id, zoneId: s.zoneId }));
    await Promise.all([leave(s), ...['A', 'B', 'C', 'D'].map(make)]);
    const left = await ctx.db.select({ status: slices.status }).from(slices).where(eq(slices.ownerId, s.leaver.userId));
    expect(new Set(left.map(({ status }) => status))).toEqual(new Set(['destroying']));
  });

  it('needs somebody in force to give things to', async () => {
    const s = await scene();
    const give = (transferTo: number) =>
      refusalOf(s.admin.users.delete({ id: s.leaver.userId, templates: 'transfer', slices: 'destroy', transferTo }));
    await world.disabled(s.friend);
    expect(await give(s.friend.userId)).toMatchObject({ code: 'INVALID_INPUT', field: 'transferTo' });
    expect(await give(999_999)).toMatchObject({ code: 'NOT_FOUND', field: 'transferTo' });
    expect(await s.admin.users.get({ id: s.leaver.userId })).toMatchObject({ disabledAt: null, templates: 2 });
    expect(await authenticate(ctx, s.leaver.token)).not.toBe(null);
  });

  it('needs no more of a token than that it is for accounts', async () => {
    const s = await scene();
    const token = world.callerOf(await world.tokenOf(s.boss, ['admin:manage']));
    expect(await outcomeOf(token.slices.get({ id: s.running.id }))).toBe('FORBIDDEN');
    const choice = { id: s.leaver.userId, templates: 'delete', slices: 'destroy' } as const;
    expect(await token.users.delete(choice)).toEqual({ templates: 2, slices: 2 });
    const reader = world.callerOf(await world.tokenOf(s.boss, ['admin:read']));
    expect(await outcomeOf(reader.users.delete({ ...choice, id: s.heir.userId }))).toBe('FORBIDDEN');
  });
});
