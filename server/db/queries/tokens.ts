import { and, desc, eq, gt, isNull, ne } from 'drizzle-orm';
import { apiTokens, roles, users } from '#drizzle/schema/users';
import type { Role, TokenKind } from '#shared/auth';
import type { Scope } from '#shared/scopes';
import type { Queryable } from '#server/db/client';

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
};

const selected = (q: Queryable) =>
  q
    .select(columns)
    .from(apiTokens)
    .innerJoin(users, eq(users.id, apiTokens.userId))
    .innerJoin(roles, eq(roles.id, users.roleId));
type Selected = Awaited<ReturnType<typeof selected>>[number];

function tokenRow({ revokedAt, disabledAt, deletedAt, ...row }: Selected): TokenRow {
  return { ...row, live: revokedAt === null && disabledAt === null && deletedAt === null };
}

/** The session or token with this id, whatever has become of it. */
export async function tokenById(q: Queryable, id: number): Promise<TokenRow | null> {
  const [row] = await selected(q).where(eq(apiTokens.id, id));
  return row === undefined ? null : tokenRow(row);
}

/** The session or token whose secret has this SHA-256, whatever has become of it. */
export async function tokenByHash(q: Queryable, tokenHash: string): Promise<TokenRow | null> {
  const [row] = await selected(q).where(eq(apiTokens.tokenHash, tokenHash));
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
