import { and, eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { useDatabase } from '#db/testing/database';
import { auditLog } from '#drizzle/schema/audit';
import { sliceShares, slices } from '#drizzle/schema/slices';
import { users } from '#drizzle/schema/users';
import { deploymentKinds, needsSnapshot, operationOf } from '#shared/deployment/operations';
import { limits } from '#shared/limits';
import type { Scope } from '#shared/scopes';
import { sliceNoticeSchema } from '#shared/slice';
import type { Actor } from '#server/domain/context';
import { redeemConsoleToken } from '#server/domain/slices/consoles';
import { line } from '#server/testing/drawings';
import { outcomeOf, refusalOf } from '#server/testing/outcomes';
import { createWorld } from '#server/testing/world';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;

/** A slice with a running VM, and everybody who may come to it. */
async function scene() {
  const people = {
    owner: await world.person(),
    viewer: await world.person(),
    operator: await world.person(),
    stranger: await world.person(),
    instructor: await world.person('instructor'),
    admin: await world.person('admin'),
  };
  const owner = world.callerOf(people.owner);
  const zoneId = await world.zone();
  const template = await owner.templates.create({ name: 'Line', topology: line(1) });
  const slice = await owner.slices.create({ name: 'One', templateId: template.id, zoneId });
  const vmId = slice.vmList[0]?.id ?? 0;
  await world.observed(vmId, 'running');
  await owner.slices.share({ id: slice.id, email: people.viewer.email });
  await owner.slices.share({ id: slice.id, email: people.operator.email, level: 'operate' });
  const callers = Object.fromEntries(
    Object.entries(people).map(([who, actor]) => [who, world.callerOf(actor)]),
  ) as Record<keyof typeof people, ReturnType<typeof world.callerOf>>;
  return { people, callers, template, zoneId, id: slice.id, vmId };
}

const withScopes = (actor: Actor, ...scopes: Scope[]): Actor => ({ ...actor, kind: 'pat', scopes });

/** What can be asked for without saying more: there is no snapshot to go back to here. */
const asked = deploymentKinds.filter((kind) => !needsSnapshot(kind));

describe('a shared slice', () => {
  it('is seen by those it is shared with, and each is told how they come to it', async () => {
    const { callers, id } = await scene();
    const access: Record<string, string> = {};
    for (const [who, caller] of Object.entries(callers)) {
      const refused = await outcomeOf(caller.slices.get({ id }));
      access[who] = refused === 'OK' ? (await caller.slices.get({ id })).access : refused;
      expect(await outcomeOf(caller.slices.events({ sliceId: id }))).toBe(refused);
      expect(await outcomeOf(caller.deployments.list({ sliceId: id }))).toBe(refused);
      for (const kind of asked) expect(await outcomeOf(caller.deployments.plan({ sliceId: id, kind }))).toBe(refused);
    }
    expect(access).toEqual({
      owner: 'own',
      viewer: 'view',
      operator: 'operate',
      stranger: 'NOT_FOUND',
      instructor: 'NOT_FOUND',
      admin: 'admin',
    });
  });

  it('can be operated by who may operate it, and changed by its owner and admins only', async () => {
    const { callers, people, id, vmId } = await scene();
    const outcomes = async (caller: ReturnType<typeof world.callerOf>) => ({
      console: await outcomeOf(caller.slices.openConsole({ vmId })),
      stop: await outcomeOf(caller.deployments.start({ sliceId: id, kind: 'stop' })),
      deploy: await outcomeOf(caller.deployments.start({ sliceId: id, kind: 'deploy' })),
      rename: await outcomeOf(caller.slices.rename({ id, name: 'One' })),
      share: await outcomeOf(caller.slices.share({ id, email: people.viewer.email })),
      unshare: await outcomeOf(caller.slices.unshare({ id, userId: people.operator.userId + 10_000 })),
    });
    const none = 'NOT_FOUND';
    const no = 'FORBIDDEN';
    const nothing = { console: none, stop: none, deploy: none, rename: none, share: none, unshare: none };
    expect(await outcomes(callers.stranger)).toEqual(nothing);
    expect(await outcomes(callers.instructor)).toEqual(nothing);
    expect(await outcomes(callers.viewer)).toEqual({ ...nothing, ...refusedAll(no), console: 'OK' });
    // a draft has nothing to stop: what it is, is told after who may
    expect(await outcomes(callers.operator)).toEqual({
      ...refusedAll(no),
      console: 'OK',
      stop: 'INVALID_TRANSITION',
    });
    expect(await refusalOf(callers.viewer.deployments.start({ sliceId: id, kind: 'stop' }))).toMatchObject({
      message: 'One is shared with you to view only. Its owner can let you operate it.',
      params: { access: 'view', need: 'operate' },
    });
    expect(await refusalOf(callers.operator.slices.rename({ id, name: 'Theirs' }))).toMatchObject({
      message: 'Only the owner of One and administrators may do this.',
    });
    const all = { console: 'OK', stop: 'INVALID_TRANSITION', deploy: 'OK', rename: 'OK', share: 'OK', unshare: 'OK' };
    expect(await outcomes(callers.owner)).toEqual(all);
    expect(await outcomes(callers.admin)).toEqual({ ...all, deploy: 'INVALID_TRANSITION' });
  });

  const refusedAll = (code: string) => ({
    console: code,
    stop: code,
    deploy: code,
    rename: code,
    share: code,
    unshare: code,
  });

  it('lets operations be cancelled and retried by whom they could have been asked for', async () => {
    const { callers, id } = await scene();
    const deployment = await callers.owner.deployments.start({ sliceId: id, kind: 'deploy' });
    const outcomes = async (verb: 'cancel' | 'retry') =>
      Promise.all(
        [callers.stranger, callers.viewer, callers.operator].map((caller) =>
          outcomeOf(caller.deployments[verb]({ id: deployment.id })),
        ),
      );
    expect(await outcomes('cancel')).toEqual(['NOT_FOUND', 'FORBIDDEN', 'FORBIDDEN']);
    expect(await outcomes('retry')).toEqual(['NOT_FOUND', 'FORBIDDEN', 'FORBIDDEN']);
    expect(await outcomeOf(callers.stranger.deployments.get({ id: deployment.id }))).toBe('NOT_FOUND');
    expect(await outcomeOf(callers.viewer.deployments.get({ id: deployment.id }))).toBe('OK');
    expect(await outcomeOf(callers.admin.deployments.cancel({ id: deployment.id }))).toBe('OK');
  });

  it('gives a token no more than its scopes say', async () => {
    const { people, id, vmId } = await scene();
    const blind = world.callerOf(withScopes(people.owner, 'templates:manage', 'catalogue:manage'));
    expect(await outcomeOf(blind.slices.get({ id }))).toBe('FORBIDDEN');
    expect(await outcomeOf(blind.slices.list({}))).toBe('FORBIDDEN');
    const operator = world.callerOf(withScopes(people.owner, 'slices:operate'));
    expect(await outcomeOf(operator.slices.openConsole({ vmId }))).toBe('OK');
    for (const kind of asked)
      expect(await outcomeOf(operator.deployments.start({ sliceId: id, kind }))).toBe(
        operationOf(kind).level === 'manage' ? 'FORBIDDEN' : 'INVALID_TRANSITION',
      );
    expect(await refusalOf(operator.deployments.start({ sliceId: id, kind: 'destroy' }))).toMatchObject({
      params: { scope: 'slices:manage' },
    });
    const deployed = await world.callerOf(people.owner).deployments.start({ sliceId: id, kind: 'deploy' });
    expect(await outcomeOf(operator.deployments.cancel({ id: deployed.id }))).toBe('FORBIDDEN');
    // an all-powerful token of somebody who may only view
    const viewer = world.callerOf(withScopes(people.viewer, 'manage'));
    expect(await viewer.slices.openConsole({ vmId })).toMatchObject({ readOnly: true });
    expect(await outcomeOf(viewer.slices.get({ id }))).toBe('OK');
  });

  it('opens a console only while it may be seen, and to type only while it may be operated', async () => {
    const { people, callers, id, vmId } = await scene();
    const redeemed = (token: string, actor: Actor) =>
      outcomeOf(
        redeemConsoleToken(ctx, { actor, token }).catch((cause: unknown) => {
          throw new Error('refused', { cause });
        }),
      );
    const open = async () => (await callers.operator.slices.openConsole({ vmId })).token;
    const grant = async (token: string) => redeemConsoleToken(ctx, { actor: people.operator, token });
    expect(await callers.operator.slices.openConsole({ vmId })).toMatchObject({ readOnly: false });
    expect(await grant(await open())).toMatchObject({ vmId, readOnly: false });
    expect(await redeemed(await open(), withScopes(people.operator, 'slices:read'))).toBe('CONSOLE_TOKEN_INVALID');
    const lowered = await open();
    await callers.owner.slices.share({ id, email: people.operator.email, level: 'view' });
    expect(await grant(lowered)).toMatchObject({ readOnly: true });
    await callers.owner.slices.share({ id, email: people.operator.email, level: 'operate' });
    const revoked = await open();
    await callers.owner.slices.unshare({ id, userId: people.operator.userId });
    expect(await redeemed(revoked, people.operator)).toBe('CONSOLE_TOKEN_INVALID');
    expect(await outcomeOf(callers.operator.slices.openConsole({ vmId }))).toBe('NOT_FOUND');
  });
});

describe('shares', () => {
  it('are shown whole to the owner and admins, to others their own', async () => {
    const { people, callers, id } = await scene();
    const seen = async (caller: ReturnType<typeof world.callerOf>) =>
      (await caller.slices.shares({ id })).items.map(({ user, level }) => [user.id, level]);
    const both = [
      [people.viewer.userId, 'view'],
      [people.operator.userId, 'operate'],
    ];
    expect(await seen(callers.owner)).toEqual(both);
    expect(await seen(callers.admin)).toEqual(both);
    expect(await seen(callers.viewer)).toEqual([[people.viewer.userId, 'view']]);
    expect(await outcomeOf(callers.stranger.slices.shares({ id }))).toBe('NOT_FOUND');
    await ctx.db.update(users).set({ disabledAt: new Date() }).where(eq(users.id, people.viewer.userId));
    expect(await seen(callers.owner)).toEqual([[people.operator.userId, 'operate']]);
  });

  it('change their level, and are left by the user or taken back by the owner, once each', async () => {
    const { people, callers, id } = await scene();
    const change = { id, email: people.viewer.email.toUpperCase(), level: 'operate' as const };
    const deeds = () => ctx.db.$count(auditLog, eq(auditLog.objectId, id));
    const before = await deeds();
    expect((await callers.owner.slices.share(change)).items.map(({ level }) => level)).toEqual(['operate', 'operate']);
    expect(await deeds()).toBe(before + 1);
    await callers.owner.slices.share(change);
    expect(await deeds()).toBe(before + 1);
    expect(await outcomeOf(callers.viewer.slices.unshare({ id, userId: people.operator.userId }))).toBe('FORBIDDEN');
    expect(await callers.viewer.slices.unshare({ id, userId: people.viewer.userId })).toEqual({ items: [] });
    expect(await outcomeOf(callers.viewer.slices.get({ id }))).toBe('NOT_FOUND');
    expect(await outcomeOf(callers.viewer.slices.unshare({ id, userId: people.viewer.userId }))).toBe('NOT_FOUND');
    const left = await callers.owner.slices.unshare({ id, userId: people.operator.userId });
    expect(left).toEqual({ items: [] });
    expect(await callers.owner.slices.unshare({ id, userId: people.operator.userId })).toEqual({ items: [] });
    const done = and(eq(auditLog.objectId, id), eq(auditLog.result, 'OK'));
    const actions = await ctx.db.select().from(auditLog).where(done).orderBy(auditLog.id);
    expect(actions.map(({ action, userId }) => [action, userId]).slice(-3)).toEqual([
      ['slices.share', people.owner.userId],
      ['slices.unshare', people.viewer.userId],
      ['slices.unshare', people.owner.userId],
    ]);
  });

  it('are for accounts that there are, and not for who has the slice anyway', async () => {
    const { people, callers, id } = await scene();
    const share = (caller: ReturnType<typeof world.callerOf>, email: string) =>
      refusalOf(caller.slices.share({ id, email }));
    const nobody = { code: 'NOT_FOUND', field: 'email', message: 'There is no account with this address.' };
    expect(await share(callers.owner, 'nobody@example.org')).toMatchObject(nobody);
    await ctx.db.update(users).set({ disabledAt: new Date() }).where(eq(users.id, people.stranger.userId));
    expect(await share(callers.owner, people.stranger.email)).toMatchObject(nobody);
    expect(await share(callers.owner, people.owner.email)).toMatchObject({ code: 'INVALID_INPUT', field: 'email' });
    expect(await share(callers.admin, people.owner.email)).toMatchObject({ code: 'INVALID_INPUT', field: 'email' });
    expect(await share(callers.admin, people.admin.email)).toMatchObject({ code: 'INVALID_INPUT', field: 'email' });
    // who may not share learns nothing of who has an account
    expect(await share(callers.viewer, 'nobody@example.org')).toMatchObject({ code: 'FORBIDDEN' });
    await ctx.db.update(slices).set({ status: 'destroyed', deletedAt: new Date() }).where(eq(slices.id, id));
    expect(await share(callers.owner, people.instructor.email)).toMatchObject({ code: 'INVALID_TRANSITION' });
  });

  it('do not serve to try addresses out', async () => {
    const { people, callers, id } = await scene();
    const outcomes: string[] = [];
    for (let n = 0; n < 66; n += 1)
      outcomes.push(await outcomeOf(callers.owner.slices.share({ id, email: `guess${n}@example.org` })));
    expect(outcomes.slice(0, 60).every((outcome) => outcome === 'NOT_FOUND')).toBe(true);
    expect(outcomes).toContain('RATE_LIMITED');
    // others go on sharing
    expect(await outcomeOf(callers.admin.slices.share({ id, email: people.instructor.email }))).toBe('OK');
  });

  it('end at a number', async () => {
    const { people, callers, id } = await scene();
    const role = await ctx.db.select({ id: users.roleId }).from(users).where(eq(users.id, people.owner.userId));
    const many = Array.from({ length: limits.sharesPerObject - 2 }, (_, n) => ({
      email: `many${n}@example.org`,
      name: `Many ${n}`,
      roleId: role[0]?.id ?? 0,
    }));
    const [first] = await ctx.db.insert(users).values(many);
    const made = await ctx.db
      .select({ id: users.id })
      .from(users)
      .where(eq(users.roleId, role[0]?.id ?? 0));
    expect(first.affectedRows).toBe(many.length);
    await ctx.db
      .insert(sliceShares)
      .ignore()
      .values(
        made
          .map((row) => row.id)
          .filter((userId) => userId >= first.insertId)
          .map((userId) => ({ sliceId: id, userId, level: 'view' as const })),
      );
    expect(await ctx.db.$count(sliceShares, eq(sliceShares.sliceId, id))).toBe(limits.sharesPerObject);
    expect(await refusalOf(callers.owner.slices.share({ id, email: people.instructor.email }))).toMatchObject({
      code: 'INVALID_INPUT',
      field: 'email',
    });
    // who is among them may still change
    expect(await outcomeOf(callers.owner.slices.share({ id, email: people.viewer.email, level: 'operate' }))).toBe(
      'OK',
    );
  });
});

describe('lists', () => {
  it('are of one’s own, of what is shared with one, of both, or of all', async () => {
    const { people, callers, id, zoneId } = await scene();
    const template = await callers.viewer.templates.create({ name: 'Mine', topology: line(1) });
    world.pass(10);
    const own = await callers.viewer.slices.create({ name: 'Own', templateId: template.id, zoneId });
    const seen = async (who: keyof typeof people, of?: 'mine' | 'shared' | 'all' | 'everyone') =>
      (await callers[who].slices.list({ of })).items.map((slice) => [slice.id, slice.access]);
    expect(await seen('viewer')).toEqual([[own.id, 'own']]);
    expect(await seen('viewer', 'shared')).toEqual([[id, 'view']]);
    expect(await seen('viewer', 'all')).toEqual([
      [own.id, 'own'],
      [id, 'view'],
    ]);
    expect(await seen('operator', 'shared')).toEqual([[id, 'operate']]);
    for (const of of ['mine', 'shared', 'all'] as const) expect(await seen('stranger', of)).toEqual([]);
    for (const who of ['viewer', 'stranger', 'instructor'] as const)
      expect(await outcomeOf(callers[who].slices.list({ of: 'everyone' }))).toBe('FORBIDDEN');
    expect(await seen('admin', 'all')).toEqual([]);
    expect(await seen('admin', 'everyone')).toEqual([
      [own.id, 'admin'],
      [id, 'admin'],
    ]);
    // who has become the owner of what was shared with them has it as their own
    await ctx.db.update(slices).set({ ownerId: people.operator.userId }).where(eq(slices.id, id));
    expect(await seen('operator', 'shared')).toEqual([]);
    expect(await seen('operator', 'all')).toEqual([[id, 'own']]);
  });

  it('of both come in pages, in the order of the last change, with filters', async () => {
    const { people, callers, template, zoneId, id } = await scene();
    const theirs = await callers.viewer.templates.create({ name: 'Mine', topology: line(1) });
    const names: string[] = ['One'];
    for (let n = 0; n < 7; n += 1) {
      world.pass(10);
      const shared = n % 2 === 0;
      const maker = shared ? callers.owner : callers.viewer;
      const made = await maker.slices.create({
        name: `slice ${n}`,
        templateId: shared ? template.id : theirs.id,
        zoneId,
      });
      if (shared) await callers.owner.slices.share({ id: made.id, email: people.viewer.email });
      names.unshift(made.name);
    }
    const walk = async (options: { of: 'all' | 'shared'; search?: string }) => {
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof callers.viewer.slices.list>> = await callers.viewer.slices.list({
          ...options,
          limit: 2,
          cursor,
        });
        seen.push(...page.items.map((slice) => slice.name));
        cursor = page.nextCursor;
      } while (cursor !== null);
      return seen;
    };
    expect(await walk({ of: 'all' })).toEqual(names);
    expect(await walk({ of: 'shared' })).toEqual(['slice 6', 'slice 4', 'slice 2', 'slice 0', 'One']);
    expect(await walk({ of: 'all', search: 'slice' })).toEqual(names.slice(0, -1));
    await ctx.db.update(slices).set({ status: 'destroyed', deletedAt: new Date() }).where(eq(slices.id, id));
    expect(await walk({ of: 'all' })).toEqual(names.slice(0, -1));
    const all = await callers.viewer.slices.list({ of: 'shared', includeDestroyed: true });
    expect(all.items.map((slice) => slice.name)).toContain('One');
  });
});

