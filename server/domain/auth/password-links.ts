import { and, eq, gt, isNull } from 'drizzle-orm';
import { passwordResets, users } from '#drizzle/schema/users';
import { resetPath } from '#shared/auth';
import { AppError } from '#shared/errors';
import type { Queryable } from '#server/db/client';
import { revokeAll } from '#server/db/queries/tokens';
import { userById, type UserRow } from '#server/db/queries/users';
import { iso } from '#server/db/rows';
import { randomToken, sha256 } from '#server/lib/secrets';
import { recordAudit } from '../audit';
import type { DomainContext } from '../context';
import { hashPassword } from './passwords';
import { attemptOfIp, countAttempts, forgive } from './rate-limits';
import { changingRights } from './rights';
import type { Client } from './sessions';

/** How long a link is good. */
const linkLifeMs = 24 * 3_600_000;

/**
 * A link by which a person chooses a password, good once and for a day; earlier links of the account are void. Call it in
 * the transaction of the deed, and show the answer once: only a hash is kept.
 */
export async function createPasswordLink(
  tx: Queryable,
  ctx: Pick<DomainContext, 'clock'>,
  userId: number,
): Promise<{ path: string; expiresAt: string }> {
  // of two links made at once the later one is the living one
  await tx.select({ id: users.id }).from(users).where(eq(users.id, userId)).for('update');
  await voidPasswordLinks(tx, userId);
  const token = randomToken();
  const expiresAt = new Date(ctx.clock.now().getTime() + linkLifeMs);
  await tx.insert(passwordResets).values({ userId, tokenHash: sha256(token), expiresAt });
  return { path: `${resetPath}#${token}`, expiresAt: iso(expiresAt) };
}

/** Takes the links back that nobody has used. */
export async function voidPasswordLinks(tx: Queryable, userId: number): Promise<void> {
  await tx.delete(passwordResets).where(and(eq(passwordResets.userId, userId), isNull(passwordResets.usedAt)));
}

const linkInvalid = () =>
  new AppError('LINK_INVALID', 'This link has been used, has expired or was replaced by a newer one. Ask for another.');

/** Whose link it is, if it is good now and its user may have a password. */
async function ownerOfLink(q: Queryable, token: string, now: Date): Promise<UserRow | null> {
  const [link] = await q
    .select({ userId: passwordResets.userId })
    .from(passwordResets)
    .where(
      and(
        eq(passwordResets.tokenHash, sha256(token)),
        isNull(passwordResets.usedAt),
        gt(passwordResets.expiresAt, now),
      ),
    );
  const user = link === undefined ? null : await userById(q, link.userId);
  return user?.kind === 'person' && user.disabledAt === null ? user : null;
}

/**
 * Sets the password by a link: once, of two calls at the same time too. Ends all sessions and tokens of the account, and
 * does not sign in: a second factor is asked for as ever. LINK_INVALID, RATE_LIMITED.
 */
export async function resetPassword(
  ctx: DomainContext,
  { token, password, client }: { token: string; password: string; client: Client },
): Promise<void> {
  const byIp = attemptOfIp('reset:ip', client.ip);
  await countAttempts(ctx.db, byIp, ctx.clock.now());
  // before the costly hash; the conditional update decides in the end
  const owner = await ownerOfLink(ctx.db, token, ctx.clock.now());
  if (owner === null) throw linkInvalid();
  const passwordHash = await hashPassword(ctx.settings.argon2, password);
  await changingRights(ctx, async (tx, changed) => {
    const now = ctx.clock.now();
    // the same order of locks as where links are made
    await tx.select({ id: users.id }).from(users).where(eq(users.id, owner.id)).for('update');
    const [used] = await tx
      .update(passwordResets)
      .set({ usedAt: now })
      .where(
        and(
          eq(passwordResets.tokenHash, sha256(token)),
          isNull(passwordResets.usedAt),
          gt(passwordResets.expiresAt, now),
        ),
      );
    if (used.affectedRows === 0) throw linkInvalid();
    await tx.update(users).set({ passwordHash }).where(eq(users.id, owner.id));
    const sessions = await revokeAll(tx, { userId: owner.id, kinds: ['session'] }, now);
    const tokens = await revokeAll(tx, { userId: owner.id, kinds: ['pat'] }, now);
    await changed(owner.id);
    await forgive(tx, byIp);
    await recordAudit(
      tx,
      { userId: owner.id, ip: client.ip },
      { action: 'auth.reset-password', objectType: 'user', objectId: owner.id, details: { sessions, tokens } },
    );
  });
}
