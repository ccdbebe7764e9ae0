import { and, asc, eq, like } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { auditLog } from '#drizzle/schema/audit';
import { recoveryCodes, users } from '#drizzle/schema/users';
import type { Role } from '#shared/auth';
import type { Account } from '#shared/user';
import { authenticate, authenticateToken, isSignedIn } from '#server/domain/auth/sessions';
import { line } from '#server/testing/drawings';
import { outcomeOf, refusalOf } from '#server/testing/outcomes';
import { createWorld, password } from '#server/testing/world';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;

async function scene() {
  const boss = await world.person('admin');
  return { boss, admin: world.callerOf(boss) };
}

/** What administrators did to an account, as the audit log has it, oldest first. */
function deedsTo(id: number) {
  return ctx.db
    .select({ action: auditLog.action, userId: auditLog.userId, details: auditLog.details })
    .from(auditLog)
    .where(and(eq(auditLog.objectType, 'user'), eq(auditLog.objectId, id), like(auditLog.action, 'users.%')))
    .orderBy(asc(auditLog.id));
}

async function rename(id: number, name: string, email = `${name.toLowerCase()}@example.net`) {
  await ctx.db.update(users).set({ name, email }).where(eq(users.id, id));
}

describe('the list of accounts', () => {
  it('had student10 before student2, page after page', async () => {
    const admin = world.callerOf(await world.person('admin'));
    for (const number of [10, 2, 1, 100, 11, 3]) await rename((await world.person()).userId, `student${number}`);
    const seen: string[] = [];
    for (let cursor: string | null = null; ;) {
      const page: Awaited<ReturnType<typeof admin.users.list>> = await admin.users.list({
        search: 'student',
        limit: 2,
        cursor,
      });
      seen.push(...page.items.map(({ name }) => name));
      cursor = page.nextCursor;
      if (cursor === null) break;
    }
    expect(seen).toEqual(['student1', 'student2', 'student3', 'student10', 'student11', 'student100']);
  });

  it('comes by name in pages, and is searched in names and addresses, taken literally', async () => {
    const { boss, admin } = await scene();
    await rename(boss.userId, 'Zoe');
    for (const name of ['Berta', 'Adam', 'Dora', 'Carl']) await rename((await world.person()).userId, name);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof admin.users.list>> = await admin.users.list({ limit: 2, cursor });
      seen.push(...page.items.map((account) => account.name));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(['Adam', 'Berta', 'Carl', 'Dora', 'Zoe']);
    const search = async (text: string) => (await admin.users.list({ search: text })).items.map(({ name }) => name);
    expect(await search('ER')).toEqual(['Berta']);
    expect(await search('carl@example')).toEqual(['Carl']);
    expect(await search('%')).toEqual([]);
  });

  it('is filtered by role, kind and state', async () => {
    const { boss, admin } = await scene();
    const instructor = await world.person('instructor');
    const user = await world.person();
    const service = await admin.users.createService({ name: 'CI', role: 'user' });
    await admin.users.disable({ id: user.userId });
    const ids = async (filter: Parameters<typeof admin.users.list>[0]) =>
      (await admin.users.list(filter)).items.map(({ id }) => id).toSorted((a, b) => a - b);
    expect(await ids({ role: 'instructor' })).toEqual([instructor.userId]);
    expect(await ids({ kind: 'service' })).toEqual([service.id]);
    expect(await ids({ state: 'disabled' })).toEqual([user.userId]);
    expect(await ids({ state: 'enabled', kind: 'person' })).toEqual([boss.userId, instructor.userId]);
    expect(await ids({ role: 'admin', state: 'disabled' })).toEqual([]);
  });

  it('says what each has, and when they were last seen', async () => {
    const { admin } = await scene();
    const person = await world.person();
    const user = world.callerOf(person);
    const zoneId = await world.zone();
    const template = await user.templates.create({ name: 'One', topology: line(1) });
    await user.templates.delete({ id: (await user.templates.create({ name: 'Two', topology: line(1) })).id });
    await user.slices.create({ name: 'One', templateId: template.id, zoneId });
    await user.slices.create({ name: 'Two', templateId: template.id, zoneId });
    const { info } = await user.tokens.create({ name: 'script', scopes: ['read'], days: 1 });
    await user.tokens.create({ name: 'other', scopes: ['read'], days: 30 });
    const account = await admin.users.get({ id: person.userId });
    expect(account).toMatchObject({ templates: 1, slices: 2, sessions: 1, tokens: 2, disabledAt: null });
    expect(account.lastUsedAt).not.toBe(null);
    expect((await admin.users.list({ search: person.email })).items).toEqual([account]);
    await user.tokens.revoke({ id: info.id });
    world.pass(7 * 3_600_000);
    // the session was not used for too long
    expect(await admin.users.get({ id: person.userId })).toMatchObject({ sessions: 0, tokens: 1 });
    expect((await admin.users.list({ kind: 'service' })).items).toEqual([]);
    expect(await outcomeOf(admin.users.get({ id: 999_999 }))).toBe('NOT_FOUND');
  });

  it('finds people to share with, but not oneself, machines, the disabled and the deleted', async () => {
    const { admin } = await scene();
    const teacher = await world.person('instructor');
    const [found, disabled, deleted] = [await world.person(), await world.person(), await world.person()];
    await rename(teacher.userId, 'Ada One');
    await rename(found.userId, 'Ada Two', 'two@example.net');
    await rename(disabled.userId, 'Ada Three', 'three@example.net');
    await rename(deleted.userId, 'Ada Four', 'four@example.net');
    await admin.users.createService({ name: 'Ada Five', role: 'user' });
    await admin.users.disable({ id: disabled.userId });
    await admin.users.delete({ id: deleted.userId, templates: 'delete', slices: 'destroy' });
    const find = (search: string) => world.callerOf(teacher).users.find({ search });
    expect((await find('ada')).items).toEqual([{ id: found.userId, name: 'Ada Two', email: 'two@example.net' }]);
    expect((await find('TWO@exam')).items).toHaveLength(1);
    expect((await find('three')).items).toEqual([]);
    for (let index = 0; index < 11; index += 1)
      await rename((await world.person()).userId, `Ada ${index}`, `a${index}@x.org`);
    expect((await find('ada')).items).toHaveLength(10);
    expect(await outcomeOf(world.callerOf(found).users.find({ search: 'ada' }))).toBe('FORBIDDEN');
  });
});

