import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { auditLog } from '#drizzle/schema/audit';
import { passwordResets, roles, users } from '#drizzle/schema/users';
import { createPasswordLink } from '#server/domain/auth/password-links';
import { authenticate, authenticateToken, createSession, isSignedIn } from '#server/domain/auth/sessions';
import { inTransaction } from '#server/db/transaction';
import { outcomeOf, refusalOf } from '#server/testing/outcomes';
import { createWorld, password } from '#server/testing/world';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;
world.freeze();
const other = 'another good password';
const anonymous = (ip: string | null = null) => world.callerOf(null, { ip });
const login = (email: string, secret: string) => outcomeOf(anonymous().auth.login({ email, password: secret }));

describe('the profile', () => {
  it('has a name that its owner changes', async () => {
    const ada = await world.person();
    const bob = await world.person();
    expect(await world.callerOf(ada).auth.updateProfile({ name: ' Ada L. ' })).toMatchObject({
      id: ada.userId,
      name: 'Ada L.',
    });
    expect((await world.callerOf(bob).auth.me()).user?.name).not.toBe('Ada L.');
    expect(await outcomeOf(world.callerOf(ada).auth.updateProfile({ name: '<b>' }))).toBe('INVALID_INPUT');
    const narrow = await world.tokenOf(ada, ['account:read']);
    expect(await outcomeOf(world.callerOf(narrow).auth.updateProfile({ name: 'Eve' }))).toBe('FORBIDDEN');
  });
});

describe('changing the password', () => {
  it('ends all other sessions, gives this one a new token, and leaves tokens and others alone', async () => {
    const ada = await world.person();
    const bob = await world.person();
    const elsewhere = await createSession(ctx, ctx.db, ada.userId, { ip: null, userAgent: null });
    const pat = await world.tokenOf(ada, ['read']);
    const link = await inTransaction(ctx.db, (tx) => createPasswordLink(tx, ctx, ada.userId));
    const cookies: ({ token: string; expiresAt: Date } | null)[] = [];
    await world
      .callerOf(ada, { sessions: cookies })
      .auth.changePassword({ currentPassword: password, password: other });
    expect(await authenticate(ctx, elsewhere.token)).toBeNull();
    expect(await authenticate(ctx, ada.token)).toBeNull();
    expect(await authenticate(ctx, cookies[0]?.token ?? '')).toMatchObject({
      userId: ada.userId,
      tokenId: ada.tokenId,
    });
    // what is open in this browser goes on
    expect(await isSignedIn(ctx, { actor: ada })).toBe(true);
    expect(await authenticateToken(ctx, pat.token)).not.toBeNull();
    expect(await authenticate(ctx, bob.token)).not.toBeNull();
    expect(await login(ada.email, password)).toBe('INVALID_CREDENTIALS');
    expect(await login(ada.email, other)).toBe('OK');
    expect(await login(bob.email, password)).toBe('OK');
    expect(await outcomeOf(anonymous().auth.resetPassword({ token: link.path.split('#')[1] ?? '', password }))).toBe(
      'LINK_INVALID',
    );
    const deeds = await ctx.db.select().from(auditLog).where(eq(auditLog.action, 'auth.change-password'));
    expect(deeds).toMatchObject([{ userId: ada.userId, details: { sessions: 1 } }]);
    expect(JSON.stringify(deeds)).not.toContain(other);
  });

  it('needs the current one, with growing pauses, and a session', async () => {
    const ada = await world.person();
    const change = (currentPassword: string) =>
      world.callerOf(ada).auth.changePassword({ currentPassword, password: other });
    expect(await refusalOf(change('wrong password'))).toMatchObject({
      code: 'INVALID_CREDENTIALS',
      field: 'currentPassword',
    });
    for (let n = 0; n < 4; n += 1) expect(await outcomeOf(change('wrong password'))).toBe('INVALID_CREDENTIALS');
    expect(await outcomeOf(change(password))).toBe('RATE_LIMITED');
    expect(await login(ada.email, password)).toBe('OK');
    world.pass(1000);
    const pat = await world.tokenOf(ada, ['manage']);
    expect(
      await outcomeOf(world.callerOf(pat).auth.changePassword({ currentPassword: password, password: other })),
    ).toBe('FORBIDDEN');
    expect(await outcomeOf(change(password))).toBe('OK');
    expect(await ctx.db.$count(auditLog, eq(auditLog.action, 'auth.password-failed'))).toBe(5);
  });

  it('succeeds once of two at the same time', async () => {
    const ada = await world.person();
    const change = (to: string) =>
      outcomeOf(world.callerOf(ada).auth.changePassword({ currentPassword: password, password: to }));
    const outcomes = await Promise.all([change('password number 1'), change('password number 2')]);
    expect(outcomes.toSorted()).toEqual(['INVALID_CREDENTIALS', 'OK']);
    expect(await login(ada.email, `password number ${outcomes.indexOf('OK') + 1}`)).toBe('OK');
  });

  it('is not for who has none', async () => {
    const ada = await world.person();
    await ctx.db.update(users).set({ passwordHash: null }).where(eq(users.id, ada.userId));
    expect(
      await outcomeOf(world.callerOf(ada).auth.changePassword({ currentPassword: password, password: other })),
    ).toBe('INVALID_CREDENTIALS');
  });
});

