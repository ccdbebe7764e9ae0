import { index, json, mysqlTable, varchar } from 'drizzle-orm/mysql-core';
import type { Happening } from '#shared/notification';
import type { NotificationKind } from '#shared/notification-kinds';
import { createdAt, id, instant, primaryId } from '../columns';

/** What an account is told of, once for each: written in the transaction of what it tells. */
export const notifications = mysqlTable(
  'notifications',
  {
    id: primaryId(),
    // no foreign keys: they would lock the account's row, or the slice's, after those of what it tells
    userId: id('user_id').notNull(),
    /** The kind that `happening` has, to find by. */
    kind: varchar('kind', { length: 32 }).$type<NotificationKind>().notNull(),
    /** The slice that it tells of, if any. */
    sliceId: id('slice_id'),
    happening: json('happening').$type<Happening>().notNull(),
    readAt: instant('read_at'),
    createdAt: createdAt(),
  },
  (table) => [
    index('notifications_user_id_index').on(table.userId, table.id),
    // those that were not read, newest first, and how many they are
    index('notifications_user_read_index').on(table.userId, table.readAt, table.id),
    index('notifications_created_at_index').on(table.createdAt),
  ],
);

/** What an account has chosen not to be told of in the app. One without a row is told of everything. */
export const notificationPreferences = mysqlTable('notification_preferences', {
  userId: id('user_id').primaryKey(),
  muted: json('muted').$type<NotificationKind[]>().notNull(),
});
