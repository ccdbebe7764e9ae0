import { and, desc, eq, gt, inArray, isNull, ne, sql, type SQL } from 'drizzle-orm';
import { apiTokens, roles, users } from '#drizzle/schema/users';
import type { Role, TokenKind } from '#shared/auth';
import type { Scope } from '#shared/scopes';
import type { Queryable } from '#server/db/client';
import { prepared } from '../prepared';
import type { PublicUserRow } from './users';

/** A session or token with what is true of its owner now. */
export interface TokenRow {
  id: number;
  userId: number;
  kind: TokenKind;
  role: Role;
  name: string | null;
  scopes: Scope[] | null;
  userAgent: string | null;
  ip: string | null;
  expiresAt: Date;
  lastUsedAt: Date | null;
  createdAt: Date;
  owner: PublicUserRow;
  /** Neither revoked, nor of a disabled or deleted user. Time is another matter. */
  live: boolean;
}

const columns = {
  id: apiTokens.id,
  userId: apiTokens.userId,
  kind: apiTokens.kind,
  role: roles.name,
  name: apiTokens.name,
  scopes: apiTokens.scopes,
  userAgent: apiTokens.userAgent,
  ip: apiTokens.ip,
  expiresAt: apiTokens.expiresAt,
  lastUsedAt: apiTokens.lastUsedAt,
  createdAt: apiTokens.createdAt,
  revokedAt: apiTokens.revokedAt,
  disabledAt: users.disabledAt,
  deletedAt: users.deletedAt,
  userKind: users.kind,
  email: users.email,
  userName: users.name,
  userCreatedAt: users.createdAt,
  totpEnabledAt: users.totpEnabledAt,
};

const selected = (q: Queryable) =>
  q
    .select(columns)
    .from(apiTokens)
    .innerJoin(users, eq(users.id, apiTokens.userId))
    .innerJoin(roles, eq(roles.id, users.roleId));
type Selected = Awaited<ReturnType<typeof selected>>[number];

// each field by its name: of every request this is part, and to copy the rest of a row costs more than all of it
function tokenRow(row: Selected): TokenRow {
  return {
    id: row.id,
    userId: row.userId,
    kind: row.kind,
    role: row.role,
    name: row.name,
    scopes: row.scopes,
    userAgent: row.userAgent,
    ip: row.ip,
    expiresAt: row.expiresAt,
    lastUsedAt: row.lastUsedAt,
    createdAt: row.createdAt,
    owner: {
      id: row.userId,
      kind: row.userKind,
      email: row.email,
      name: row.userName,
      role: row.role,
      createdAt: row.userCreatedAt,
      totpEnabledAt: row.totpEnabledAt,
    },
    live: row.revokedAt === null && row.disabledAt === null && row.deletedAt === null,
  };
}

const preparedWhere = <Values extends Record<string, string | number>>(condition: SQL) =>
  prepared<typeof columns, Values>(
    columns,
    (fields) => sql`select ${fields} from ${apiTokens} inner join ${users} on ${users.id} = ${apiTokens.userId}
      inner join ${roles} on ${roles.id} = ${users.roleId} where ${condition}`,
  );
const byId = preparedWhere<{ id: number }>(sql`${apiTokens.id} = ${sql.placeholder('id')}`);
const byHash = preparedWhere<{ hash: string }>(sql`${apiTokens.tokenHash} = ${sql.placeholder('hash')}`);

/** The session or token with this id, whatever has become of it. */
export async function tokenById(q: Queryable, id: number): Promise<TokenRow | null> {
  const [row] = await byId(q, { id });
  return row === undefined ? null : tokenRow(row);
}

/** The session or token whose secret has this SHA-256, whatever has become of it. */
export async function tokenByHash(q: Queryable, tokenHash: string): Promise<TokenRow | null> {
  const [row] = await byHash(q, { hash: tokenHash });
  return row === undefined ? null : tokenRow(row);
}

/** A user's tokens (sessions are none) that are neither revoked nor expired, the newest first. */
export async function livingTokens(q: Queryable, userId: number, now: Date): Promise<TokenRow[]> {
  const rows = await selected(q)
    .where(
      and(
        eq(apiTokens.userId, userId),
        ne(apiTokens.kind, 'session'),
        isNull(apiTokens.revokedAt),
        gt(apiTokens.expiresAt, now),
      ),
    )
    .orderBy(desc(apiTokens.id));
  return rows.map(tokenRow);
}

/** How many {@link livingTokens} there are. */
export function countLivingTokens(q: Queryable, userId: number, now: Date): Promise<number> {
  return q.$count(
    apiTokens,
    and(
      eq(apiTokens.userId, userId),
      ne(apiTokens.kind, 'session'),
      isNull(apiTokens.revokedAt),
      gt(apiTokens.expiresAt, now),
    ),
  );
}

/** A user's sessions that are neither revoked nor at their end nor unused since `usedAfter`, the last used first. */
export async function livingSessions(
  q: Queryable,
  userId: number,
  { now, usedAfter }: { now: Date; usedAfter: Date },
): Promise<TokenRow[]> {
  const rows = await selected(q)
    .where(
      and(
        eq(apiTokens.userId, userId),
        eq(apiTokens.kind, 'session'),
        isNull(apiTokens.revokedAt),
        gt(apiTokens.expiresAt, now),
        gt(apiTokens.lastUsedAt, usedAfter),
      ),
    )
    .orderBy(desc(apiTokens.lastUsedAt), desc(apiTokens.id))
    // whoever signs in by a script has thousands; what nobody can look through is ended by signing out everywhere
    .limit(100);
  return rows.map(tokenRow);
}

/** Revokes one session or token, if it is not revoked. Answers whether it was not. */
export async function revokeOne(q: Queryable, id: number, now: Date): Promise<boolean> {
  const [revoked] = await q
    .update(apiTokens)
    .set({ revokedAt: now })
    .where(and(eq(apiTokens.id, id), isNull(apiTokens.revokedAt)));
  return revoked.affectedRows > 0;
}

/** Revokes a user's sessions, or tokens, or both, but for `except`. Answers how many were living. */
export async function revokeAll(
  q: Queryable,
  { userId, kinds, except }: { userId: number; kinds: readonly TokenKind[]; except?: number },
  now: Date,
): Promise<number> {
  const [revoked] = await q
    .update(apiTokens)
    .set({ revokedAt: now })
    .where(
      and(
        eq(apiTokens.userId, userId),
        inArray(apiTokens.kind, kinds),
        isNull(apiTokens.revokedAt),
        gt(apiTokens.expiresAt, now),
        except === undefined ? undefined : ne(apiTokens.id, except),
      ),
    );
  return revoked.affectedRows;
}
