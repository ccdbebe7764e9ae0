import { and, asc, count, eq, gt, inArray, isNotNull, isNull, ne, or, sql, type SQL } from 'drizzle-orm';
import { sliceShares } from '#drizzle/schema/slices';
import { templateShares } from '#drizzle/schema/templates';
import { apiTokens, quotas, roles, users } from '#drizzle/schema/users';
import type { Role } from '#shared/auth';
import type { Queryable } from '#server/db/client';
import { after, contains, decodeCursor, nameCursor } from '../keyset';
import { only } from '../rows';
import { ownedBy } from './account-sums';
import { replaceRecoveryCodes } from './second-factor';

const columns = {
  id: users.id,
  kind: users.kind,
  email: users.email,
  name: users.name,
  sortKey: users.sortKey,
  role: roles.name,
  disabledAt: users.disabledAt,
  totpEnabledAt: users.totpEnabledAt,
  createdAt: users.createdAt,
};
export type AccountRow = Awaited<ReturnType<typeof accountRows>>[number];

function selected(q: Queryable, where: SQL | undefined, limit: number) {
  return q
    .select(columns)
    .from(users)
    .innerJoin(roles, eq(roles.id, users.roleId))
    .where(and(isNull(users.deletedAt), where))
    .orderBy(asc(users.sortKey), asc(users.id))
    .limit(limit);
}

/** Accounts whose name or address holds `search`, taken literally. */
function named(search: string | undefined): SQL | undefined {
  const byName = contains(users.name, search);
  return byName === undefined ? undefined : or(byName, contains(users.email, search));
}

/** A page of living accounts by name, and one row more. */
export function accountRows(
  q: Queryable,
  options: {
    limit: number;
    cursor?: string | null | undefined;
    search?: string | undefined;
    role?: Role | undefined;
    kind?: 'person' | 'service' | undefined;
    state?: 'enabled' | 'disabled' | undefined;
  },
) {
  const { role, kind, state } = options;
  const byState = state === 'enabled' ? isNull(users.disabledAt) : isNotNull(users.disabledAt);
  return selected(
    q,
    and(
      role === undefined ? undefined : eq(roles.name, role),
      kind === undefined ? undefined : eq(users.kind, kind),
      state === undefined ? undefined : byState,
      named(options.search),
      after(users.sortKey, users.id, decodeCursor(nameCursor, options.cursor)),
    ),
    options.limit + 1,
  );
}

/** A living account; null if there is none. */
export async function accountById(q: Queryable, id: number): Promise<AccountRow | null> {
  const [row] = await selected(q, eq(users.id, id), 1);
  return row ?? null;
}

/** People with an account in force, but for `exceptId`, whose name or address holds `search`; the first by name. */
export function findPeople(q: Queryable, options: { search: string; exceptId: number; limit: number }) {
  return selected(
    q,
    and(eq(users.kind, 'person'), isNull(users.disabledAt), ne(users.id, options.exceptId), named(options.search)),
    options.limit,
  );
}

export interface AccountFacts {
  templates: number;
  slices: number;
  sessions: number;
  tokens: number;
  /** Of any session or token. */
  lastUsedAt: Date | null;
}

