import { once } from 'node:events';
import { eq } from 'drizzle-orm';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { auditLog } from '#drizzle/schema/audit';
import { apiTokens, users } from '#drizzle/schema/users';
import { ensureFirstAdmin } from '#server/domain/auth/first-admin';
import { authenticate } from '#server/domain/auth/sessions';
import { sha256 } from '#server/lib/secrets';
import { outcomeOf, refusalOf } from '#server/testing/outcomes';
import { createWorld, password } from '#server/testing/world';
import { whileSignedIn } from '../while-signed-in';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;
world.freeze();
const anonymous = (ip: string | null = null, sessions: ({ token: string; expiresAt: Date } | null)[] = []) =>
  world.callerOf(null, { ip, sessions });

describe('registering', () => {
  it('makes a user, signs in and keeps only the token’s hash', async () => {
    const sessions: ({ token: string; expiresAt: Date } | null)[] = [];
    const user = await anonymous('192.0.2.1', sessions).auth.register({
      email: ' Ada@Example.org ',
      name: 'Ada',
      password,
    });
    expect(user).toMatchObject({ email: 'ada@example.org', name: 'Ada', role: 'user' });
    const session = sessions[0];
    if (session == null) throw new Error('no session');
    expect(await authenticate(ctx, session.token, { ip: '192.0.2.9' })).toMatchObject({
      userId: user.id,
      role: 'user',
      ip: '192.0.2.9',
    });
    const rows = await ctx.db.select().from(apiTokens);
    expect(rows).toMatchObject([{ kind: 'session', ip: '192.0.2.1', userAgent: 'test', revokedAt: null }]);
    expect(rows[0]?.tokenHash).toBe(sha256(session.token));
    const [row] = await ctx.db.select().from(users).where(eq(users.id, user.id));
    expect(row?.passwordHash).toMatch(/^\$argon2id\$/);
    const deeds = await ctx.db.select().from(auditLog);
    expect(deeds).toMatchObject([{ action: 'auth.register', userId: user.id, ip: '192.0.2.1' }]);
  });

  it('refuses an address that a living user has, in any case, and takes it again after a deletion', async () => {
    await anonymous().auth.register({ email: 'ada@example.org', name: 'Ada', password });
    expect(
      await refusalOf(anonymous().auth.register({ email: 'ADA@example.ORG', name: 'Eve', password })),
    ).toMatchObject({ code: 'EMAIL_TAKEN', field: 'email' });
    await ctx.db.update(users).set({ deletedAt: new Date() }).where(eq(users.email, 'ada@example.org'));
    expect(await outcomeOf(anonymous().auth.register({ email: 'ada@example.org', name: 'Ada', password }))).toBe('OK');
  });

  it('lets one of two at once have an address', async () => {
    const call = () => outcomeOf(anonymous().auth.register({ email: 'ada@example.org', name: 'Ada', password }));
    expect((await Promise.all([call(), call(), call()])).toSorted()).toEqual(['EMAIL_TAKEN', 'EMAIL_TAKEN', 'OK']);
  });

  it.each([
    ['no address', { email: 'ada', name: 'Ada', password }],
    ['a short password', { email: 'ada@example.org', name: 'Ada', password: 'short' }],
    ['a name with markup', { email: 'ada@example.org', name: '<b>', password }],
    ['300 characters', { email: 'ada@example.org', name: 'a'.repeat(300), password }],
    ['an unknown key', { email: 'ada@example.org', name: 'Ada', password, role: 'admin' }],
  ])('refuses %s', async (_what, input) => {
    expect(await outcomeOf(anonymous().auth.register(input))).toBe('INVALID_INPUT');
    expect(await ctx.db.$count(users)).toBe(0);
  });

  it('can be closed', async () => {
    ctx.settings.registrationOpen = false;
    try {
      expect(await outcomeOf(anonymous().auth.register({ email: 'a@example.org', name: 'Ada', password }))).toBe(
        'REGISTRATION_CLOSED',
      );
      expect(await anonymous().auth.me()).toEqual({
        user: null,
        token: null,
        registrationOpen: false,
        registrationDomains: null,
      });
    } finally {
      ctx.settings.registrationOpen = true;
    }
  });
});