describe('changing the e-mail address', () => {
  it('needs the password and an address that nobody has', async () => {
    const ada = await world.person();
    const bob = await world.person();
    const change = (email: string, currentPassword = password) =>
      world.callerOf(ada).auth.changeEmail({ currentPassword, email });
    expect(await refusalOf(change('new@example.org', 'wrong password'))).toMatchObject({
      code: 'INVALID_CREDENTIALS',
      field: 'currentPassword',
    });
    expect(await refusalOf(change(bob.email.toUpperCase()))).toMatchObject({ code: 'EMAIL_TAKEN', field: 'email' });
    expect(await change(' New@Example.org ')).toMatchObject({ id: ada.userId, email: 'new@example.org' });
    expect(await login(ada.email, password)).toBe('INVALID_CREDENTIALS');
    expect(await login('new@example.org', password)).toBe('OK');
    // one's own is no other's
    expect(await outcomeOf(change('NEW@example.org'))).toBe('OK');
    expect((await world.callerOf(bob).auth.me()).user?.email).toBe(bob.email);
  });

  it('does not tell without end which addresses are taken', async () => {
    const ada = await world.person();
    const bob = await world.person();
    const change = () =>
      outcomeOf(world.callerOf(ada).auth.changeEmail({ currentPassword: password, email: bob.email }));
    for (let n = 0; n < 10; n += 1) expect(await change()).toBe('EMAIL_TAKEN');
    expect(await change()).toBe('RATE_LIMITED');
  });
});

describe('registration limited to domains', () => {
  it('takes these, in any case, and neither their subdomains nor what ends alike', async () => {
    const settings = ctx.settings;
    settings.registrationDomains = ['example.org', 'lab.example.com'];
    try {
      const call = (email: string) => anonymous().auth.register({ email, name: 'New', password });
      expect(await refusalOf(call('a@example.com'))).toMatchObject({
        code: 'EMAIL_DOMAIN_NOT_ALLOWED',
        field: 'email',
        params: { domains: 'example.org, lab.example.com' },
      });
      for (const email of [
        'a@sub.example.org',
        'a@notexample.org',
        'a@example.org.evil.test',
        '"a@example.org"@x.test',
      ])
        expect(await outcomeOf(call(email))).not.toBe('OK');
      expect(await outcomeOf(call('A@EXAMPLE.org'))).toBe('OK');
      expect(await outcomeOf(call('a@lab.example.com'))).toBe('OK');
      expect(await anonymous().auth.me()).toMatchObject({
        registrationOpen: true,
        registrationDomains: ['example.org', 'lab.example.com'],
      });

      const ada = await world.person();
      const admin = await world.person('admin');
      const move = (actor: typeof ada, email: string) =>
        outcomeOf(world.callerOf(actor).auth.changeEmail({ currentPassword: password, email }));
      expect(await move(ada, 'ada@elsewhere.test')).toBe('EMAIL_DOMAIN_NOT_ALLOWED');
      expect(await move(ada, 'ada@lab.example.com')).toBe('OK');
      expect(await move(admin, 'root@elsewhere.test')).toBe('OK');
    } finally {
      settings.registrationDomains = null;
    }
  });
});

