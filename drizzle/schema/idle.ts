import { bigint, index, int, json, mysqlEnum, mysqlTable, uniqueIndex } from 'drizzle-orm/mysql-core';
import { idleActions } from '#shared/idle';
import { id, instant, primaryId } from '../columns';
import { availabilityZones } from './catalogue';
import { slices } from './slices';
import { roles } from './users';

/** What is done about slices in which nothing happens: of a zone, of a role, or of one slice. Without a row: nothing. */
export const idleRules = mysqlTable(
  'idle_rules',
  {
    id: primaryId(),
    zoneId: id('zone_id').references(() => availabilityZones.id, { onDelete: 'cascade' }),
    roleId: id('role_id').references(() => roles.id, { onDelete: 'cascade' }),
    sliceId: id('slice_id').references(() => slices.id, { onDelete: 'cascade' }),
    minutes: int('minutes', { unsigned: true }).notNull(),
    action: mysqlEnum('action', idleActions).notNull(),
  },
  (table) => [
    uniqueIndex('idle_rules_zone_unique').on(table.zoneId),
    uniqueIndex('idle_rules_role_unique').on(table.roleId),
    uniqueIndex('idle_rules_slice_unique').on(table.sliceId),
  ],
);

/** What was seen of slices that have such a rule, by the server that has their VMs. */
export const sliceIdle = mysqlTable(
  'slice_idle',
  {
    sliceId: id('slice_id')
      .primaryKey()
      .references(() => slices.id, { onDelete: 'cascade' }),
    /** When it was looked at last, by the database's clock. */
    seenAt: instant('seen_at').notNull(),
    /** What each VM had used then. */
    used: json('used').$type<{ vmId: number; cpuSeconds: number; trafficBytes: number | null }[]>().notNull(),
    /** For so long nothing has happened, as far as it was watched. */
    idleMs: bigint('idle_ms', { mode: 'number', unsigned: true }).notNull(),
    /** Rules of up to so many minutes have been done since something happened last. */
    doneMinutes: int('done_minutes', { unsigned: true }).notNull().default(0),
    /** Since when it is marked as idle. */
    idleSince: instant('idle_since'),
  },
  (table) => [index('slice_idle_since_index').on(table.idleSince)],
);
