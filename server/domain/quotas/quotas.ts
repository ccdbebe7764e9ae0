import { eq } from 'drizzle-orm';
import type { z } from 'zod';
import { roles, users } from '#drizzle/schema/users';
import type { Role } from '#shared/auth';
import { notFound } from '#shared/errors';
import {
  quotaFields,
  type Quota,
  type QuotaLimits,
  type quotaOfUserSchema,
  type QuotaUse,
  type roleQuotasSchema,
  type UserQuota,
} from '#shared/quota';
import type { Queryable, Transaction } from '#server/db/client';
import { limitsOfRoles, limitsOfUser, quotaUse, writeRoleLimits, writeUserLimits } from '#server/db/queries/quotas';
import { userById } from '#server/db/queries/users';
import { inSnapshot, inTransaction } from '#server/db/transaction';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';
import { quotaExceeded, quotaProblems } from './problems';

/** The limits that hold for a user and what their slices take, whoever operates them. */
export async function quotaOf(q: Queryable, userId: number): Promise<Quota> {
  const row = await limitsOfUser(q, userId);
  if (row === null) throw notFound('user');
  return { limits: row.limits, used: await quotaUse(q, userId) };
}

/**
 * Locks the owner of what is about to be taken until the end of the transaction, so that two at once cannot both take the
 * last of the quota. First of all in a transaction: what it reads before fixes what it sees. Answers whether the account
 * is in force: neither disabled nor deleted.
 */
export async function lockOwner(tx: Transaction, ownerId: number): Promise<boolean> {
  const [row] = await tx
    .select({ disabledAt: users.disabledAt, deletedAt: users.deletedAt })
    .from(users)
    .where(eq(users.id, ownerId))
    .for('update');
  return row !== undefined && row.disabledAt === null && row.deletedAt === null;
}

/** QUOTA_EXCEEDED when `added` is more than the owner, whom {@link lockOwner} has locked, may still take. */
export async function assertWithinQuota(tx: Transaction, ownerId: number, added: Partial<QuotaUse>): Promise<void> {
  const problems = quotaProblems(await quotaOf(tx, ownerId), added);
  if (problems.length > 0) throw quotaExceeded(problems);
}

/** What the actor may have and has. */
export function ownQuota(ctx: DomainContext, { actor }: { actor: Actor }): Promise<Quota> {
  return inSnapshot(ctx.db, (tx) => quotaOf(tx, actor.userId));
}

/** A user's quota and what of it is set for them alone. NOT_FOUND. */
export function quotaOfUser(
  ctx: DomainContext,
  { userId }: { userId: number },
): Promise<z.infer<typeof quotaOfUserSchema>> {
  return inSnapshot(ctx.db, (tx) => wholeQuota(tx, userId));
}

async function wholeQuota(q: Queryable, userId: number): Promise<z.infer<typeof quotaOfUserSchema>> {
  const row = (await userById(q, userId)) === null ? null : await limitsOfUser(q, userId);
  if (row === null) throw notFound('user');
  return { limits: row.limits, used: await quotaUse(q, userId), own: row.own };
}

/** The limits of every role. */
export async function quotasOfRoles(ctx: Pick<DomainContext, 'db'>): Promise<z.infer<typeof roleQuotasSchema>> {
  return { items: await limitsOfRoles(ctx.db) };
}

/** Sets what a user alone may have; nothing that runs is stopped by it. NOT_FOUND. */
export function setUserQuota(
  ctx: DomainContext,
  { actor, userId, quota }: { actor: Actor; userId: number; quota: UserQuota },
): Promise<z.infer<typeof quotaOfUserSchema>> {
  return inTransaction(ctx.db, async (tx) => {
    await lockOwner(tx, userId);
    const { own } = await wholeQuota(tx, userId);
    const changes = changesOf(own, quota);
    if (changes !== null) {
      await writeUserLimits(tx, userId, quota);
      await recordAudit(tx, actor, {
        action: 'quotas.set-of-user',
        objectType: 'user',
        objectId: userId,
        details: changes,
      });
    }
    return wholeQuota(tx, userId);
  });
}

/** Sets what everyone with the role may have, as far as nothing is set for them alone. */
export function setRoleQuota(
  ctx: DomainContext,
  { actor, role, limits }: { actor: Actor; role: Role; limits: QuotaLimits },
): Promise<z.infer<typeof roleQuotasSchema>> {
  return inTransaction(ctx.db, async (tx) => {
    const [row] = await tx.select({ id: roles.id }).from(roles).where(eq(roles.name, role)).for('update');
    if (row === undefined) throw notFound('role');
    const before = (await limitsOfRoles(tx)).find((item) => item.role === role);
    const changes = before === undefined ? null : changesOf(before.limits, limits);
    if (changes !== null) {
      await writeRoleLimits(tx, row.id, limits);
      await recordAudit(tx, actor, {
        action: 'quotas.set-of-role',
        objectType: 'role',
        objectId: row.id,
        details: { role, ...changes },
      });
    }
    return { items: await limitsOfRoles(tx) };
  });
}

/** What differs, field by field; null if nothing does. */
function changesOf(before: UserQuota, after: UserQuota): { from: Partial<UserQuota>; to: Partial<UserQuota> } | null {
  const changed = quotaFields.filter((field) => before[field] !== after[field]);
  if (changed.length === 0) return null;
  const of = (quota: UserQuota) => Object.fromEntries(changed.map((field) => [field, quota[field]]));
  return { from: of(before), to: of(after) };
}
