import { boolean, index, int, json, mysqlEnum, mysqlTable, uniqueIndex, varchar } from 'drizzle-orm/mysql-core';
import { deploymentKinds, type SystemReason } from '#shared/deployment/operations';
import type { Update } from '#shared/deployment/applied';
import {
  deploymentStatuses,
  failurePolicies,
  resourceTypes,
  stepActions,
  stepStatuses,
  type PlanChange,
} from '#shared/deployment/schema';
import type { EventData } from '#shared/deployment/events';
import type { Topology } from '#shared/topology/schema';
import { createdAt, id, instant, primaryId, sentences } from '../columns';
import { availabilityZones } from './catalogue';
import { slices, sliceVms } from './slices';
import { sliceSnapshots } from './snapshots';
import { users } from './users';

/** One durable operation on a slice. */
export const deployments = mysqlTable(
  'deployments',
  {
    id: primaryId(),
    sliceId: id('slice_id')
      .notNull()
      .references(() => slices.id, { onDelete: 'cascade' }),
    /** The slice's, which never changes: servers claim by it. */
    zoneId: id('zone_id')
      .notNull()
      .references(() => availabilityZones.id, { onDelete: 'restrict' }),
    /** The slice's owner, kept with it. No foreign key: its check would lock the account after the slice, against the order of locks. */
    ownerId: id('owner_id').notNull(),
    kind: mysqlEnum('kind', deploymentKinds).notNull(),
    status: mysqlEnum('status', deploymentStatuses).notNull(),
    /** Null also where that VM was removed since: its steps still name it. */
    sliceVmId: id('slice_vm_id').references(() => sliceVms.id, { onDelete: 'set null' }),
    /** The snapshot that it takes or restores. */
    snapshotId: id('snapshot_id').references(() => sliceSnapshots.id, { onDelete: 'set null' }),
    requestedBy: id('requested_by')
      .notNull()
      .references(() => users.id, { onDelete: 'restrict' }),
    /** Why the system asked for it, on behalf of `requestedBy`; null where that account did. */
    because: varchar('because', { length: 64 }).$type<SystemReason>(),
    onFailure: mysqlEnum('on_failure', failurePolicies).notNull().default('keep'),
    idempotencyKey: varchar('idempotency_key', { length: 64 }),
    cancelRequested: boolean('cancel_requested').notNull().default(false),
    /** A later destroy takes over: stop without undoing, since the destroy removes everything anyway. */
    superseded: boolean('superseded').notNull().default(false),
    /** Which server process has it. */
    leaseOwner: varchar('lease_owner', { length: 64 }),
    /** When it may be claimed: now for a pending one, the end of the lease for a running one, null for all others. */
    claimableAt: instant('claimable_at'),
    /** Counts the claims. Every write of a worker is conditional on it: a worker that lost its lease changes nothing. */
    generation: int('generation', { unsigned: true }).notNull().default(0),
    error: varchar('error', { length: 500 }),
    sentences: sentences(),
    /** Since when it had waited in line for room in its zone. */
    waitingSince: instant('waiting_since'),
    createdAt: createdAt(),
    startedAt: instant('started_at'),
    finishedAt: instant('finished_at'),
  },
  (table) => [
    // in the order of the claim's ORDER BY: otherwise SKIP LOCKED locks every row that matches
    index('deployments_zone_claimable_index').on(table.zoneId, table.claimableAt),
    index('deployments_claimable_at_index').on(table.claimableAt),
    index('deployments_slice_id_index').on(table.sliceId, table.id),
    index('deployments_slice_status_index').on(table.sliceId, table.status),
    uniqueIndex('deployments_slice_idempotency_unique').on(table.sliceId, table.idempotencyKey),
    index('deployments_requested_by_index').on(table.requestedBy),
    index('deployments_slice_vm_id_index').on(table.sliceVmId),
    index('deployments_snapshot_id_index').on(table.snapshotId),
    // across slices, newest first, by what they are narrowed by
    index('deployments_owner_index').on(table.ownerId, table.id),
    index('deployments_status_index').on(table.status, table.id),
    index('deployments_kind_index').on(table.kind, table.id),
    index('deployments_zone_index').on(table.zoneId, table.id),
    index('deployments_created_index').on(table.createdAt, table.id),
  ],
);

export const deploymentSteps = mysqlTable(
  'deployment_steps',
  {
    id: primaryId(),
    deploymentId: id('deployment_id')
      .notNull()
      .references(() => deployments.id, { onDelete: 'cascade' }),
    seq: int('seq', { unsigned: true }).notNull(),
    key: varchar('key', { length: 160 }).notNull(),
    resource: mysqlEnum('resource', resourceTypes).notNull(),
    resourceId: id('resource_id').notNull(),
    label: varchar('label', { length: 140 }).notNull(),
    action: mysqlEnum('action', stepActions).notNull(),
    update: json('update').$type<Update>(),
    dependsOn: json('depends_on').$type<number[]>().notNull(),
    status: mysqlEnum('status', stepStatuses).notNull().default('pending'),
    attempts: int('attempts', { unsigned: true }).notNull().default(0),
    error: varchar('error', { length: 500 }),
    sentences: sentences(),
    startedAt: instant('started_at'),
    finishedAt: instant('finished_at'),
  },
  (table) => [uniqueIndex('deployment_steps_deployment_seq_unique').on(table.deploymentId, table.seq)],
);

/**
 * How a deployment changed its slice's topology. Beside the deployments, since a topology may be large and lists of deployments do
 * not show it.
 */
export const topologyChanges = mysqlTable(
  'topology_changes',
  {
    deploymentId: id('deployment_id')
      .primaryKey()
      .references(() => deployments.id, { onDelete: 'cascade' }),
    sliceId: id('slice_id')
      .notNull()
      .references(() => slices.id, { onDelete: 'cascade' }),
    /** The one that it made. */
    version: int('version', { unsigned: true }).notNull(),
    /** What the slice's topology was before, to go back to. Null of a step of a run of link changes: there are many, and the run goes back itself. */
    before: json('before').$type<Topology>(),
    changes: json('changes').$type<PlanChange[]>().notNull(),
  },
  (table) => [uniqueIndex('topology_changes_slice_version_unique').on(table.sliceId, table.version)],
);

/** Append-only. Appending locks the slice's row first, so that the ids of one slice are committed in their order. */
export const events = mysqlTable(
  'events',
  {
    id: primaryId(),
    sliceId: id('slice_id')
      .notNull()
      .references(() => slices.id, { onDelete: 'cascade' }),
    data: json('data').$type<EventData>().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    index('events_slice_id_index').on(table.sliceId, table.id),
    // what happened while a deployment went on
    index('events_slice_created_index').on(table.sliceId, table.createdAt, table.id),
  ],
);
