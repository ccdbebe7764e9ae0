import type { User } from '#shared/auth';
import { AppError } from '#shared/errors';
import { duplicateIndex } from '#server/db/errors';
import { insertUser, publicUser, userByEmail } from '#server/db/queries/users';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';
import { checkEmailDomain } from './email-domains';
import { hashPassword } from './passwords';
import { attemptOf, attemptOfIp, countAttempts, forgive } from './rate-limits';
import { changingRights } from './rights';
import { createSession, endReplaced, type Client, type Session } from './sessions';

const emailTaken = (cause?: unknown) =>
  new AppError('EMAIL_TAKEN', 'There is an account with this e-mail address.', { field: 'email', cause });

/**
 * Makes an account with the role `user` and signs it in. That there is an account already is said: without mail there is
 * nothing else that the owner of an address and a stranger could both be told, and whether one was made is seen anyhow. So
 * who tries addresses is slowed down after a few that are taken, leaves an account behind for each that is not, and is
 * written down; where that is too much, registration is closed or for a domain. REGISTRATION_CLOSED; on `email` EMAIL_DOMAIN_NOT_ALLOWED and
 * EMAIL_TAKEN; RATE_LIMITED. `replaced`: the session that the browser comes with, which ends.
 */
export async function register(
  ctx: DomainContext,
  {
    email,
    name,
    password,
    client,
    replaced,
  }: { email: string; name: string; password: string; client: Client; replaced: Actor | null },
): Promise<{ user: User; session: Session }> {
  if (!ctx.settings.registrationOpen)
    throw new AppError('REGISTRATION_CLOSED', 'Accounts are made by an administrator here.');
  checkEmailDomain(ctx, email);
  const guesses = attemptOfIp('register-taken:ip', client.ip);
  await countAttempts(
    ctx.db,
    [...guesses, ...attemptOfIp('register:ip', client.ip), attemptOf('register:email', email)],
    ctx.clock.now(),
  );
  // first, so that a refusal takes as long and costs as much as an account
  const passwordHash = await hashPassword(ctx.settings.argon2, password);
  // the unique index decides in the end
  const taken = await userByEmail(ctx.db, email);
  if (taken !== null) {
    await recordAudit(
      ctx.db,
      { userId: null, ip: client.ip },
      { action: 'auth.register', objectType: 'user', objectId: taken.id, result: 'EMAIL_TAKEN' },
    );
    throw emailTaken();
  }
  try {
    return await changingRights(ctx, async (tx, changed) => {
      const user = await insertUser(tx, { email, name, passwordHash, role: 'user' });
      await endReplaced(ctx, tx, replaced, changed);
      await forgive(tx, guesses);
      const { token, expiresAt } = await createSession(ctx, tx, user.id, client);
      await recordAudit(
        tx,
        { userId: user.id, ip: client.ip },
        { action: 'auth.register', objectType: 'user', objectId: user.id },
      );
      return { user: publicUser(user), session: { token, expiresAt } };
    });
  } catch (error) {
    if (duplicateIndex(error) === 'users_live_email_unique') throw emailTaken(error);
    throw error;
  }
}
