import { and, eq, isNull, lt, or } from 'drizzle-orm';
import { apiTokens } from '#drizzle/schema/users';
import type { Queryable } from '#server/db/client';
import { sessionByHash, sessionById } from '#server/db/queries/users';
import { inTransaction } from '#server/db/transaction';
import { sha256 } from '#server/lib/secrets';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';
import { signSession, verifySession } from './jwt';

/** Where a call comes from. */
export interface Client {
  ip: string | null;
  userAgent: string | null;
}
export interface Session {
  token: string;
  expiresAt: Date;
}

/** `last_used_at` is for people: a minute's precision saves a write per request. */
const lastUsedPrecisionMs = 60_000;

/** Makes a session's token; its hash is kept in `api_tokens`, the token itself nowhere. */
export async function createSession(
  ctx: DomainContext,
  q: Queryable,
  userId: number,
  client: Client,
): Promise<Session & { tokenId: number }> {
  const now = ctx.clock.now();
  // JWTs count in whole seconds: the row ends with the token, not before it
  const expiresAt = new Date(Math.floor(now.getTime() / 1000 + ctx.settings.sessionHours * 3600) * 1000);
  const token = await signSession(ctx.settings.jwtSecret, { userId, issuedAt: now, expiresAt });
  const [{ insertId }] = await q.insert(apiTokens).values({
    userId,
    kind: 'session',
    tokenHash: sha256(token),
    userAgent: client.userAgent?.slice(0, 255) ?? null,
    ip: client.ip,
    expiresAt,
    lastUsedAt: now,
  });
  return { token, expiresAt, tokenId: insertId };
}

/**
 * Who a session token belongs to; null if it is forged, expired or revoked, or its user is disabled or deleted.
 * `ip` is the caller's, for the audit of what follows.
 */
export async function authenticate(
  ctx: DomainContext,
  token: string,
  client: { ip: string | null } = { ip: null },
): Promise<Actor | null> {
  const now = ctx.clock.now();
  const subject = await verifySession(ctx.settings.jwtSecret, token, now);
  if (subject === null) return null;
  const session = await sessionByHash(ctx.db, sha256(token));
  if (session === null || session.userId !== subject || session.expiresAt <= now) return null;
  const stale = new Date(now.getTime() - lastUsedPrecisionMs);
  if (session.lastUsedAt === null || session.lastUsedAt < stale)
    await ctx.db
      .update(apiTokens)
      .set({ lastUsedAt: now })
      .where(and(eq(apiTokens.id, session.tokenId), or(isNull(apiTokens.lastUsedAt), lt(apiTokens.lastUsedAt, stale))));
  return {
    userId: session.userId,
    role: session.role,
    tokenId: session.tokenId,
    kind: 'session',
    scopes: null,
    ip: client.ip,
  };
}

/**
 * Whether the actor's session goes on as it was: for what outlives its request. False when it was revoked or has expired,
 * or its user is disabled, deleted or has another role by now.
 */
export async function isSignedIn(ctx: Pick<DomainContext, 'db' | 'clock'>, actor: Actor): Promise<boolean> {
  const session = await sessionById(ctx.db, actor.tokenId);
  return session !== null && session.role === actor.role && session.expiresAt > ctx.clock.now();
}

/** Revokes the session that the actor came with. Twice is once. */
export async function logout(ctx: DomainContext, { actor }: { actor: Actor }): Promise<void> {
  await inTransaction(ctx.db, async (tx) => {
    const [revoked] = await tx
      .update(apiTokens)
      .set({ revokedAt: ctx.clock.now() })
      .where(and(eq(apiTokens.id, actor.tokenId), eq(apiTokens.userId, actor.userId), isNull(apiTokens.revokedAt)));
    if (revoked.affectedRows > 0)
      await recordAudit(tx, actor, { action: 'auth.logout', objectType: 'api_token', objectId: actor.tokenId });
  });
}