describe('an account without a password', () => {
  it('is told apart from none by nobody who signs in', async () => {
    const [role] = await ctx.db.select().from(roles).where(eq(roles.name, 'user'));
    await ctx.db.insert(users).values({
      email: 'ci@service.invalid',
      name: 'CI',
      kind: 'service',
      roleId: role?.id ?? 0,
    });
    const invited = await world.person();
    await ctx.db.update(users).set({ passwordHash: null }).where(eq(users.id, invited.userId));
    const refusal = await refusalOf(anonymous().auth.login({ email: 'nobody@service.test', password }));
    expect(refusal.code).toBe('INVALID_CREDENTIALS');
    for (const email of ['ci@service.invalid', invited.email])
      expect(await refusalOf(anonymous().auth.login({ email, password }))).toEqual(refusal);
  });
});

describe('a password link', () => {
  const make = (userId: number) => inTransaction(ctx.db, (tx) => createPasswordLink(tx, ctx, userId));
  const tokenOf = (link: { path: string }) => link.path.slice('/reset#'.length);
  const take = (token: string, ip: string | null = null) =>
    outcomeOf(anonymous(ip).auth.resetPassword({ token, password: other }));

  it('sets the password once, and ends all sessions and tokens', async () => {
    const ada = await world.person();
    const bob = await world.person();
    const pat = await world.tokenOf(ada, ['read']);
    const link = await make(ada.userId);
    expect(link.path).toMatch(/^\/reset#[A-Za-z0-9_-]{43}$/);
    const rows = await ctx.db.select().from(passwordResets);
    expect(JSON.stringify(rows)).not.toContain(tokenOf(link));
    const cookies: unknown[] = [];
    await world
      .callerOf(null, { sessions: cookies as never[], ip: '192.0.2.30' })
      .auth.resetPassword({ token: tokenOf(link), password: other });
    expect(cookies).toEqual([]);
    expect(await authenticate(ctx, ada.token)).toBeNull();
    expect(await authenticateToken(ctx, pat.token)).toBeNull();
    expect(await authenticate(ctx, bob.token)).not.toBeNull();
    expect(await login(ada.email, password)).toBe('INVALID_CREDENTIALS');
    expect(await login(ada.email, other)).toBe('OK');
    expect(await take(tokenOf(link))).toBe('LINK_INVALID');
    const deeds = await ctx.db.select().from(auditLog).where(eq(auditLog.action, 'auth.reset-password'));
    expect(deeds).toMatchObject([{ userId: ada.userId, ip: '192.0.2.30', details: { sessions: 1, tokens: 1 } }]);
  });

  it('gives an account its first password', async () => {
    const ada = await world.person();
    await ctx.db.update(users).set({ passwordHash: null }).where(eq(users.id, ada.userId));
    expect(await take(tokenOf(await make(ada.userId)))).toBe('OK');
    expect(await login(ada.email, other)).toBe('OK');
  });

  it('is void after a day, after a newer one, and for accounts that nobody may sign in to', async () => {
    const ada = await world.person();
    const bob = await world.person();
    const bobs = await make(bob.userId);
    const first = await make(ada.userId);
    const second = await make(ada.userId);
    expect(await take(tokenOf(first))).toBe('LINK_INVALID');
    await ctx.db.update(users).set({ disabledAt: new Date() }).where(eq(users.id, ada.userId));
    expect(await take(tokenOf(second))).toBe('LINK_INVALID');
    await ctx.db.update(users).set({ disabledAt: null, kind: 'service' }).where(eq(users.id, ada.userId));
    expect(await take(tokenOf(second))).toBe('LINK_INVALID');
    await ctx.db.update(users).set({ kind: 'person' }).where(eq(users.id, ada.userId));
    expect(await take('x')).toBe('LINK_INVALID');
    world.pass(24 * 3_600_000 - 5_000);
    expect(await take(tokenOf(bobs))).toBe('OK');
    world.pass(5_001);
    expect(await take(tokenOf(second))).toBe('LINK_INVALID');
  });

  it('serves one of two at the same time, and of two made at once one is good', async () => {
    const ada = await world.person();
    const links = await Promise.all([make(ada.userId), make(ada.userId)]);
    const outcomes = await Promise.all(links.flatMap((link) => [take(tokenOf(link)), take(tokenOf(link))]));
    expect(outcomes.toSorted()).toEqual(['LINK_INVALID', 'LINK_INVALID', 'LINK_INVALID', 'OK']);
  });

  it('is not found by trying', async () => {
    for (let n = 0; n < 20; n += 1) expect(await take(`x${n}`, '192.0.2.31')).toBe('LINK_INVALID');
    expect(await take('y', '192.0.2.31')).toBe('RATE_LIMITED');
    expect(await take('y', '192.0.2.32')).toBe('LINK_INVALID');
  });
});
