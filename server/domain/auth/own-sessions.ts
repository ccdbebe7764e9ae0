import type { z } from 'zod';
import type { sessionListSchema } from '#shared/auth';
import { notFound } from '#shared/errors';
import { livingSessions, revokeAll, revokeOne, tokenById } from '#server/db/queries/tokens';
import { iso } from '#server/db/rows';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';
import { changingRights } from './rights';
import { idleEnd } from './sessions';

/** The actor's sessions that are good now, the last used first, at most 100. */
export async function listSessions(
  ctx: DomainContext,
  { actor }: { actor: Actor },
): Promise<z.infer<typeof sessionListSchema>> {
  const now = ctx.clock.now();
  const usedAfter = new Date(now.getTime() - ctx.settings.sessionIdleHours * 3_600_000);
  const rows = await livingSessions(ctx.db, actor.userId, { now, usedAfter });
  return {
    items: rows.map((row) => {
      const idle = idleEnd(ctx, row);
      return {
        id: row.id,
        userAgent: row.userAgent,
        ip: row.ip,
        current: row.id === actor.tokenId,
        createdAt: iso(row.createdAt),
        lastUsedAt: iso(row.lastUsedAt),
        idleExpiresAt: iso(idle < row.expiresAt ? idle : row.expiresAt),
        expiresAt: iso(row.expiresAt),
      };
    }),
  };
}

/** Ends one of the actor's sessions, whichever. Twice is once. NOT_FOUND for others' and for tokens. */
export async function revokeSession(ctx: DomainContext, { actor, id }: { actor: Actor; id: number }): Promise<void> {
  await changingRights(ctx, async (tx, changed) => {
    const session = await tokenById(tx, id);
    if (session?.kind !== 'session' || session.userId !== actor.userId) throw notFound('session');
    if (!(await revokeOne(tx, id, ctx.clock.now()))) return;
    await changed(actor.userId);
    await recordAudit(tx, actor, { action: 'auth.revoke-session', objectType: 'api_token', objectId: id });
  });
}

/** Ends all of the actor's sessions, this one too, and when asked for revokes all tokens. */
export async function signOutEverywhere(
  ctx: DomainContext,
  { actor, tokensToo }: { actor: Actor; tokensToo: boolean },
): Promise<void> {
  await changingRights(ctx, async (tx, changed) => {
    const now = ctx.clock.now();
    const sessions = await revokeAll(tx, { userId: actor.userId, kinds: ['session'] }, now);
    const tokens = tokensToo ? await revokeAll(tx, { userId: actor.userId, kinds: ['pat'] }, now) : 0;
    await changed(actor.userId);
    await recordAudit(tx, actor, {
      action: 'auth.sign-out-everywhere',
      objectType: 'user',
      objectId: actor.userId,
      details: { sessions, tokens },
    });
  });
}
