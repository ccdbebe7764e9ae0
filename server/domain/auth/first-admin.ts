import { and, count, eq, isNull } from 'drizzle-orm';
import { roles, users } from '#drizzle/schema/users';
import { emailSchema, passwordSchema } from '#shared/auth';
import { AppError } from '#shared/errors';
import type { Queryable } from '#server/db/client';
import { duplicateIndex } from '#server/db/errors';
import { insertUser } from '#server/db/queries/users';
import { inTransaction } from '#server/db/transaction';
import { randomToken } from '#server/lib/secrets';
import { recordAudit } from '../audit';
import type { DomainContext } from '../context';
import { hashPassword } from './passwords';

async function hasAdmin(q: Queryable): Promise<boolean> {
  const [row] = await q
    .select({ admins: count() })
    .from(users)
    .innerJoin(roles, eq(roles.id, users.roleId))
    .where(and(eq(roles.name, 'admin'), isNull(users.deletedAt)));
  return (row?.admins ?? 0) > 0;
}

/**
 * Makes an administrator if there is none, and answers its e-mail address and password: the only time that the password
 * can be read. Null if there is one already. Safe when several servers start at once. Throws an AppError when the
 * address or password given cannot be used, or somebody without the role has the address.
 */
export async function ensureFirstAdmin(
  ctx: DomainContext,
  options: { email?: string | undefined; password?: string | undefined } = {},
): Promise<{ email: string; password: string } | null> {
  if (await hasAdmin(ctx.db)) return null;
  const email = emailSchema.safeParse(options.email ?? 'admin@trama.local');
  const password = passwordSchema.safeParse(options.password ?? randomToken(18));
  if (!email.success)
    throw new AppError('INVALID_INPUT', 'The e-mail address of the first administrator is not valid.', {
      field: 'email',
    });
  if (!password.success)
    throw new AppError('INVALID_INPUT', 'The password of the first administrator is too short or too long.', {
      field: 'password',
    });
  const passwordHash = await hashPassword(ctx.settings.argon2, password.data);
  try {
    return await inTransaction(ctx.db, async (tx) => {
      // the role's row is the lock that two starting servers share
      await tx.select({ id: roles.id }).from(roles).where(eq(roles.name, 'admin')).for('update');
      if (await hasAdmin(tx)) return null;
      const admin = await insertUser(tx, { email: email.data, name: 'Administrator', passwordHash, role: 'admin' });
      await recordAudit(
        tx,
        { userId: null, ip: null },
        { action: 'auth.first-admin', objectType: 'user', objectId: admin.id },
      );
      return { email: email.data, password: password.data };
    });
  } catch (error) {
    if (duplicateIndex(error) !== 'users_live_email_unique') throw error;
    throw new AppError('EMAIL_TAKEN', `${email.data} belongs to an account that is not an administrator.`, {
      field: 'email',
      cause: error,
    });
  }
}