describe('notices of changes', () => {
  const notice = z.tuple([z.string(), sliceNoticeSchema], z.unknown());
  /** The notices of one look, until the next one. */
  async function listening(actor: Actor, signal: AbortSignal) {
    const stream = await world.callerOf(actor, { signal }).slices.changes({});
    const iterator = stream[Symbol.asyncIterator]();
    return async () => {
      const { value, done } = await iterator.next();
      return done === true ? null : notice.parse(value)[1];
    };
  }

  it('come to those it is shared with, from the share to its end, and to nobody else', async () => {
    const { people, callers, id, template, zoneId } = await scene();
    const other = await callers.owner.slices.create({ name: 'Two', templateId: template.id, zoneId });
    const stop = new AbortController();
    const viewer = await listening(people.viewer, stop.signal);
    const stranger = await listening(people.stranger, stop.signal);
    await callers.owner.slices.rename({ id: other.id, name: 'Unseen' });
    await callers.owner.slices.rename({ id, name: 'Seen' });
    expect(await viewer()).toEqual({ sliceId: id, status: null });
    await callers.owner.slices.share({ id: other.id, email: people.viewer.email });
    expect(await viewer()).toMatchObject({ sliceId: other.id });
    await callers.owner.slices.unshare({ id, userId: people.viewer.userId });
    // that it is gone, and not what became of it
    expect(await viewer()).toEqual({ sliceId: id, status: null });
    await callers.owner.slices.rename({ id, name: 'Unseen now' });
    await callers.owner.slices.rename({ id: other.id, name: 'Seen' });
    expect(await viewer()).toMatchObject({ sliceId: other.id });
    const nothing = stranger();
    stop.abort();
    expect(await nothing).toBeNull();
  });
});
