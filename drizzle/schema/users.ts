import { sql } from 'drizzle-orm';
import { index, int, json, mysqlEnum, mysqlTable, uniqueIndex, varchar } from 'drizzle-orm/mysql-core';
import { roles as roleNames, tokenKinds, userKinds } from '#shared/auth';
import type { Scope } from '#shared/scopes';
import { createdAt, id, instant, primaryId, sortKey } from '../columns';

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
    sortKey: sortKey(),
    kind: mysqlEnum('kind', userKinds).notNull().default('person'),
    /** Null for service accounts, and until a person made by an admin has chosen a password. */
    passwordHash: varchar('password_hash', { length: 255 }),
    /** The authenticator's secret, encrypted with a key of the server's; in force since `totp_enabled_at`. */
    totpSecret: varchar('totp_secret', { length: 255 }),
    totpEnabledAt: instant('totp_enabled_at'),
    /** The time step of the last code that was accepted: none is good twice. */
    totpLastStep: id('totp_last_step'),
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
    index('users_sort_key_index').on(table.deletedAt, table.sortKey, table.id),
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
    /** Of PATs and service tokens. */
    name: varchar('name', { length: 63 }),
    /** Of PATs and service tokens; null for a session: all that its user may do. */
    scopes: json('scopes').$type<Scope[]>(),
    userAgent: varchar('user_agent', { length: 255 }),
    /** Where it was used last. */
    ip: varchar('ip', { length: 45 }),
    /** In any case; a session also ends when it was not used for a while. */
    expiresAt: instant('expires_at').notNull(),
    lastUsedAt: instant('last_used_at'),
    revokedAt: instant('revoked_at'),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex('api_tokens_token_hash_unique').on(table.tokenHash),
    index('api_tokens_user_id_kind_index').on(table.userId, table.kind),
    index('api_tokens_expires_at_index').on(table.expiresAt),
  ],
);

/** Each signs in once in place of an authenticator's code. Only a SHA-256 is kept. */
export const recoveryCodes = mysqlTable(
  'recovery_codes',
  {
    id: primaryId(),
    userId: id('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    codeHash: varchar('code_hash', { length: 64 }).notNull(),
    usedAt: instant('used_at'),
  },
  (table) => [uniqueIndex('recovery_codes_user_code_unique').on(table.userId, table.codeHash)],
);

/** One-time links that an administrator makes, by which a person chooses a new password. Only a SHA-256 is kept. */
export const passwordResets = mysqlTable(
  'password_resets',
  {
    id: primaryId(),
    userId: id('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    tokenHash: varchar('token_hash', { length: 64 }).notNull(),
    expiresAt: instant('expires_at').notNull(),
    usedAt: instant('used_at'),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex('password_resets_token_hash_unique').on(table.tokenHash),
    index('password_resets_user_id_index').on(table.userId),
    index('password_resets_expires_at_index').on(table.expiresAt),
  ],
);

/**
 * That an account may do something else than before: signed out, another role, a share more or less. Tells other servers,
 * whose streams and consoles of that account ask again then. Kept for an hour.
 */
export const accountChanges = mysqlTable(
  'account_changes',
  {
    id: primaryId(),
    // no foreign key: it would lock the account's row after those of sessions and slices
    userId: id('user_id').notNull(),
    createdAt: createdAt(),
  },
  (table) => [index('account_changes_created_at_index').on(table.createdAt)],
);

/** -1 is "no limit". In a role's row null is that, too; in a user's row null is "as the role has it". */
const limit = (name: string) => int(name);

/** Of a role or of a user: exactly one of the two is set. */
export const quotas = mysqlTable(
  'quotas',
  {
    id: primaryId(),
    roleId: id('role_id').references(() => roles.id, { onDelete: 'cascade' }),
    userId: id('user_id').references(() => users.id, { onDelete: 'cascade' }),
    slices: limit('slices'),
    vms: limit('vms'),
    vcpus: limit('vcpus'),
    ramMb: limit('ram_mb'),
    diskGb: limit('disk_gb'),
    runningVms: limit('running_vms'),
    runningVcpus: limit('running_vcpus'),
    runningRamMb: limit('running_ram_mb'),
    snapshots: limit('snapshots'),
    imageMb: limit('image_mb'),
    internetKbps: limit('internet_kbps'),
    internetMbPerMonth: limit('internet_mb_per_month'),
  },
  (table) => [
    uniqueIndex('quotas_role_id_unique').on(table.roleId),
    uniqueIndex('quotas_user_id_unique').on(table.userId),
  ],
);

/** Failed and counted attempts per key (`login:ip:…`, `login:email:…`), shared by all servers. */
export const rateLimits = mysqlTable(
  'rate_limits',
  {
    key: varchar('key', { length: 128 }).primaryKey(),
    attempts: id('attempts').notNull(),
    /** Attempts are forgotten after this. */
    windowEndsAt: instant('window_ends_at').notNull(),
  },
  (table) => [index('rate_limits_window_ends_at_index').on(table.windowEndsAt)],
);

/** How much of each an account has, kept by whoever makes it, ends it or gives it away. One without a row has had none. */
export const accountSums = mysqlTable('account_sums', {
  userId: id('user_id')
    .primaryKey()
    .references(() => users.id, { onDelete: 'cascade' }),
  /** Those that were not deleted. */
  templates: int('templates').notNull(),
  /** Those that were not destroyed. */
  slices: int('slices').notNull(),
});
