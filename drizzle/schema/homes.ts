import { mysqlTable, uniqueIndex, varchar } from 'drizzle-orm/mysql-core';
import { createdAt, instant, primaryId } from '../columns';

/**
 * The data folders that VMs of local providers live in, each known by the identity that it keeps. The server process
 * that works on one holds it, as a lease that its heartbeat renews, and says here where it is to be found.
 */
export const homes = mysqlTable(
  'homes',
  {
    id: primaryId(),
    identity: varchar('identity', { length: 36 }).notNull(),
    /** Name of the machine, as people call it. */
    host: varchar('host', { length: 255 }).notNull(),
    /** Where other servers reach this one. */
    relayUrl: varchar('relay_url', { length: 255 }).notNull(),
    /** Of the run of the kernel that its VMs were started in; null where that cannot be told. */
    bootId: varchar('boot_id', { length: 64 }),
    version: varchar('version', { length: 32 }).notNull(),
    /** Which server process holds it; null: that one has ended in order. */
    server: varchar('server', { length: 64 }),
    /** Of the last heartbeat, by the database's clock. */
    seenAt: instant('seen_at').notNull(),
    createdAt: createdAt(),
  },
  (table) => [uniqueIndex('homes_identity_unique').on(table.identity)],
);
