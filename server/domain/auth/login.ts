import { eq } from 'drizzle-orm';
import { users } from '#drizzle/schema/users';
import type { User } from '#shared/auth';
import { AppError } from '#shared/errors';
import type { Transaction } from '#server/db/client';
import { publicUser, userByEmail, type UserRow } from '#server/db/queries/users';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';
import { verifyPassword } from './passwords';
import { attemptOf, attemptOfIp, countAttempts, forget, forgive } from './rate-limits';
import { changingRights, type Changed } from './rights';
import { withSecondFactor } from './second-factor';
import { createSession, endReplaced, type Client, type Session } from './sessions';

const credentialsWrong = () => new AppError('INVALID_CREDENTIALS', 'The e-mail address or the password is wrong.');

/**
 * Locks the account, and says whether what the decision was made by still holds: a password that was changed meanwhile
 * has ended all sessions, and none may come after.
 */
async function isAsRead(tx: Transaction, user: UserRow): Promise<boolean> {
  const [row] = await tx.select().from(users).where(eq(users.id, user.id)).for('update');
  return (
    row?.passwordHash === user.passwordHash &&
    row.disabledAt === null &&
    row.deletedAt === null &&
    (row.totpEnabledAt === null) === (user.totpEnabledAt === null)
  );
}

/**
 * Signs in. INVALID_CREDENTIALS, in the same words and the same time, for an unknown e-mail address, a wrong password,
 * a disabled account and one without a password, such as a service's. With the right password of an account that has a
 * second factor: SECOND_FACTOR_NEEDED without a code, SECOND_FACTOR_WRONG with a wrong one. RATE_LIMITED after too many
 * tries. `replaced`: the session that the browser comes with, which ends.
 */
export async function login(
  ctx: DomainContext,
  {
    email,
    password,
    code,
    client,
    replaced,
  }: { email: string; password: string; code?: string | undefined; client: Client; replaced: Actor | null },
): Promise<{ user: User; session: Session }> {
  const byEmail = [attemptOf('login:email', email)];
  const byIp = attemptOfIp('login:ip', client.ip);
  await countAttempts(ctx.db, [...byIp, ...byEmail], ctx.clock.now());
  const user = await userByEmail(ctx.db, email);
  const usable = user?.kind === 'person' && user.disabledAt === null ? user : null;
  const matches = await verifyPassword(ctx.settings.argon2, usable?.passwordHash ?? null, password);
  if (usable === null || !matches) {
    await recordAudit(
      ctx.db,
      { userId: user?.id ?? null, ip: client.ip },
      {
        action: 'auth.login-failed',
        result: 'INVALID_CREDENTIALS',
        // the name is at hand: to look it up would tell by the time that there is an account
        ...(user === null ? {} : { objectType: 'user', objectId: user.id, objectName: user.name }),
      },
    );
    throw credentialsWrong();
  }
  const self = { userId: usable.id, ip: client.ip };
  const signIn = async (tx: Transaction, changed: Changed) => {
    if (!(await isAsRead(tx, usable))) throw credentialsWrong();
    await endReplaced(ctx, tx, replaced, changed);
    const made = await createSession(ctx, tx, usable.id, client);
    await recordAudit(tx, self, { action: 'auth.login', objectType: 'api_token', objectId: made.tokenId });
    await forget(tx, byEmail);
    await forgive(tx, byIp);
    return made;
  };
  // from here on codes may be guessed, which has a limit of its own, but no longer the password
  if (usable.totpEnabledAt !== null) await forget(ctx.db, byEmail);
  if (usable.totpEnabledAt !== null && code === undefined) {
    await forgive(ctx.db, byIp);
    throw new AppError('SECOND_FACTOR_NEEDED', 'Enter the code of your authenticator, or a recovery code.', {
      field: 'code',
    });
  }
  const { token, expiresAt } =
    usable.totpEnabledAt === null || code === undefined
      ? await changingRights(ctx, signIn)
      : await withSecondFactor(ctx, { actor: self, code }, signIn);
  return { user: publicUser(usable), session: { token, expiresAt } };
}
