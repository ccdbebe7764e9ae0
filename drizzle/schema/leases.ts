import { boolean, index, int, json, mysqlTable, uniqueIndex, varchar } from 'drizzle-orm/mysql-core';
import type { DeploymentKind } from '#shared/deployment/operations';
import type { ScheduleRule } from '#shared/schedule/rule';
import { createdAt, id, instant, primaryId, sentences } from '../columns';
import { availabilityZones } from './catalogue';
import { deployments } from './deployments';
import { slices } from './slices';
import { roles, users } from './users';

/** An operation by its name. Not an enum: which ones there are for this, the table of operations says. */
const operation = (name: string) => varchar(name, { length: 16 }).$type<DeploymentKind>();

/** Until when a slice may run. Without a row: for ever. Times are the database's. */
export const sliceLeases = mysqlTable(
  'slice_leases',
  {
    sliceId: id('slice_id')
      .primaryKey()
      .references(() => slices.id, { onDelete: 'cascade' }),
    expiresAt: instant('expires_at').notNull(),
    /** For how long it was given: what extending it gives again. */
    minutes: int('minutes', { unsigned: true }).notNull(),
    /** What is done at its end. */
    atEnd: operation('at_end').notNull(),
    /** When its owner was told that it ends soon; it never ends without. */
    warnedAt: instant('warned_at'),
    /** When its end was come to; nothing of the slice is started after it. */
    endedAt: instant('ended_at'),
    /** When there is something to do about it next: to warn, or to end it. Null once it has ended. */
    dueAt: instant('due_at'),
  },
  (table) => [
    index('slice_leases_due_at_index').on(table.dueAt),
    // what ends soon: warned of, and not ended
    index('slice_leases_ended_warned_index').on(table.endedAt, table.warnedAt),
  ],
);

/** How long leases may be and what may be done at their ends: of a zone, or of a role. Without a row: no limit. */
export const leaseLimits = mysqlTable(
  'lease_limits',
  {
    id: primaryId(),
    zoneId: id('zone_id').references(() => availabilityZones.id, { onDelete: 'cascade' }),
    roleId: id('role_id').references(() => roles.id, { onDelete: 'cascade' }),
    /** Null: no limit. */
    maxMinutes: int('max_minutes', { unsigned: true }),
    atEnd: json('at_end').$type<DeploymentKind[]>().notNull(),
    /** How long before its end a lease is warned of. Null: the default. */
    warnMinutes: int('warn_minutes', { unsigned: true }),
    /** Its slices are still to be held to it: those after this id. Null: all are. */
    sweepAfter: id('sweep_after'),
    sweeping: boolean('sweeping').notNull().default(false),
  },
  (table) => [
    uniqueIndex('lease_limits_zone_unique').on(table.zoneId),
    uniqueIndex('lease_limits_role_unique').on(table.roleId),
    index('lease_limits_sweeping_index').on(table.sweeping),
  ],
);

/** What is done to a slice at a time, once or each week. */
export const sliceSchedules = mysqlTable(
  'slice_schedules',
  {
    id: primaryId(),
    sliceId: id('slice_id')
      .notNull()
      .references(() => slices.id, { onDelete: 'cascade' }),
    kind: operation('kind').notNull(),
    rule: json('rule').$type<ScheduleRule>().notNull(),
    /** Only ever grows: no clock that is put back makes a moment come twice. Null: none is left. */
    nextAt: instant('next_at'),
    createdBy: id('created_by').references(() => users.id, { onDelete: 'set null' }),
    createdAt: createdAt(),
  },
  (table) => [
    index('slice_schedules_next_at_index').on(table.nextAt),
    index('slice_schedules_slice_id_index').on(table.sliceId, table.id),
    index('slice_schedules_created_by_index').on(table.createdBy),
  ],
);

/** What came due, once each: what is done about it, by whichever server claims it. */
export const sliceActs = mysqlTable(
  'slice_acts',
  {
    id: primaryId(),
    sliceId: id('slice_id')
      .notNull()
      .references(() => slices.id, { onDelete: 'cascade' }),
    /** What it came of: `lease`, `schedule:12`. */
    origin: varchar('origin', { length: 32 }).notNull(),
    kind: operation('kind').notNull(),
    dueAt: instant('due_at').notNull(),
    /** Of several that were missed it is the last; the first was due then. */
    missedFrom: instant('missed_from'),
    /** When it may be claimed: from when it is due, or after the claim of a server that has died. Null: it is over. */
    claimableAt: instant('claimable_at'),
    /** Counts the claims. What came of it is written by its last claimant only. */
    generation: int('generation', { unsigned: true }).notNull().default(0),
    /** Null while nothing has come of it, and where nothing was begun. */
    deploymentId: id('deployment_id').references(() => deployments.id, { onDelete: 'set null' }),
    error: varchar('error', { length: 500 }),
    sentences: sentences(),
    createdAt: createdAt(),
  },
  (table) => [
    // the second one of the same would be the same
    uniqueIndex('slice_acts_slice_origin_due_unique').on(table.sliceId, table.origin, table.dueAt),
    index('slice_acts_claimable_at_index').on(table.claimableAt),
    index('slice_acts_deployment_id_index').on(table.deploymentId),
  ],
);
