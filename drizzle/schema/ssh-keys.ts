import { mysqlTable, text, uniqueIndex, varchar } from 'drizzle-orm/mysql-core';
import { createdAt, id, primaryId } from '../columns';
import { users } from './users';

/** Public keys of accounts, which the guests of their slices are given. */
export const sshKeys = mysqlTable(
  'ssh_keys',
  {
    id: primaryId(),
    userId: id('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    name: varchar('name', { length: 63 }).notNull(),
    type: varchar('type', { length: 40 }).notNull(),
    /** Base64, as it stands behind the type. */
    blob: text('blob').notNull(),
    /** `SHA256:…` of the key: each is there once in an account. */
    fingerprint: varchar('fingerprint', { length: 60 }).notNull(),
    createdAt: createdAt(),
  },
  (table) => [uniqueIndex('ssh_keys_user_fingerprint_unique').on(table.userId, table.fingerprint)],
);
