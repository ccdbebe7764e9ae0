import { boolean, index, int, json, mysqlEnum, mysqlTable, text, uniqueIndex, varchar } from 'drizzle-orm/mysql-core';
import type { NotificationKind } from '#shared/notification-kinds';
import { deliveryStatuses } from '#shared/webhook';
import { createdAt, id, instant, primaryId, sentences } from '../columns';

/** Addresses that are called when something happens that an account chose. */
export const webhooks = mysqlTable(
  'webhooks',
  {
    id: primaryId(),
    // no foreign key: see notifications
    userId: id('user_id').notNull(),
    name: varchar('name', { length: 63 }).notNull(),
    url: varchar('url', { length: 2000 }).notNull(),
    /** What signs the calls, sealed for this row. */
    secret: varchar('secret', { length: 255 }).notNull(),
    events: json('events').$type<NotificationKind[]>().notNull(),
    /** For what happens to any slice, not only to what concerns its owner: of an administrator. */
    allSlices: boolean('all_slices').notNull().default(false),
    active: boolean('active').notNull().default(true),
    /** Since when no call has succeeded; null while they do. */
    failingSince: instant('failing_since'),
    /** Its owner was told that it fails. */
    toldAt: instant('told_at'),
    /** The server has switched it off, since it failed for too long. */
    disabledAt: instant('disabled_at'),
    createdAt: createdAt(),
  },
  (table) => [
    index('webhooks_user_id_index').on(table.userId, table.id),
    index('webhooks_all_slices_index').on(table.allSlices),
  ],
);

/** A call that was made, is to be made, or was given up. Written in the transaction of what it tells of. */
export const webhookDeliveries = mysqlTable(
  'webhook_deliveries',
  {
    id: primaryId(),
    /** What the receiver knows it by: the same at each attempt. */
    uuid: varchar('uuid', { length: 36 }).notNull(),
    // no foreign keys: a webhook that is deleted meanwhile must not undo what is told of
    webhookId: id('webhook_id').notNull(),
    userId: id('user_id').notNull(),
    event: varchar('event', { length: 32 }).$type<NotificationKind | 'test'>().notNull(),
    /** The bytes that are sent, and signed, at each attempt. */
    body: text('body').notNull(),
    status: mysqlEnum('status', deliveryStatuses).notNull().default('pending'),
    attempts: int('attempts', { unsigned: true }).notNull().default(0),
    /** When it may be claimed: now, at the next attempt, or at the end of the lease of who sends it; null once it has ended. */
    claimableAt: instant('claimable_at'),
    /** Counts the claims: who lost the lease writes nothing. */
    generation: int('generation', { unsigned: true }).notNull().default(0),
    /** After this moment an attempt that fails is the last. */
    retryUntil: instant('retry_until').notNull(),
    /** Of the last attempt: when, how long it took, what was answered, and what went wrong. */
    attemptedAt: instant('attempted_at'),
    durationMs: int('duration_ms', { unsigned: true }),
    responseStatus: int('response_status', { unsigned: true }),
    responseBody: text('response_body'),
    error: varchar('error', { length: 500 }),
    sentences: sentences(),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex('webhook_deliveries_uuid_unique').on(table.uuid),
    index('webhook_deliveries_claimable_at_index').on(table.claimableAt),
    index('webhook_deliveries_webhook_id_index').on(table.webhookId, table.id),
    index('webhook_deliveries_created_at_index').on(table.createdAt),
  ],
);
