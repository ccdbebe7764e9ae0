import { index, int, mysqlEnum, mysqlTable, uniqueIndex, varchar } from 'drizzle-orm/mysql-core';
import { deploymentKinds } from '#shared/deployment/operations';
import { failurePolicies } from '#shared/deployment/schema';
import { id, instant, primaryId } from '../columns';
import { availabilityZones } from './catalogue';
import { slices } from './slices';
import { users } from './users';

/** Slices that wait in line for room in their zone. Gone with what was waited for: what has waited says its deployment. */
export const zoneWaits = mysqlTable(
  'zone_waits',
  {
    /** Its order is that of coming. */
    id: primaryId(),
    sliceId: id('slice_id')
      .notNull()
      .references(() => slices.id, { onDelete: 'cascade' }),
    zoneId: id('zone_id')
      .notNull()
      .references(() => availabilityZones.id, { onDelete: 'cascade' }),
    requestedBy: id('requested_by')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    kind: mysqlEnum('kind', deploymentKinds).notNull(),
    onFailure: mysqlEnum('on_failure', failurePolicies).notNull(),
    /** The deployment's, when it begins. */
    idempotencyKey: varchar('idempotency_key', { length: 64 }),
    /** What it takes of the zone. Nothing changes it: what waits is not updated. */
    vcpus: int('vcpus', { unsigned: true }).notNull(),
    ramMb: int('ram_mb', { unsigned: true }).notNull(),
    diskGb: int('disk_gb', { unsigned: true }).notNull(),
    /** How many that came later have been let in before it. */
    passed: int('passed', { unsigned: true }).notNull().default(0),
    since: instant('since').notNull(),
  },
  (table) => [
    uniqueIndex('zone_waits_slice_unique').on(table.sliceId),
    index('zone_waits_zone_index').on(table.zoneId, table.id),
    index('zone_waits_requested_by_index').on(table.requestedBy),
  ],
);
