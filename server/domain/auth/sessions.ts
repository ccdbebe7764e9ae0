import { and, eq, isNull, lt, or } from 'drizzle-orm';
import { apiTokens } from '#drizzle/schema/users';
import { tokenPrefixes } from '#shared/token';
import type { Queryable } from '#server/db/client';
import { revokeOne, tokenByHash, tokenById, type TokenRow } from '#server/db/queries/tokens';
import { sha256 } from '#server/lib/secrets';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';
import { signSession, verifySession } from './jwt';
import { attemptOfIp, countAttempts } from './rate-limits';
import { changingRights, type Changed } from './rights';

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

async function newToken(ctx: DomainContext, userId: number): Promise<Session & { now: Date }> {
  const now = ctx.clock.now();
  // JWTs count in whole seconds: the row ends with the token, not before it
  const expiresAt = new Date(Math.floor(now.getTime() / 1000 + ctx.settings.sessionHours * 3600) * 1000);
  return { now, expiresAt, token: await signSession(ctx.settings.jwtSecret, { userId, issuedAt: now, expiresAt }) };
}

/** Makes a session's token; its hash is kept in `api_tokens`, the token itself nowhere. */
export async function createSession(
  ctx: DomainContext,
  q: Queryable,
  userId: number,
  client: Client,
): Promise<Session & { tokenId: number }> {
  const { now, expiresAt, token } = await newToken(ctx, userId);
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

/** When a session ends if it is not used until then. A token knows no such end. */
export function idleEnd(ctx: Pick<DomainContext, 'settings'>, token: TokenRow): Date {
  const since = token.lastUsedAt ?? token.createdAt;
  return new Date(since.getTime() + ctx.settings.sessionIdleHours * 3_600_000);
}

/** Whether a session or token is good now: its row, its owner, its end, and for a session its last use. */
function inForce(ctx: Pick<DomainContext, 'settings'>, token: TokenRow, now: Date): boolean {
  return token.live && token.expiresAt > now && (token.kind !== 'session' || idleEnd(ctx, token) > now);
}

async function actorOf(ctx: DomainContext, token: TokenRow, now: Date, ip: string | null): Promise<Actor | null> {
  if (!inForce(ctx, token, now)) return null;
  const stale = new Date(now.getTime() - lastUsedPrecisionMs);
  if (token.lastUsedAt === null || token.lastUsedAt < stale)
    await ctx.db
      .update(apiTokens)
      .set({ lastUsedAt: now, ip })
      .where(and(eq(apiTokens.id, token.id), or(isNull(apiTokens.lastUsedAt), lt(apiTokens.lastUsedAt, stale))));
  const actor: Actor = {
    userId: token.userId,
    role: token.role,
    tokenId: token.id,
    kind: token.kind,
    scopes: token.kind === 'session' ? null : (token.scopes ?? []),
    ip,
  };
  seen.set(actor, token);
  return actor;
}

/** What was read of an actor when their request was let in. */
const seen = new WeakMap<Actor, TokenRow>();

/**
 * The session or token that an actor's request came with, as it was read to let them in: who only tells it on, in the same
 * request, need not look a second time. Null for an actor that no request made.
 */
export function tokenSeen(actor: Actor): TokenRow | null {
  return seen.get(actor) ?? null;
}

/**
 * Who a session token belongs to; null if it is forged, expired, idle for too long or revoked, or its user is disabled
 * or deleted. `ip` is the caller's, for the audit of what follows.
 */
export async function authenticate(
  ctx: DomainContext,
  token: string,
  client: Pick<Client, 'ip'> = { ip: null },
): Promise<Actor | null> {
  const now = ctx.clock.now();
  const hash = sha256(token);
  const subject = await verifySession(ctx.settings.jwtSecret, { token, hash }, now);
  if (subject === null) return null;
  const session = await tokenByHash(ctx.db, hash);
  if (session === null || session.kind !== 'session' || session.userId !== subject) return null;
  return actorOf(ctx, session, now, client.ip);
}

const tokenPattern = new RegExp(`^(${Object.values(tokenPrefixes).join('|')})[A-Za-z0-9_-]{43}$`);

/**
 * Who a personal access token or service token belongs to, with the role that its owner has now; null if it is unknown,
 * expired or revoked, or its owner is disabled or deleted. Unknown ones are counted by network: RATE_LIMITED.
 */
export async function authenticateToken(
  ctx: DomainContext,
  token: string,
  client: Pick<Client, 'ip'> = { ip: null },
): Promise<Actor | null> {
  const now = ctx.clock.now();
  // a session's token is of another form: it counts in its cookie only
  const row = tokenPattern.test(token) ? await tokenByHash(ctx.db, sha256(token)) : null;
  if (row !== null && row.kind !== 'session') return actorOf(ctx, row, now, client.ip);
  await countAttempts(ctx.db, attemptOfIp('token:ip', client.ip), now);
  return null;
}

/** How often what outlives its request asks whether it still may: {@link isSignedIn}, and what it is about. */
export const askAgainMs = 10_000;

/**
 * Whether the actor's session or token goes on as it was: for what outlives its request. False when it was revoked or has
 * expired, or its user is disabled, deleted or has another role by now.
 */
export async function isSignedIn(
  ctx: Pick<DomainContext, 'db' | 'clock' | 'settings'>,
  { actor }: { actor: Pick<Actor, 'tokenId' | 'role'> },
): Promise<boolean> {
  const token = await tokenById(ctx.db, actor.tokenId);
  return token !== null && token.role === actor.role && inForce(ctx, token, ctx.clock.now());
}

/**
 * Gives the actor's session a new token and a new end: whoever has the old one is out. Null if the session has ended
 * meanwhile.
 */
export async function renewSession(
  ctx: DomainContext,
  q: Queryable,
  { actor, client }: { actor: Actor; client: Client },
): Promise<Session | null> {
  const { now, expiresAt, token } = await newToken(ctx, actor.userId);
  const [renewed] = await q
    .update(apiTokens)
    .set({ tokenHash: sha256(token), userAgent: client.userAgent, ip: client.ip, expiresAt, lastUsedAt: now })
    .where(and(eq(apiTokens.id, actor.tokenId), eq(apiTokens.kind, 'session'), isNull(apiTokens.revokedAt)));
  return renewed.affectedRows > 0 ? { token, expiresAt } : null;
}

/**
 * Ends the session that a browser comes with to sign in anew: the cookie is about to be replaced, and what is in no
 * cookie should not be good any more.
 */
export async function endReplaced(
  ctx: DomainContext,
  q: Queryable,
  replaced: Actor | null,
  changed: Changed,
): Promise<void> {
  if (replaced?.kind !== 'session') return;
  if (!(await revokeOne(q, replaced.tokenId, ctx.clock.now()))) return;
  await changed(replaced.userId);
  await recordAudit(q, replaced, { action: 'auth.logout', objectType: 'api_token', objectId: replaced.tokenId });
}

/** Revokes the session that the actor came with. Twice is once. */
export async function logout(ctx: DomainContext, { actor }: { actor: Actor }): Promise<void> {
  await changingRights(ctx, (tx, changed) => endReplaced(ctx, tx, actor, changed));
}
