import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { auditLog } from '#drizzle/schema/audit';
import { apiTokens, users } from '#drizzle/schema/users';
import { authenticate, authenticateToken, isSignedIn } from '#server/domain/auth/sessions';
import type { Actor } from '#server/domain/context';
import { outcomeOf } from '#server/testing/outcomes';
import { createWorld, password } from '#server/testing/world';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;
world.freeze();
const hour = 3_600_000;
type Cookie = { token: string; expiresAt: Date } | null;

/** Signs in once more, as from another browser. */
async function signIn(email: string, ip: string | null = null): Promise<Actor & { token: string }> {
  const cookies: Cookie[] = [];
  await world.callerOf(null, { ip, sessions: cookies }).auth.login({ email, password });
  const token = cookies[0]?.token ?? '';
  const actor = await authenticate(ctx, token, { ip });
  if (actor === null) throw new Error('not signed in');
  return { ...actor, token };
}

describe('a session', () => {
  it('slides with its use, ends when it was idle, and in any case after its hours', async () => {
    const { sessionHours, sessionIdleHours } = ctx.settings;
    const used = await world.person();
    const idle = await world.person();
    expect(sessionIdleHours).toBe(6);
    for (let hours = 5; hours < sessionHours; hours += 5) {
      world.pass(5 * hour);
      expect(await authenticate(ctx, used.token)).not.toBeNull();
      expect(await isSignedIn(ctx, { actor: used })).toBe(true);
    }
    // at ten hours
    expect(await authenticate(ctx, idle.token)).toBeNull();
    expect(await isSignedIn(ctx, { actor: idle })).toBe(false);
    world.pass(2 * hour - 60_000);
    expect(await authenticate(ctx, used.token)).not.toBeNull();
    world.pass(61_000);
    expect(await authenticate(ctx, used.token)).toBeNull();
    expect(await isSignedIn(ctx, { actor: used })).toBe(false);
  });

  it('is good to the last minute of its idle time', async () => {
    const ada = await world.person();
    world.pass(6 * hour - 1000);
    expect(await isSignedIn(ctx, { actor: ada })).toBe(true);
    world.pass(1001);
    expect(await isSignedIn(ctx, { actor: ada })).toBe(false);
  });

  it('does not go on with another role, a disabled or a deleted user', async () => {
    const ada = await world.person();
    expect(await isSignedIn(ctx, { actor: { ...ada, role: 'admin' } })).toBe(false);
    await ctx.db.update(users).set({ disabledAt: new Date() }).where(eq(users.id, ada.userId));
    expect(await isSignedIn(ctx, { actor: ada })).toBe(false);
    await ctx.db.update(users).set({ disabledAt: null, deletedAt: new Date() }).where(eq(users.id, ada.userId));
    expect(await isSignedIn(ctx, { actor: ada })).toBe(false);
  });

  it('is a new one at each sign-in, and ends the one that the browser came with, whosever it was', async () => {
    const ada = await world.person();
    const bob = await world.person();
    const cookies: Cookie[] = [];
    await world.callerOf(ada, { sessions: cookies }).auth.login({ email: ada.email, password });
    expect(cookies[0]?.token).not.toBe(ada.token);
    expect(await authenticate(ctx, ada.token)).toBeNull();
    const second = await authenticate(ctx, cookies[0]?.token ?? '');
    await world.callerOf(second, { sessions: cookies }).auth.login({ email: bob.email, password });
    expect(await authenticate(ctx, cookies[0]?.token ?? '')).toBeNull();
    expect(await authenticate(ctx, cookies[1]?.token ?? '')).toMatchObject({ userId: bob.userId });
    const third = await authenticate(ctx, cookies[1]?.token ?? '');
    await world
      .callerOf(third, { sessions: cookies })
      .auth.register({ email: 'replaces@example.org', name: 'New', password });
    expect(await authenticate(ctx, cookies[1]?.token ?? '')).toBeNull();
    // a token that comes along is not a browser's session
    const pat = await world.tokenOf(bob, ['read']);
    await world.callerOf(pat).auth.login({ email: bob.email, password });
    expect(await authenticateToken(ctx, pat.token)).not.toBeNull();
    // and one that fails replaces nothing
    await outcomeOf(world.callerOf(bob).auth.login({ email: bob.email, password: 'wrong password' }));
    expect(await authenticate(ctx, bob.token)).not.toBeNull();
  });
});