/** What accounts own and sign in with, two queries, however many accounts and however much of each there is. */
export async function accountFacts(
  q: Queryable,
  ids: readonly number[],
  { now, usedAfter }: { now: Date; usedAfter: Date },
): Promise<(id: number) => AccountFacts> {
  const none: AccountFacts = { templates: 0, slices: 0, sessions: 0, tokens: 0, lastUsedAt: null };
  if (ids.length === 0) return () => none;
  const owned = await ownedBy(q, ids);
  const living = and(isNull(apiTokens.revokedAt), gt(apiTokens.expiresAt, now));
  const session = and(living, eq(apiTokens.kind, 'session'), gt(apiTokens.lastUsedAt, usedAfter));
  const token = and(living, ne(apiTokens.kind, 'session'));
  const used = await q
    .select({
      id: apiTokens.userId,
      sessions: sql<string>`coalesce(sum(${session}), 0)`,
      tokens: sql<string>`coalesce(sum(${token}), 0)`,
      lastUsedAt: sql`max(${apiTokens.lastUsedAt})`.mapWith(apiTokens.lastUsedAt),
    })
    .from(apiTokens)
    .where(inArray(apiTokens.userId, [...ids]))
    .groupBy(apiTokens.userId);
  const usedBy = new Map(used.map((row) => [row.id, row]));
  return (id) => ({
    templates: owned.get(id)?.templates ?? 0,
    slices: owned.get(id)?.slices ?? 0,
    sessions: Number(usedBy.get(id)?.sessions ?? 0),
    tokens: Number(usedBy.get(id)?.tokens ?? 0),
    lastUsedAt: usedBy.get(id)?.lastUsedAt ?? null,
  });
}

async function roleId(q: Queryable, role: Role): Promise<number> {
  return only(await q.select({ id: roles.id }).from(roles).where(eq(roles.name, role)), `role ${role}`).id;
}

/** Adds an account without a password. A duplicate of `users_live_email_unique` when the address is taken. */
export async function insertAccount(
  q: Queryable,
  account: { kind: 'person' | 'service'; email: string; name: string; role: Role },
): Promise<number> {
  const { role, ...values } = account;
  const [{ insertId }] = await q.insert(users).values({ ...values, roleId: await roleId(q, role) });
  return insertId;
}

/** Changes name or role. */
export async function writeAccount(q: Queryable, id: number, change: { name: string; role: Role }): Promise<void> {
  await q
    .update(users)
    .set({ name: change.name, roleId: await roleId(q, change.role) })
    .where(eq(users.id, id));
}

/** Disables (since `at`) or enables (null). */
export async function writeDisabled(q: Queryable, id: number, at: Date | null): Promise<void> {
  await q.update(users).set({ disabledAt: at }).where(eq(users.id, id));
}

/** The row that everyone locks, first of all, who might take an administrator away. */
export async function lockAdministrators(q: Queryable): Promise<void> {
  await q.select({ id: roles.id }).from(roles).where(eq(roles.name, 'admin')).for('update');
}

/** Locks accounts, whatever has become of them, in the order of their ids. */
export async function lockAccounts(q: Queryable, ids: readonly number[]): Promise<void> {
  await q
    .select({ id: users.id })
    .from(users)
    .where(inArray(users.id, [...ids]))
    .orderBy(asc(users.id))
    .for('update');
}

/** How many people other than `exceptId` are administrators with an account in force, who have chosen a password. */
export async function otherAdministrators(q: Queryable, exceptId: number): Promise<number> {
  const [row] = await q
    .select({ count: count() })
    .from(users)
    .innerJoin(roles, eq(roles.id, users.roleId))
    .where(
      and(
        eq(roles.name, 'admin'),
        eq(users.kind, 'person'),
        isNotNull(users.passwordHash),
        isNull(users.disabledAt),
        isNull(users.deletedAt),
        ne(users.id, exceptId),
      ),
    );
  return row?.count ?? 0;
}

/**
 * Marks a locked account deleted and removes its password, second factor, quota and all that is shared with it; its
 * row stays, since history names it. Answers whether it was living.
 */
export async function markAccountDeleted(q: Queryable, id: number, now: Date): Promise<boolean> {
  const [marked] = await q
    .update(users)
    .set({ deletedAt: now, passwordHash: null, totpSecret: null, totpEnabledAt: null, totpLastStep: null })
    .where(and(eq(users.id, id), isNull(users.deletedAt)));
  await replaceRecoveryCodes(q, id, []);
  await q.delete(quotas).where(eq(quotas.userId, id));
  await q.delete(sliceShares).where(eq(sliceShares.userId, id));
  await q.delete(templateShares).where(eq(templateShares.userId, id));
  return marked.affectedRows > 0;
}
