import { AppError } from '#shared/errors';
import { userById, type UserRow } from '#server/db/queries/users';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';
import { verifyPassword } from './passwords';
import { attemptOf, countAttempts, forget } from './rate-limits';

export const passwordWrong = () =>
  new AppError('INVALID_CREDENTIALS', 'This is not your current password.', { field: 'currentPassword' });

/**
 * Makes sure that who is signed in is who knows the password: before what would let somebody who only found a browser
 * open take the account over. INVALID_CREDENTIALS on `currentPassword`; RATE_LIMITED.
 */
export async function confirmPassword(
  ctx: DomainContext,
  { actor, currentPassword }: { actor: Actor; currentPassword: string },
): Promise<UserRow & { passwordHash: string }> {
  const attempts = [attemptOf('password:user', actor.userId)];
  await countAttempts(ctx.db, attempts, ctx.clock.now());
  const user = await userById(ctx.db, actor.userId);
  const passwordHash = user?.passwordHash ?? null;
  const matches = await verifyPassword(ctx.settings.argon2, passwordHash, currentPassword);
  if (user === null || passwordHash === null || !matches) {
    await recordAudit(ctx.db, actor, {
      action: 'auth.password-failed',
      objectType: 'user',
      objectId: actor.userId,
      result: 'INVALID_CREDENTIALS',
    });
    throw passwordWrong();
  }
  await forget(ctx.db, attempts);
  return { ...user, passwordHash };
}