describe('signing in and out', () => {
  it('works with the right password, and ends with logout for this session only', async () => {
    const ada = await world.person();
    const sessions: ({ token: string; expiresAt: Date } | null)[] = [];
    const user = await anonymous(null, sessions).auth.login({ email: ada.email.toUpperCase(), password });
    expect(user.id).toBe(ada.userId);
    const actor = await authenticate(ctx, sessions[0]?.token ?? '');
    if (actor === null) throw new Error('not signed in');
    expect((await world.callerOf(actor).auth.me()).user).toEqual(user);
    await world.callerOf(actor, { sessions }).auth.logout();
    expect(sessions[1]).toBeNull();
    expect(await authenticate(ctx, sessions[0]?.token ?? '')).toBeNull();
    expect(await authenticate(ctx, ada.token)).toMatchObject({ userId: ada.userId });
    // twice is once
    await world.callerOf(actor).auth.logout();
    const deeds = await ctx.db.select().from(auditLog).where(eq(auditLog.action, 'auth.logout'));
    expect(deeds).toHaveLength(1);
  });

  it('says the same of an unknown user, a wrong password and a disabled account', async () => {
    const ada = await world.person();
    const disabled = await world.person();
    await ctx.db.update(users).set({ disabledAt: new Date() }).where(eq(users.id, disabled.userId));
    const refusals = await Promise.all([
      refusalOf(anonymous().auth.login({ email: 'nobody@example.org', password })),
      refusalOf(anonymous().auth.login({ email: ada.email, password: 'not the password' })),
      refusalOf(anonymous().auth.login({ email: disabled.email, password })),
    ]);
    expect(refusals[0].code).toBe('INVALID_CREDENTIALS');
    expect(refusals[1]).toEqual(refusals[0]);
    expect(refusals[2]).toEqual(refusals[0]);
  });
});

