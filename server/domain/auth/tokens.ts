import { and, eq, isNull } from 'drizzle-orm';
import type { z } from 'zod';
import { apiTokens, users } from '#drizzle/schema/users';
import { can } from '#shared/auth';
import { AppError, notFound } from '#shared/errors';
import { limits } from '#shared/limits';
import { scopesAllow, type Level } from '#shared/scopes';
import {
  tokenPrefixes,
  type createdTokenSchema,
  type createTokenInput,
  type Token,
  type tokenListSchema,
} from '#shared/token';
import { say } from '#shared/sentence';
import type { Transaction } from '#server/db/client';
import { countLivingTokens, livingTokens, revokeOne, tokenById, type TokenRow } from '#server/db/queries/tokens';
import { userById } from '#server/db/queries/users';
import { iso, only } from '#server/db/rows';
import { inTransaction } from '#server/db/transaction';
import { randomToken, sha256 } from '#server/lib/secrets';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';
import { attemptOf, countAttempts } from './rate-limits';
import { changingRights } from './rights';

/** Whether the actor handles other accounts, with a token that is for it. */
function managesUsers(actor: Actor, level: Level): boolean {
  return can(actor.role, 'users:manage') && scopesAllow(actor.scopes, 'admin', level);
}

function publicToken(row: TokenRow): Token {
  return {
    id: row.id,
    kind: row.kind === 'service' ? 'service' : 'pat',
    name: row.name ?? '',
    scopes: row.scopes ?? [],
    createdAt: iso(row.createdAt),
    expiresAt: iso(row.expiresAt),
    lastUsedAt: iso(row.lastUsedAt),
    ip: row.ip,
  };
}

/** The living tokens of the actor or, for who manages users, of a service account. NOT_FOUND for any other account. */
export async function listTokens(
  ctx: DomainContext,
  { actor, userId }: { actor: Actor; userId?: number | undefined },
): Promise<z.infer<typeof tokenListSchema>> {
  const ownerId = userId ?? actor.userId;
  if (ownerId !== actor.userId) {
    const owner = managesUsers(actor, 'read') ? await userById(ctx.db, ownerId) : null;
    if (owner?.kind !== 'service') throw notFound('user');
  }
  const rows = await livingTokens(ctx.db, ownerId, ctx.clock.now());
  return { items: rows.map(publicToken) };
}

/** Locks the account that a token is made for, so that tokens made at once are counted one after the other. */
async function lockOwner(tx: Transaction, actor: Actor, ownerId: number): Promise<'pat' | 'service'> {
  const [owner] = await tx
    .select({ kind: users.kind })
    .from(users)
    .where(and(eq(users.id, ownerId), isNull(users.deletedAt)))
    .for('update');
  if (ownerId === actor.userId && owner !== undefined) return owner.kind === 'service' ? 'service' : 'pat';
  if (owner?.kind !== 'service' || !managesUsers(actor, 'manage')) throw notFound('user');
  return 'service';
}

/**
 * Makes a personal access token for the actor or, for who manages users, a token for a service account; NOT_FOUND for any
 * other account. The answer is the only place where the token can be read. QUOTA_EXCEEDED when the account has as many
 * as it may have; RATE_LIMITED.
 */
export async function createToken(
  ctx: DomainContext,
  { actor, name, scopes, days, userId }: { actor: Actor } & z.output<typeof createTokenInput>,
): Promise<z.infer<typeof createdTokenSchema>> {
  const now = ctx.clock.now();
  await countAttempts(ctx.db, [attemptOf('token-create:user', actor.userId)], now);
  const ownerId = userId ?? actor.userId;
  const secret = randomToken();
  const expiresAt = new Date(now.getTime() + days * 86_400_000);
  return inTransaction(ctx.db, async (tx) => {
    const kind = await lockOwner(tx, actor, ownerId);
    // one that was ended meanwhile, with all tokens, must not leave a new one behind
    if ((await tokenById(tx, actor.tokenId))?.live !== true)
      throw new AppError('UNAUTHENTICATED', 'The session has ended. Sign in again.');
    if ((await countLivingTokens(tx, ownerId, now)) >= limits.tokensPerUser)
      throw new AppError('QUOTA_EXCEEDED', say('TOKENS_LIMIT', { limit: limits.tokensPerUser }), {
        params: { limit: limits.tokensPerUser },
      });
    const token = tokenPrefixes[kind] + secret;
    const granted = [...new Set(scopes)];
    const [{ insertId }] = await tx
      .insert(apiTokens)
      .values({ userId: ownerId, kind, tokenHash: sha256(token), name, scopes: granted, expiresAt });
    const found = await tokenById(tx, insertId);
    const made = only(found === null ? [] : [found], `token ${insertId}`);
    await recordAudit(tx, actor, {
      action: 'tokens.create',
      objectType: 'api_token',
      objectId: insertId,
      details: { userId: ownerId, user: made.owner.name, kind, name, scopes: granted, days },
    });
    return { token, info: publicToken(made) };
  });
}

/**
 * Revokes a token of the actor's own, also the one that the call comes with, or, for who manages users, anybody's.
 * Twice is once. NOT_FOUND for every other, and for sessions.
 */
export async function revokeToken(ctx: DomainContext, { actor, id }: { actor: Actor; id: number }): Promise<void> {
  await changingRights(ctx, async (tx, changed) => {
    const token = await tokenById(tx, id);
    if (token === null || token.kind === 'session') throw notFound('token');
    if (token.userId !== actor.userId && !managesUsers(actor, 'manage')) throw notFound('token');
    if (!(await revokeOne(tx, id, ctx.clock.now()))) return;
    await changed(token.userId);
    await recordAudit(tx, actor, {
      action: 'tokens.revoke',
      objectType: 'api_token',
      objectId: id,
      details: { userId: token.userId, user: token.owner.name, kind: token.kind, name: token.name },
    });
  });
}
