import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { auditLog } from '#drizzle/schema/audit';
import { apiTokens, rateLimits, roles, users } from '#drizzle/schema/users';
import type { Role } from '#shared/auth';
import { limits } from '#shared/limits';
import { authenticate, authenticateToken, isSignedIn } from '#server/domain/auth/sessions';
import { sha256 } from '#server/lib/secrets';
import { outcomeOf, refusalOf } from '#server/testing/outcomes';
import { createWorld } from '#server/testing/world';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;
world.freeze();
const days = 86_400_000;

async function roleId(name: Role): Promise<number> {
  const [role] = await ctx.db.select().from(roles).where(eq(roles.name, name));
  return role?.id ?? 0;
}

async function service(role: Role = 'user'): Promise<number> {
  const [{ insertId }] = await ctx.db.insert(users).values({
    email: `ci-${Math.random().toString(36).slice(2)}@service.invalid`,
    name: 'CI',
    kind: 'service',
    roleId: await roleId(role),
  });
  return insertId;
}

describe('a personal access token', () => {
  it('is shown once, kept as a hash, listed without its secret, and acts as its owner within its scopes', async () => {
    const ada = await world.person('instructor');
    const made = await world
      .callerOf(ada)
      .tokens.create({ name: 'laptop', scopes: ['slices:read', 'slices:read'], days: 30 });
    expect(made.token).toMatch(/^trama_pat_[A-Za-z0-9_-]{43}$/);
    expect(made.info).toMatchObject({
      kind: 'pat',
      name: 'laptop',
      scopes: ['slices:read'],
      lastUsedAt: null,
      ip: null,
    });
    const [row] = await ctx.db.select().from(apiTokens).where(eq(apiTokens.id, made.info.id));
    expect(row?.tokenHash).toBe(sha256(made.token));
    expect(JSON.stringify(row)).not.toContain(made.token.slice(10));

    const actor = await authenticateToken(ctx, made.token, { ip: '192.0.2.4' });
    expect(actor).toEqual({
      userId: ada.userId,
      role: 'instructor',
      tokenId: made.info.id,
      kind: 'pat',
      scopes: ['slices:read'],
      ip: '192.0.2.4',
    });
    const api = world.callerOf(actor);
    expect(await api.auth.me()).toMatchObject({
      user: { id: ada.userId },
      token: { id: made.info.id, kind: 'pat', name: 'laptop', scopes: ['slices:read'], expiresAt: made.info.expiresAt },
    });
    expect(await outcomeOf(api.slices.list({}))).toBe('OK');
    expect(await refusalOf(api.templates.list({}))).toMatchObject({
      code: 'FORBIDDEN',
      params: { scope: 'templates:read' },
    });
    expect(await outcomeOf(api.tokens.list({}))).toBe('FORBIDDEN');
    expect((await world.callerOf(ada).tokens.list({})).items).toMatchObject([
      { id: made.info.id, ip: '192.0.2.4', lastUsedAt: expect.any(String) },
    ]);
    const deeds = await ctx.db.select().from(auditLog).where(eq(auditLog.action, 'tokens.create'));
    expect(deeds).toMatchObject([{ userId: ada.userId, objectType: 'api_token', objectId: made.info.id }]);
    expect(JSON.stringify(deeds)).not.toContain(made.token.slice(10));
  });

  it('has the role that its owner has now, and nobody’s when they are disabled or deleted', async () => {
    const ada = await world.person('admin');
    const { token, ...actor } = await world.tokenOf(ada, ['manage']);
    expect(await outcomeOf(world.callerOf(actor).flavours.retire({ id: 999 }))).toBe('NOT_FOUND');
    await ctx.db
      .update(users)
      .set({ roleId: await roleId('user') })
      .where(eq(users.id, ada.userId));
    const now = await authenticateToken(ctx, token);
    expect(now).toMatchObject({ role: 'user', scopes: ['manage'] });
    expect(await outcomeOf(world.callerOf(now).flavours.retire({ id: 999 }))).toBe('FORBIDDEN');
    // what was begun as an administrator does not go on
    expect(await isSignedIn(ctx, { actor })).toBe(false);

    await ctx.db.update(users).set({ disabledAt: new Date() }).where(eq(users.id, ada.userId));
    expect(await authenticateToken(ctx, token)).toBeNull();
    await ctx.db.update(users).set({ disabledAt: null, deletedAt: new Date() }).where(eq(users.id, ada.userId));
    expect(await authenticateToken(ctx, token)).toBeNull();
  });

  it('ends at its time, and is not idle before', async () => {
    const ada = await world.person();
    const { token, ...actor } = await world.tokenOf(ada, ['read'], 2);
    world.pass(2 * days - 60_000);
    expect(await authenticateToken(ctx, token)).not.toBeNull();
    expect(await isSignedIn(ctx, { actor })).toBe(true);
    world.pass(60_001);
    expect(await authenticateToken(ctx, token)).toBeNull();
    expect(await isSignedIn(ctx, { actor })).toBe(false);
    expect((await world.callerOf(ada).tokens.list({})).items).toEqual([]);
  });

  it('is no session, and a session’s token no bearer token', async () => {
    const ada = await world.person();
    const { token } = await world.tokenOf(ada, ['manage']);
    expect(await authenticate(ctx, token)).toBeNull();
    expect(await authenticateToken(ctx, ada.token)).toBeNull();
    expect(await authenticateToken(ctx, '')).toBeNull();
    expect(await authenticateToken(ctx, `${token}x`)).toBeNull();
    expect(await authenticateToken(ctx, token.replace('_pat_', '_svc_'))).toBeNull();
  });

  it('makes no tokens, however wide its scopes', async () => {
    const pat = await world.tokenOf(await world.person('admin'), ['manage']);
    expect(await refusalOf(world.callerOf(pat).tokens.create({ name: 'more', scopes: ['read'] }))).toMatchObject({
      code: 'FORBIDDEN',
      params: { scope: 'session' },
    });
  });

  it.each([
    ['no scope', { name: 'x', scopes: [] }],
    ['a scope that is none', { name: 'x', scopes: ['everything' as 'read'] }],
    ['a long life', { name: 'x', scopes: ['read' as const], days: limits.tokenDays + 1 }],
    ['no name', { name: ' ', scopes: ['read' as const] }],
    ['an unknown key', { name: 'x', scopes: ['read' as const], kind: 'service' }],
  ])('is refused with %s', async (_what, input) => {
    expect(await outcomeOf(world.callerOf(await world.person()).tokens.create(input))).toBe('INVALID_INPUT');
  });

  it('is one of so many, counted one after the other; those that ended do not count', async () => {
    const ada = await world.person();
    const row = (n: number, values: Partial<typeof apiTokens.$inferInsert> = {}) => ({
      userId: ada.userId,
      kind: 'pat' as const,
      tokenHash: sha256(`${ada.userId}:${n}`),
      name: 'x',
      scopes: ['read' as const],
      expiresAt: new Date(Date.now() + 400 * days),
      ...values,
    });
    await ctx.db
      .insert(apiTokens)
      .values([
        ...Array.from({ length: limits.tokensPerUser - 1 }, (_, n) => row(n)),
        row(-1, { revokedAt: new Date() }),
        row(-2, { expiresAt: new Date(0) }),
      ]);
    const call = () => outcomeOf(world.callerOf(ada).tokens.create({ name: 'one more', scopes: ['read'] }));
    expect((await Promise.all([call(), call(), call()])).toSorted()).toEqual([
      'OK',
      'QUOTA_EXCEEDED',
      'QUOTA_EXCEEDED',
    ]);
  });

  it('is made with pauses by who makes many', async () => {
    const ada = await world.person();
    const make = () => outcomeOf(world.callerOf(ada).tokens.create({ name: 'x', scopes: ['read'] }));
    for (let n = 0; n < 30; n += 1) expect(await make()).toBe('OK');
    expect(await make()).toBe('RATE_LIMITED');
    world.pass(1_000);
    expect(await make()).toBe('OK');
  });
});

