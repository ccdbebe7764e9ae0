import type { User } from '#shared/auth';
import { AppError } from '#shared/errors';
import { publicUser, userByEmail } from '#server/db/queries/users';
import { inTransaction } from '#server/db/transaction';
import { recordAudit } from '../audit';
import type { DomainContext } from '../context';
import { verifyPassword } from './passwords';
import { attemptOf, attemptOfIp, countAttempts, forget, forgive } from './rate-limits';
import { createSession, type Client, type Session } from './sessions';

/**
 * Signs in. INVALID_CREDENTIALS, in the same words and the same time, for an unknown e-mail address, a wrong password
 * and a disabled account; RATE_LIMITED after too many tries.
 */
export async function login(
  ctx: DomainContext,
  { email, password, client }: { email: string; password: string; client: Client },
): Promise<{ user: User; session: Session }> {
  const byEmail = [attemptOf('login:email', email)];
  const byIp = attemptOfIp('login:ip', client.ip);
  await countAttempts(ctx.db, [...byIp, ...byEmail], ctx.clock.now());
  const user = await userByEmail(ctx.db, email);
  const usable = user !== null && user.disabledAt === null ? user : null;
  const matches = await verifyPassword(ctx.settings.argon2, usable?.passwordHash ?? null, password);
  if (usable === null || !matches) {
    await recordAudit(
      ctx.db,
      { userId: user?.id ?? null, ip: client.ip },
      { action: 'auth.login-failed', ...(user === null ? {} : { objectType: 'user', objectId: user.id }) },
    );
    throw new AppError('INVALID_CREDENTIALS', 'The e-mail address or the password is wrong.');
  }
  const session = await inTransaction(ctx.db, async (tx) => {
    const made = await createSession(ctx, tx, usable.id, client);
    await recordAudit(
      tx,
      { userId: usable.id, ip: client.ip },
      { action: 'auth.login', objectType: 'api_token', objectId: made.tokenId },
    );
    await forget(tx, byEmail);
    await forgive(tx, byIp);
    return made;
  });
  return { user: publicUser(usable), session: { token: session.token, expiresAt: session.expiresAt } };
}