describe('an account', () => {
  it('is made with a link by which its person chooses a password', async () => {
    const { boss, admin } = await scene();
    const { user, link } = await admin.users.create({ email: 'New@Example.org', name: 'New', role: 'instructor' });
    expect(user).toMatchObject({ kind: 'person', email: 'new@example.org', role: 'instructor', sessions: 0 });
    const anyone = world.callerOf(null);
    expect(await outcomeOf(anyone.auth.login({ email: 'new@example.org', password }))).toBe('INVALID_CREDENTIALS');
    const token = link.path.split('#')[1] ?? '';
    await anyone.auth.resetPassword({ token, password });
    expect(await outcomeOf(anyone.auth.login({ email: 'new@example.org', password }))).toBe('OK');
    expect((await deedsTo(user.id))[0]).toEqual({
      action: 'users.create',
      userId: boss.userId,
      details: { email: 'new@example.org', name: 'New', role: 'instructor' },
    });
    expect(
      await refusalOf(admin.users.create({ email: 'NEW@example.org', name: 'Again', role: 'user' })),
    ).toMatchObject({
      code: 'EMAIL_TAKEN',
      field: 'email',
    });
  });

  it('of a machine has tokens and no password', async () => {
    const { admin } = await scene();
    const service = await admin.users.createService({ name: 'CI', role: 'user' });
    expect(service).toMatchObject({ kind: 'service', name: 'CI', role: 'user' });
    expect(service.email).toMatch(/^service-[a-z0-9_-]+@services\.invalid$/);
    expect((await admin.users.createService({ name: 'CI', role: 'user' })).email).not.toBe(service.email);
    const { token } = await admin.tokens.create({ userId: service.id, name: 'main', scopes: ['read'], days: 1 });
    expect(await authenticateToken(ctx, token)).toMatchObject({ userId: service.id, kind: 'service' });
    expect(await refusalOf(admin.users.resetPassword({ id: service.id }))).toMatchObject({ code: 'INVALID_INPUT' });
    expect((await deedsTo(service.id)).map(({ action }) => action)).toEqual(['users.create-service']);
  });

  it('is given another name and role, which count at once', async () => {
    const { boss, admin } = await scene();
    const person = await world.person();
    const { token } = await world.callerOf(person).tokens.create({ name: 'all', scopes: ['admin:read'], days: 1 });
    expect(await outcomeOf(world.callerOf(await authenticateToken(ctx, token)).users.list({}))).toBe('FORBIDDEN');
    expect(await isSignedIn(ctx, { actor: person })).toBe(true);
    const changed = await admin.users.update({ id: person.userId, role: 'admin', name: 'Boss' });
    expect(changed).toMatchObject({ id: person.userId, role: 'admin', name: 'Boss' });
    expect(await authenticate(ctx, person.token)).toMatchObject({ role: 'admin' });
    expect(await outcomeOf(world.callerOf(await authenticateToken(ctx, token)).users.list({}))).toBe('OK');
    // a stream that was opened with the rights of before ends
    expect(await isSignedIn(ctx, { actor: person })).toBe(false);
    // nothing changes: no deed
    await admin.users.update({ id: person.userId, role: 'admin' });
    expect(await deedsTo(person.userId)).toEqual([
      {
        action: 'users.update',
        userId: boss.userId,
        details: {
          name: 'Boss',
          from: { name: expect.any(String), role: 'user' },
          to: { name: 'Boss', role: 'admin' },
        },
      },
    ]);
    expect(await outcomeOf(admin.users.update({ id: 999_999, name: 'Nobody' }))).toBe('NOT_FOUND');
  });

  it('that is disabled is out at once, and in again with its tokens when it is enabled', async () => {
    const { boss, admin } = await scene();
    const person = await world.person();
    const { token } = await world.callerOf(person).tokens.create({ name: 'script', scopes: ['read'], days: 1 });
    const link = await admin.users.resetPassword({ id: person.userId });
    expect(await admin.users.disable({ id: person.userId })).toMatchObject({
      disabledAt: expect.any(String),
      sessions: 0,
      tokens: 1,
    });
    expect(await authenticate(ctx, person.token)).toBe(null);
    expect(await authenticateToken(ctx, token)).toBe(null);
    expect(await isSignedIn(ctx, { actor: person })).toBe(false);
    const anyone = world.callerOf(null);
    const login = { email: person.email, password };
    expect(await outcomeOf(anyone.auth.login(login))).toBe('INVALID_CREDENTIALS');
    expect(await outcomeOf(admin.users.resetPassword({ id: person.userId }))).toBe('INVALID_INPUT');
    // twice is once
    await admin.users.disable({ id: person.userId });
    expect(await admin.users.enable({ id: person.userId })).toMatchObject({ disabledAt: null });
    await admin.users.enable({ id: person.userId });
    expect(await authenticate(ctx, person.token)).toBe(null);
    expect(await authenticateToken(ctx, token)).toMatchObject({ userId: person.userId });
    const late = { token: link.path.split('#')[1] ?? '', password };
    expect(await outcomeOf(anyone.auth.resetPassword(late))).toBe('LINK_INVALID');
    expect(await outcomeOf(anyone.auth.login(login))).toBe('OK');
    expect((await deedsTo(person.userId)).slice(1)).toMatchObject([
      { action: 'users.disable', userId: boss.userId, details: { sessions: 1 } },
      { action: 'users.enable', userId: boss.userId },
    ]);
  });

  it('gets a new password by a link, which outdates the one before', async () => {
    const { admin } = await scene();
    const person = await world.person();
    const first = await admin.users.resetPassword({ id: person.userId });
    const second = await admin.users.resetPassword({ id: person.userId });
    const use = (path: string) =>
      outcomeOf(
        world.callerOf(null).auth.resetPassword({ token: path.split('#')[1] ?? '', password: 'another password' }),
      );
    expect(await use(first.path)).toBe('LINK_INVALID');
    expect(await use(second.path)).toBe('OK');
    expect(await deedsTo(person.userId)).toMatchObject([
      { action: 'users.reset-password' },
      { action: 'users.reset-password' },
    ]);
  });

  it('loses its second factor when an administrator removes it', async () => {
    const { admin } = await scene();
    const person = await world.person();
    await ctx.db
      .update(users)
      .set({ totpSecret: 'sealed', totpEnabledAt: new Date(), totpLastStep: 1 })
      .where(eq(users.id, person.userId));
    await ctx.db.insert(recoveryCodes).values({ userId: person.userId, codeHash: 'hash' });
    expect(await admin.users.get({ id: person.userId })).toMatchObject({ secondFactor: true });
    expect(await admin.users.removeSecondFactor({ id: person.userId })).toMatchObject({ secondFactor: false });
    expect(await ctx.db.$count(recoveryCodes)).toBe(0);
    await admin.users.removeSecondFactor({ id: person.userId });
    expect((await deedsTo(person.userId)).map(({ action }) => action)).toEqual(['users.remove-second-factor']);
    expect(await outcomeOf(world.callerOf(null).auth.login({ email: person.email, password }))).toBe('OK');
  });

  it('is signed out everywhere, its tokens revoked', async () => {
    const { admin } = await scene();
    const person = await world.person();
    const bystander = await world.person();
    const { token } = await world.callerOf(person).tokens.create({ name: 'script', scopes: ['read'], days: 1 });
    expect(await admin.users.signOut({ id: person.userId })).toMatchObject({ sessions: 0, tokens: 0 });
    expect(await authenticate(ctx, person.token)).toBe(null);
    expect(await authenticateToken(ctx, token)).toBe(null);
    expect(await isSignedIn(ctx, { actor: person })).toBe(false);
    expect(await authenticate(ctx, bystander.token)).toMatchObject({ userId: bystander.userId });
    expect(await deedsTo(person.userId)).toMatchObject([
      { action: 'users.sign-out', details: { sessions: 1, tokens: 1 } },
    ]);
  });
});