describe('revoking', () => {
  it('takes one’s own, also the one that is used, once', async () => {
    const ada = await world.person();
    const { token, ...first } = await world.tokenOf(ada, ['account:manage']);
    const second = await world.tokenOf(ada, ['read']);
    const api = world.callerOf(first);
    expect(await outcomeOf(api.tokens.revoke({ id: second.tokenId }))).toBe('OK');
    expect(await authenticateToken(ctx, second.token)).toBeNull();
    expect(await outcomeOf(api.tokens.revoke({ id: first.tokenId }))).toBe('OK');
    expect(await authenticateToken(ctx, token)).toBeNull();
    expect(await outcomeOf(world.callerOf(ada).tokens.revoke({ id: first.tokenId }))).toBe('OK');
    expect((await world.callerOf(ada).tokens.list({})).items).toEqual([]);
    const deeds = await ctx.db.select().from(auditLog).where(eq(auditLog.action, 'tokens.revoke'));
    expect(deeds.map((deed) => deed.objectId)).toEqual([second.tokenId, first.tokenId]);
  });

  it('finds neither strangers’ tokens nor sessions, and the tokens of all for who manages users', async () => {
    const ada = await world.person();
    const pat = await world.tokenOf(ada, ['read']);
    const admin = await world.person('admin');
    for (const other of [await world.person(), await world.person('instructor')])
      expect(await outcomeOf(world.callerOf(other).tokens.revoke({ id: pat.tokenId }))).toBe('NOT_FOUND');
    expect(await outcomeOf(world.callerOf(ada).tokens.revoke({ id: ada.tokenId }))).toBe('NOT_FOUND');
    expect(await outcomeOf(world.callerOf(admin).tokens.revoke({ id: ada.tokenId }))).toBe('NOT_FOUND');
    expect(await outcomeOf(world.callerOf(ada).tokens.revoke({ id: 999_999 }))).toBe('NOT_FOUND');
    // a token for the account only is not one for everybody's
    const narrow = await world.tokenOf(admin, ['account:manage', 'admin:read']);
    expect(await outcomeOf(world.callerOf(narrow).tokens.revoke({ id: pat.tokenId }))).toBe('NOT_FOUND');
    expect(await authenticateToken(ctx, pat.token)).not.toBeNull();
    expect(await outcomeOf(world.callerOf(admin).tokens.revoke({ id: pat.tokenId }))).toBe('OK');
    expect(await authenticateToken(ctx, pat.token)).toBeNull();
  });
});