describe('one’s own sessions', () => {
  it('are listed with where they come from, the last used first, without what has ended and without others’', async () => {
    const ada = await world.person();
    await world.person();
    const revoked = await signIn(ada.email);
    await world.callerOf(revoked).auth.logout();
    world.pass(5 * hour);
    const other = await signIn(ada.email, '192.0.2.8');
    await world.tokenOf(ada, ['read']);
    const { items } = await world.callerOf(ada).auth.sessions();
    expect(items).toMatchObject([
      { id: other.tokenId, ip: '192.0.2.8', userAgent: 'test', current: false },
      { id: ada.tokenId, ip: null, userAgent: null, current: true },
    ]);
    const [newer, older] = items;
    if (newer === undefined || older === undefined) throw new Error('not two');
    expect(Date.parse(newer.idleExpiresAt) - Date.parse(newer.lastUsedAt ?? '')).toBe(6 * hour);
    // its last hour: the end in any case comes first
    world.pass(hour - 1000);
    await authenticate(ctx, ada.token, { ip: '192.0.2.20' });
    world.pass(5 * hour + 2000);
    await authenticate(ctx, ada.token, { ip: '192.0.2.21' });
    expect((await world.callerOf(ada).auth.sessions()).items).toMatchObject([
      { id: ada.tokenId, ip: '192.0.2.21', idleExpiresAt: older.expiresAt, expiresAt: older.expiresAt },
    ]);
  });

  it('are ended one by one, by their owner only, once; this one takes its cookie along', async () => {
    const ada = await world.person();
    const other = await signIn(ada.email);
    const stranger = await world.person('admin');
    const pat = await world.tokenOf(ada, ['account:manage']);
    const cookies: Cookie[] = [];
    const api = world.callerOf(ada, { sessions: cookies });
    expect(await outcomeOf(world.callerOf(stranger).auth.revokeSession({ id: ada.tokenId }))).toBe('NOT_FOUND');
    expect(await outcomeOf(api.auth.revokeSession({ id: pat.tokenId }))).toBe('NOT_FOUND');
    expect(await outcomeOf(api.auth.revokeSession({ id: 999_999 }))).toBe('NOT_FOUND');
    expect(await outcomeOf(world.callerOf(pat).auth.revokeSession({ id: other.tokenId }))).toBe('OK');
    expect(await outcomeOf(api.auth.revokeSession({ id: other.tokenId }))).toBe('OK');
    expect(await authenticate(ctx, other.token)).toBeNull();
    expect(await authenticate(ctx, ada.token)).not.toBeNull();
    expect(cookies).toEqual([]);
    expect(await outcomeOf(api.auth.revokeSession({ id: ada.tokenId }))).toBe('OK');
    expect(cookies).toEqual([null]);
    expect(await authenticate(ctx, ada.token)).toBeNull();
    const deeds = await ctx.db.select().from(auditLog).where(eq(auditLog.action, 'auth.revoke-session'));
    expect(deeds.map((deed) => deed.objectId)).toEqual([other.tokenId, ada.tokenId]);
  });

  it('are all ended at once; tokens only when asked for; others’ never', async () => {
    const ada = await world.person();
    const other = await signIn(ada.email);
    const stranger = await world.person();
    const pat = await world.tokenOf(ada, ['read']);
    const cookies: Cookie[] = [];
    const api = world.callerOf(ada, { sessions: cookies });
    await api.auth.signOutEverywhere({});
    for (const { token } of [ada, other]) expect(await authenticate(ctx, token)).toBeNull();
    expect(cookies).toEqual([null]);
    expect(await authenticateToken(ctx, pat.token)).not.toBeNull();
    await api.auth.signOutEverywhere({ tokensToo: true });
    expect(await authenticateToken(ctx, pat.token)).toBeNull();
    expect(await authenticate(ctx, stranger.token)).not.toBeNull();
    const deeds = await ctx.db.select().from(auditLog).where(eq(auditLog.action, 'auth.sign-out-everywhere'));
    expect(deeds.map((deed) => deed.details)).toEqual([
      { sessions: 2, tokens: 0 },
      { sessions: 0, tokens: 1 },
    ]);
    expect(await ctx.db.$count(apiTokens, eq(apiTokens.userId, ada.userId))).toBe(3);
  });
});