describe('a token to manage accounts with', () => {
  it('makes people and machines, but neither administrators nor ways into an account', async () => {
    const { boss, admin } = await scene();
    const owner = await world.person();
    const by = world.callerOf(await world.tokenOf(boss, ['admin:manage']));
    expect(await outcomeOf(by.users.create({ email: 'a@example.org', name: 'A', role: 'instructor' }))).toBe('OK');
    const machine = await by.users.createService({ name: 'CI', role: 'user' });
    expect(await outcomeOf(by.users.update({ id: owner.userId, role: 'instructor' }))).toBe('OK');
    const attempts = [
      () => by.users.create({ email: 'b@example.org', name: 'B', role: 'admin' }),
      () => by.users.createService({ name: 'CI', role: 'admin' }),
      () => by.users.update({ id: machine.id, role: 'admin' }),
      () => by.users.update({ id: owner.userId, role: 'admin' }),
      () => by.users.resetPassword({ id: boss.userId }),
      () => by.users.resetPassword({ id: owner.userId }),
      () => by.users.removeSecondFactor({ id: boss.userId }),
    ];
    for (const attempt of attempts)
      expect(await refusalOf(attempt())).toMatchObject({ code: 'FORBIDDEN', params: { scope: 'session' } });
    // an administrator's name may be changed, and their role, since it is theirs already, be repeated
    expect(await outcomeOf(by.users.update({ id: boss.userId, name: 'Boss', role: 'admin' }))).toBe('OK');
    expect((await admin.users.list({ role: 'admin' })).items.map(({ id }) => id)).toEqual([boss.userId]);
  });
});

