import type { User } from '#shared/auth';
import { AppError } from '#shared/errors';
import { duplicateIndex } from '#server/db/errors';
import { insertUser, publicUser, userByEmail } from '#server/db/queries/users';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';
import { checkEmailDomain } from './email-domains';
import { hashPassword } from './passwords';
import { attemptOf, attemptOfIp, countAttempts } from './rate-limits';
import { changingRights } from './rights';
import { createSession, endReplaced, type Client, type Session } from './sessions';

const emailTaken = (cause?: unknown) =>
  new AppError('EMAIL_TAKEN', 'There is an account with this e-mail address.', { field: 'email', cause });

/**
 * Makes an account with the role `user` and signs it in. REGISTRATION_CLOSED; on `email` EMAIL_DOMAIN_NOT_ALLOWED and
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
  await countAttempts(
    ctx.db,
    [...attemptOfIp('register:ip', client.ip), attemptOf('register:email', email)],
    ctx.clock.now(),
  );
  // before the costly hash; the unique index decides in the end
  if ((await userByEmail(ctx.db, email)) !== null) throw emailTaken();
  const passwordHash = await hashPassword(ctx.settings.argon2, password);
  try {
    return await changingRights(ctx, async (tx, changed) => {
      const user = await insertUser(tx, { email, name, passwordHash, role: 'user' });
      await endReplaced(ctx, tx, replaced, changed);
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
