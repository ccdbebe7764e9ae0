import { AppError } from '#shared/errors';
import { limits } from '#shared/limits';
import { say } from '#shared/sentence';
import type { Transaction } from '#server/db/client';
import { objectName } from '#server/db/queries/audit';
import { userByEmail, type UserRow } from '#server/db/queries/users';
import { attemptOf, countAttempts, forgive } from './auth/rate-limits';
import type { Actor, DomainContext } from './context';

/**
 * The account with this address, to share with. NOT_FOUND on `email` for none and for a disabled one. What is not found
 * is counted (RATE_LIMITED), so that nobody learns who has an account by trying.
 */
export async function accountToShareWith(
  ctx: DomainContext,
  { actor, email }: { actor: Actor; email: string },
): Promise<UserRow> {
  const attempts = [attemptOf('share:user', actor.userId)];
  await countAttempts(ctx.db, attempts, ctx.clock.now());
  const user = await userByEmail(ctx.db, email);
  if (user === null || user.disabledAt !== null)
    throw new AppError('NOT_FOUND', say('NO_SUCH_ACCOUNT'), {
      field: 'email',
      params: { what: 'account' },
    });
  await forgive(ctx.db, attempts);
  return user;
}

/** INVALID_INPUT on `email` for who has it anyway: the owner, and the one who shares. */
export function assertSharable({ actor, ownerId, user }: { actor: Actor; ownerId: number; user: UserRow }): void {
  if (user.id === ownerId || user.id === actor.userId)
    throw new AppError('INVALID_INPUT', say(user.id === ownerId ? 'SHARE_OWNER' : 'SHARE_SELF'), { field: 'email' });
}

/** INVALID_INPUT on `email` when no more fit beside `shares`. */
export function assertRoomForShare(shares: number): void {
  if (shares >= limits.sharesPerObject)
    throw new AppError('INVALID_INPUT', say('SHARES_LIMIT', { limit: limits.sharesPerObject }), {
      field: 'email',
      params: { most: limits.sharesPerObject },
    });
}

/** Who shares, as whom it is shared with is told. */
export async function accountTold(
  tx: Transaction,
  { userId }: Pick<Actor, 'userId'>,
): Promise<{ id: number; name: string }> {
  return { id: userId, name: (await objectName(tx, 'user', userId)) ?? '' };
}
