import { sql } from 'drizzle-orm';
import { mysqlTable, varchar, mysqlEnum, uniqueIndex, index } from 'drizzle-orm/mysql-core';
import { roles as roleNames, tokenKinds } from '#shared/auth';
import { createdAt, id, instant, primaryId } from '../columns';

/** The roles that exist. What each may do is code: `permissions` in shared/auth.ts. */
export const roles = mysqlTable(
  'roles',
  { id: primaryId(), name: mysqlEnum('name', roleNames).notNull(), createdAt: createdAt() },
  (table) => [uniqueIndex('roles_name_unique').on(table.name)],
);

export const users = mysqlTable(
  'users',
  {
    id: primaryId(),
    email: varchar('email', { length: 254 }).notNull(),
    name: varchar('name', { length: 63 }).notNull(),
    passwordHash: varchar('password_hash', { length: 255 }).notNull(),
    roleId: id('role_id')
      .notNull()
      .references(() => roles.id, { onDelete: 'restrict' }),
    disabledAt: instant('disabled_at'),
    deletedAt: instant('deleted_at'),
    /** The e-mail address while the account lives: unique among the living, free again after. */
    liveEmail: varchar('live_email', { length: 254 }).generatedAlwaysAs(
      sql`(case when deleted_at is null then email else null end)`,
      { mode: 'stored' },
    ),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex('users_live_email_unique').on(table.liveEmail),
    index('users_role_id_index').on(table.roleId),
  ],
);

/** Sessions, personal access tokens and service tokens. Only a SHA-256 of the secret is kept. */
export const apiTokens = mysqlTable(
  'api_tokens',
  {
    id: primaryId(),
    userId: id('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    kind: mysqlEnum('kind', tokenKinds).notNull(),
    /** SHA-256 of the token, hexadecimal. */
    tokenHash: varchar('token_hash', { length: 64 }).notNull(),
    userAgent: varchar('user_agent', { length: 255 }),
    ip: varchar('ip', { length: 45 }),
    expiresAt: instant('expires_at').notNull(),
    lastUsedAt: instant('last_used_at'),
    revokedAt: instant('revoked_at'),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex('api_tokens_token_hash_unique').on(table.tokenHash),
    index('api_tokens_user_id_kind_index').on(table.userId, table.kind),
  ],
);

/** Failed and counted attempts per key (`login:ip:…`, `login:email:…`), shared by all servers. */
export const rateLimits = mysqlTable('rate_limits', {
  key: varchar('key', { length: 128 }).primaryKey(),
  attempts: id('attempts').notNull(),
  /** Attempts are forgotten after this. */
  windowEndsAt: instant('window_ends_at').notNull(),
});