describe('a session token', () => {
  it('is refused when forged, of another algorithm, expired, or its user disabled or deleted', async () => {
    const ada = await world.person();
    const claims = () => new SignJWT().setSubject(String(ada.userId)).setIssuer('trama').setJti('x');
    const soon = new Date(Date.now() + 60_000);
    const other = await claims()
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime(soon)
      .sign(new TextEncoder().encode('another secret, also long enough'));
    const otherAlgorithm = await claims()
      .setProtectedHeader({ alg: 'HS512' })
      .setExpirationTime(soon)
      .sign(ctx.settings.jwtSecret);
    const notKept = await claims()
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime(soon)
      .sign(ctx.settings.jwtSecret);
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${ada.token.split('.')[1]}.`;
    for (const token of ['', 'x', 'a.b.c', other, otherAlgorithm, notKept, none, `${ada.token}x`])
      expect(await authenticate(ctx, token)).toBeNull();

    await ctx.db.update(users).set({ disabledAt: new Date() }).where(eq(users.id, ada.userId));
    expect(await authenticate(ctx, ada.token)).toBeNull();
    await ctx.db.update(users).set({ disabledAt: null, deletedAt: new Date() }).where(eq(users.id, ada.userId));
    expect(await authenticate(ctx, ada.token)).toBeNull();
    await ctx.db.update(users).set({ deletedAt: null }).where(eq(users.id, ada.userId));
    expect(await authenticate(ctx, ada.token)).not.toBeNull();
    world.pass(12 * 3_600_000 + 1000);
    expect(await authenticate(ctx, ada.token)).toBeNull();
  });

  it('notes its use once a minute', async () => {
    const ada = await world.person();
    const lastUsed = async () => {
      const [row] = await ctx.db.select().from(apiTokens).where(eq(apiTokens.id, ada.tokenId));
      return row?.lastUsedAt?.getTime();
    };
    const first = await lastUsed();
    world.pass(30_000);
    await authenticate(ctx, ada.token);
    expect(await lastUsed()).toBe(first);
    world.pass(31_000);
    await authenticate(ctx, ada.token);
    expect((await lastUsed()) ?? 0).toBeGreaterThan(first ?? 0);
  });
});

describe('rate limits', () => {
  const guess = (email: string, ip: string | null = null, secret = 'wrong password') =>
    anonymous(ip).auth.login({ email, password: secret });

  it('let an address be tried five times, then with growing pauses, and forget with the right password', async () => {
    const ada = await world.person();
    for (let n = 0; n < 5; n += 1) expect(await outcomeOf(guess(ada.email))).toBe('INVALID_CREDENTIALS');
    expect(await refusalOf(guess(ada.email, null, password))).toMatchObject({
      code: 'RATE_LIMITED',
      params: { seconds: 1 },
    });
    world.pass(1_000);
    expect(await outcomeOf(guess(ada.email))).toBe('INVALID_CREDENTIALS');
    world.pass(1_000);
    expect(await refusalOf(guess(ada.email))).toMatchObject({ code: 'RATE_LIMITED', params: { seconds: 1 } });
    world.pass(1_000);
    expect(await outcomeOf(guess(ada.email))).toBe('INVALID_CREDENTIALS');
    world.pass(2_500);
    expect(await outcomeOf(guess(ada.email))).toBe('RATE_LIMITED');
    world.pass(1_500);
    expect(await outcomeOf(guess(ada.email, null, password))).toBe('OK');
    for (let n = 0; n < 5; n += 1) expect(await outcomeOf(guess(ada.email))).toBe('INVALID_CREDENTIALS');
  });

  it('do not let a crowd of attempts at once slip through', async () => {
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => outcomeOf(guess('crowd@example.org'))));
    expect(outcomes.filter((outcome) => outcome === 'INVALID_CREDENTIALS')).toHaveLength(5);
    expect(outcomes.filter((outcome) => outcome === 'RATE_LIMITED')).toHaveLength(15);
  });

  it('count by network too, an IPv6 household as one', async () => {
    for (let n = 0; n < 30; n += 1)
      expect(await outcomeOf(guess(`user${n}@example.org`, `2001:db8:1:2::${n + 1}`))).toBe('INVALID_CREDENTIALS');
    expect(await outcomeOf(guess('one-more@example.org', '2001:db8:1:2:ffff::1'))).toBe('RATE_LIMITED');
    expect(await outcomeOf(guess('one-more@example.org', '2001:db8:1:3::1'))).toBe('INVALID_CREDENTIALS');
  });

  it('are forgotten after their window', async () => {
    for (let n = 0; n < 5; n += 1) await outcomeOf(guess('late@example.org'));
    expect(await outcomeOf(guess('late@example.org'))).toBe('RATE_LIMITED');
    world.pass(3_601_000);
    for (let n = 0; n < 5; n += 1) expect(await outcomeOf(guess('late@example.org'))).toBe('INVALID_CREDENTIALS');
  });

  it('who registers address after address to learn which have an account is slowed down, and written down', async () => {
    const ada = await world.person();
    const call = (email: string) => outcomeOf(anonymous('192.0.2.8').auth.register({ email, name: 'New', password }));
    for (let n = 0; n < 30; n += 1) {
      expect(await call(ada.email)).toBe('EMAIL_TAKEN');
      // the same address has a limit of its own
      world.pass(61_000);
    }
    expect(await call(ada.email)).toBe('EMAIL_TAKEN');
    // the pause is the same for an address that is free
    for (const email of [ada.email, 'free@example.org']) expect(await call(email)).toBe('RATE_LIMITED');
    const deeds = await ctx.db.select().from(auditLog).where(eq(auditLog.result, 'EMAIL_TAKEN'));
    expect(deeds).toHaveLength(31);
    expect(deeds[0]).toMatchObject({ action: 'auth.register', userId: null, ip: '192.0.2.8', objectId: ada.userId });
  });

  it('a refusal of an address that is taken was quicker than an account: it costs a hash, too', async () => {
    const ada = await world.person();
    const { argon2 } = ctx.settings;
    // below what argon2 takes: whoever hashes fails
    ctx.settings.argon2 = { ...argon2, memoryCost: 1 };
    try {
      await expect(anonymous().auth.register({ email: ada.email, name: 'Eve', password })).rejects.toThrow(
        'Memory cost',
      );
    } finally {
      ctx.settings.argon2 = argon2;
    }
  });

  it('hold for registering', async () => {
    const call = (n: number) =>
      outcomeOf(anonymous('192.0.2.7').auth.register({ email: `new${n}@example.org`, name: 'New', password }));
    for (let n = 0; n < 100; n += 1) expect(await call(n)).toBe('OK');
    expect(await call(100)).toBe('RATE_LIMITED');
  });
});

describe('the first administrator', () => {
  it('is made once, also by two servers at once, with a password that works', async () => {
    const made = (await Promise.all([ensureFirstAdmin(ctx), ensureFirstAdmin(ctx), ensureFirstAdmin(ctx)])).filter(
      (admin) => admin !== null,
    );
    expect(made).toHaveLength(1);
    const [admin] = made;
    if (admin === undefined) throw new Error('none');
    expect(admin.password.length).toBeGreaterThanOrEqual(20);
    expect(await anonymous().auth.login(admin)).toMatchObject({ role: 'admin' });
    expect(await ensureFirstAdmin(ctx)).toBeNull();
  });

  it('takes what it is given and refuses what cannot be used', async () => {
    const ada = await world.person();
    expect(await outcomeOf(ensureFirstAdmin(ctx, { email: ada.email, password }).catch(wrapped))).toBe('EMAIL_TAKEN');
    expect(await outcomeOf(ensureFirstAdmin(ctx, { email: 'nonsense' }).catch(wrapped))).toBe('INVALID_INPUT');
    expect(await outcomeOf(ensureFirstAdmin(ctx, { password: 'short' }).catch(wrapped))).toBe('INVALID_INPUT');
    expect(await ensureFirstAdmin(ctx, { email: 'Root@Example.org', password })).toEqual({
      email: 'root@example.org',
      password,
    });
  });
});

describe('a subscription', () => {
  it('ends with the session that began it, and with the client', async () => {
    const ada = await world.person();
    const open = async function* (signal: AbortSignal) {
      yield 'first';
      if (!signal.aborted) await once(signal, 'abort');
    };
    const stream = whileSignedIn(ctx, ada, undefined, open, { everyMs: 20 });
    expect(await stream.next()).toEqual({ done: false, value: 'first' });
    const next = outcomeOf(stream.next());
    await world.callerOf(ada).auth.logout();
    expect(await next).toBe('UNAUTHENTICATED');

    const gone = new AbortController();
    const other = whileSignedIn(ctx, await world.person(), gone.signal, open, { everyMs: 20 });
    await other.next();
    const last = other.next();
    gone.abort();
    expect(await last).toEqual({ done: true, value: undefined });
  });
});

/** As the router would wrap it. */
function wrapped(cause: unknown): never {
  throw new Error('refused', { cause });
}