describe('the last administrator', () => {
  it('cannot be demoted, disabled or deleted, by themselves neither', async () => {
    const { boss, admin } = await scene();
    const id = boss.userId;
    // none of these could take over
    const disabled = await world.person('admin');
    await admin.users.disable({ id: disabled.userId });
    await admin.users.createService({ name: 'Machine', role: 'admin' });
    await admin.users.create({ email: 'invited@example.org', name: 'Invited', role: 'admin' });
    const deleted = await world.person('admin');
    await admin.users.delete({ id: deleted.userId, templates: 'delete', slices: 'destroy' });
    const attempts = (caller: typeof admin) => [
      () => caller.users.update({ id, role: 'user' }),
      () => caller.users.disable({ id }),
      () => caller.users.delete({ id, templates: 'delete', slices: 'destroy' }),
    ];
    for (const attempt of attempts(admin)) expect(await outcomeOf(attempt())).toBe('LAST_ADMIN');
    expect(await outcomeOf(admin.users.update({ id, name: 'Still here' }))).toBe('OK');
    // somebody whose rights ended while they called
    for (const attempt of attempts(world.callerOf(deleted))) expect(await outcomeOf(attempt())).toBe('LAST_ADMIN');
    expect(await admin.users.get({ id })).toMatchObject({ role: 'admin', disabledAt: null });
    // with another one there, demoting oneself is one's own affair; the rest takes another one
    await world.person('admin');
    expect(await refusalOf(admin.users.disable({ id }))).toMatchObject({
      code: 'FORBIDDEN',
      message: 'You cannot disable your own account. Another administrator can.',
    });
    expect(await outcomeOf(admin.users.delete({ id, templates: 'delete', slices: 'destroy' }))).toBe('FORBIDDEN');
    expect(await outcomeOf(admin.users.update({ id, role: 'user' }))).toBe('OK');
  });

  it.each<[string, (who: Awaited<ReturnType<typeof world.person>>, id: number) => Promise<Account | object>]>([
    ['demote', (who, id) => world.callerOf(who).users.update({ id, role: 'user' })],
    ['disable', (who, id) => world.callerOf(who).users.disable({ id })],
    ['delete', (who, id) => world.callerOf(who).users.delete({ id, templates: 'delete', slices: 'destroy' })],
  ])('is left when all administrators %s each other at the same time', async (_verb, act) => {
    const admins = [await world.person('admin'), await world.person('admin'), await world.person('admin')];
    const outcomes = await Promise.all(
      admins.map((who, index) => outcomeOf(act(who, admins[(index + 1) % admins.length]?.userId ?? 0))),
    );
    expect(outcomes.toSorted()).toEqual(['LAST_ADMIN', 'OK', 'OK']);
    const survivor = admins.find((_who, index) => outcomes[(index + 2) % 3] === 'LAST_ADMIN');
    expect(survivor && (await authenticate(ctx, survivor.token))).toMatchObject({ role: 'admin' satisfies Role });
  });
});