describe('a service token', () => {
  it('is made and listed by who manages users, for a service account only', async () => {
    const id = await service('instructor');
    const admin = await world.person('admin');
    const ada = await world.person();
    const input = { name: 'CI', scopes: ['templates:read' as const] };
    expect(await outcomeOf(world.callerOf(ada).tokens.create({ ...input, userId: id }))).toBe('NOT_FOUND');
    expect(await outcomeOf(world.callerOf(admin).tokens.create({ ...input, userId: ada.userId }))).toBe('NOT_FOUND');
    expect(await outcomeOf(world.callerOf(admin).tokens.create({ ...input, userId: 999_999 }))).toBe('NOT_FOUND');
    const { token, info } = await world.callerOf(admin).tokens.create({ ...input, userId: id });
    expect(token).toMatch(/^trama_svc_[A-Za-z0-9_-]{43}$/);
    expect(await authenticateToken(ctx, token)).toMatchObject({ userId: id, role: 'instructor', kind: 'service' });

    expect((await world.callerOf(admin).tokens.list({ userId: id })).items).toMatchObject([
      { id: info.id, kind: 'service' },
    ]);
    expect((await world.callerOf(admin).tokens.list({})).items).toEqual([]);
    expect(await outcomeOf(world.callerOf(admin).tokens.list({ userId: ada.userId }))).toBe('NOT_FOUND');
    expect(await outcomeOf(world.callerOf(ada).tokens.list({ userId: id }))).toBe('NOT_FOUND');
    const narrow = await world.tokenOf(admin, ['account:read']);
    expect(await outcomeOf(world.callerOf(narrow).tokens.list({ userId: id }))).toBe('NOT_FOUND');
    const wide = await world.tokenOf(admin, ['read']);
    expect((await world.callerOf(wide).tokens.list({ userId: id })).items).toHaveLength(1);
  });
});

describe('a bearer token that nobody has', () => {
  it('costs its network an attempt; a good one costs nothing and is not kept out', async () => {
    const ada = await world.person();
    const { token } = await world.tokenOf(ada, ['read']);
    const client = { ip: '192.0.2.66' };
    const guess = (n: number) =>
      outcomeOf(
        authenticateToken(ctx, `trama_pat_${String(n).padStart(43, 'x')}`, client).catch((cause: unknown) => {
          throw new Error('refused', { cause });
        }),
      );
    for (let n = 0; n < 50; n += 1) expect(await authenticateToken(ctx, token, client)).not.toBeNull();
    expect(await ctx.db.$count(rateLimits, eq(rateLimits.key, `token:ip:${sha256('192.0.2.66')}`))).toBe(0);
    for (let n = 0; n < 30; n += 1) expect(await guess(n)).toBe('OK');
    expect(await guess(30)).toBe('RATE_LIMITED');
    expect(await authenticateToken(ctx, token, client)).not.toBeNull();
    expect(await authenticateToken(ctx, 'x', { ip: '192.0.2.67' })).toBeNull();
  });
});
