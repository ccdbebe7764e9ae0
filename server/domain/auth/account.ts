import { and, eq } from 'drizzle-orm';
import { users } from '#drizzle/schema/users';
import { can, type User } from '#shared/auth';
import { AppError } from '#shared/errors';
import type { Queryable } from '#server/db/client';
import { duplicateIndex } from '#server/db/errors';
import { revokeAll } from '#server/db/queries/tokens';
import { publicUser, userById } from '#server/db/queries/users';
import { only } from '#server/db/rows';
import { inTransaction } from '#server/db/transaction';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';
import { confirmPassword, passwordWrong } from './confirm-password';
import { checkEmailDomain } from './email-domains';
import { voidPasswordLinks } from './password-links';
import { hashPassword } from './passwords';
import { attemptOf, countAttempts } from './rate-limits';
import { changingRights } from './rights';
import { renewSession, type Client, type Session } from './sessions';

async function self(q: Queryable, actor: Actor): Promise<User> {
  const user = await userById(q, actor.userId);
  return publicUser(only(user === null ? [] : [user], `user ${actor.userId}`));
}

/** Changes what the actor is called. */
export async function updateProfile(
  ctx: DomainContext,
  { actor, name }: { actor: Actor; name: string },
): Promise<User> {
  return inTransaction(ctx.db, async (tx) => {
    await tx.update(users).set({ name }).where(eq(users.id, actor.userId));
    await recordAudit(tx, actor, {
      action: 'auth.update-profile',
      objectType: 'user',
      objectId: actor.userId,
      details: { name },
    });
    return self(tx, actor);
  });
}

/**
 * Changes the password. Ends all other sessions, gives this one a new token, and voids password links; tokens stay.
 * INVALID_CREDENTIALS on `currentPassword`, RATE_LIMITED.
 */
export async function changePassword(
  ctx: DomainContext,
  {
    actor,
    currentPassword,
    password,
    client,
  }: { actor: Actor; currentPassword: string; password: string; client: Client },
): Promise<Session> {
  const user = await confirmPassword(ctx, { actor, currentPassword });
  const passwordHash = await hashPassword(ctx.settings.argon2, password);
  return changingRights(ctx, async (tx, changed) => {
    const [written] = await tx
      .update(users)
      .set({ passwordHash })
      // of two changes at once, or a reset meanwhile, the later one knew a password that is no longer the current one
      .where(and(eq(users.id, actor.userId), eq(users.passwordHash, user.passwordHash)));
    if (written.affectedRows === 0) throw passwordWrong();
    const sessions = await revokeAll(
      tx,
      { userId: actor.userId, kinds: ['session'], except: actor.tokenId },
      ctx.clock.now(),
    );
    await voidPasswordLinks(tx, actor.userId);
    const session = await renewSession(ctx, tx, { actor, client });
    if (session === null) throw new AppError('UNAUTHENTICATED', 'The session has ended. Sign in again.');
    await changed(actor.userId);
    await recordAudit(tx, actor, {
      action: 'auth.change-password',
      objectType: 'user',
      objectId: actor.userId,
      details: { sessions },
    });
    return session;
  });
}

/**
 * Changes the address that the actor signs in with. INVALID_CREDENTIALS on `currentPassword`; on `email` EMAIL_TAKEN and,
 * for who does not manage users, EMAIL_DOMAIN_NOT_ALLOWED; RATE_LIMITED.
 */
export async function changeEmail(
  ctx: DomainContext,
  { actor, currentPassword, email }: { actor: Actor; currentPassword: string; email: string },
): Promise<User> {
  const user = await confirmPassword(ctx, { actor, currentPassword });
  if (!can(user.role, 'users:manage')) checkEmailDomain(ctx, email);
  await countAttempts(ctx.db, [attemptOf('email:user', actor.userId)], ctx.clock.now());
  try {
    return await inTransaction(ctx.db, async (tx) => {
      const [changed] = await tx
        .update(users)
        .set({ email })
        // a reset meanwhile has shut out whoever knew the password of before
        .where(and(eq(users.id, actor.userId), eq(users.passwordHash, user.passwordHash)));
      if (changed.affectedRows === 0) throw passwordWrong();
      await recordAudit(tx, actor, {
        action: 'auth.change-email',
        objectType: 'user',
        objectId: actor.userId,
        details: { from: user.email, to: email },
      });
      return self(tx, actor);
    });
  } catch (error) {
    if (duplicateIndex(error) === 'users_live_email_unique')
      throw new AppError('EMAIL_TAKEN', 'There is an account with this e-mail address.', {
        field: 'email',
        cause: error,
      });
    throw error;
  }
}
