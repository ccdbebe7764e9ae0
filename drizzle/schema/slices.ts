import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  double,
  foreignKey,
  index,
  int,
  json,
  mysqlEnum,
  mysqlTable,
  text,
  uniqueIndex,
  varchar,
} from 'drizzle-orm/mysql-core';
import type { Applied } from '#shared/deployment/applied';
import { edgeStatuses, sliceStatuses, vmDesiredStates, vmStatuses, type ForwardState } from '#shared/slice-status';
import { driftPolicies } from '#shared/drift';
import { consoleKinds } from '#shared/image';
import { shareLevels } from '#shared/sharing';
import type { ParameterValues } from '#shared/topology/parameters/schema';
import {
  annotations,
  createdAt,
  extraDiskGb,
  id,
  instant,
  liveKey,
  primaryId,
  sentences,
  properties,
} from '../columns';
import { availabilityZones, flavours, images } from './catalogue';
import { templates } from './templates';
import { users } from './users';

/** What its provider has applied of it, as last observed: whoever cannot ask the provider plans by it. */
const applied = () => json('applied').$type<Applied>();

/** An instance of a topology. Holds its own copy; a destroyed one stays as history and frees its name. */
export const slices = mysqlTable(
  'slices',
  {
    id: primaryId(),
    ownerId: id('owner_id')
      .notNull()
      .references(() => users.id, { onDelete: 'restrict' }),
    zoneId: id('zone_id')
      .notNull()
      .references(() => availabilityZones.id, { onDelete: 'restrict' }),
    templateId: id('template_id').references(() => templates.id, { onDelete: 'set null' }),
    templateRevision: int('template_revision', { unsigned: true }),
    /** Grows with every change of its topology, that of two who draw at once one is told. */
    topologyVersion: int('topology_version', { unsigned: true }).notNull().default(1),
    name: varchar('name', { length: 63 }).notNull(),
    status: mysqlEnum('status', sliceStatuses).notNull().default('draft'),
    /** Whether the VMs that ran come back by themselves after the machine that they run on was restarted. */
    restartAfterReboot: boolean('restart_after_reboot').notNull().default(false),
    /** What is done about what is not as it was asked for. */
    driftPolicy: mysqlEnum('drift_policy', driftPolicies).notNull().default('report'),
    /** Healing failed too often in a row: the server does not begin it by itself until somebody has done something. */
    healGaveUpAt: instant('heal_gave_up_at'),
    /** A repeat of the same `create` finds the first one. */
    idempotencyKey: varchar('idempotency_key', { length: 64 }),
    createdAt: createdAt(),
    updatedAt: instant('updated_at')
      .notNull()
      .default(sql`(utc_timestamp(3))`),
    deletedAt: instant('deleted_at'),
    liveKey: liveKey('deleted_at'),
  },
  (table) => [
    uniqueIndex('slices_owner_live_name_unique').on(table.ownerId, table.liveKey),
    uniqueIndex('slices_owner_idempotency_unique').on(table.ownerId, table.idempotencyKey),
    index('slices_owner_updated_index').on(table.ownerId, table.deletedAt, table.updatedAt, table.id),
    index('slices_updated_index').on(table.deletedAt, table.updatedAt, table.id),
    index('slices_owner_status_updated_index').on(table.ownerId, table.status, table.updatedAt, table.id),
    index('slices_status_updated_index').on(table.status, table.updatedAt, table.id),
    index('slices_zone_index').on(table.zoneId, table.deletedAt),
    // what runs is found beside any number of those at rest
    index('slices_zone_status_index').on(table.zoneId, table.status, table.id),
    index('slices_template_id_index').on(table.templateId),
  ],
);

/** Named users that see, or also operate, a slice of somebody else's. */
export const sliceShares = mysqlTable(
  'slice_shares',
  {
    id: primaryId(),
    sliceId: id('slice_id')
      .notNull()
      .references(() => slices.id, { onDelete: 'cascade' }),
    userId: id('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    level: mysqlEnum('level', shareLevels).notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex('slice_shares_slice_user_unique').on(table.sliceId, table.userId),
    index('slice_shares_user_id_index').on(table.userId, table.sliceId),
  ],
);

/** Sizes are copied from the flavour, so that a later edit of it changes nothing that exists. */
export const sliceVms = mysqlTable(
  'slice_vms',
  {
    id: primaryId(),
    sliceId: id('slice_id')
      .notNull()
      .references(() => slices.id, { onDelete: 'cascade' }),
    key: varchar('key', { length: 64 }).notNull(),
    name: varchar('name', { length: 63 }).notNull(),
    flavourId: id('flavour_id')
      .notNull()
      .references(() => flavours.id, { onDelete: 'restrict' }),
    imageId: id('image_id')
      .notNull()
      .references(() => images.id, { onDelete: 'restrict' }),
    vcpus: int('vcpus', { unsigned: true }).notNull(),
    ramMb: int('ram_mb', { unsigned: true }).notNull(),
    diskGb: int('disk_gb', { unsigned: true }).notNull(),
    extraDiskGb: extraDiskGb(),
    internet: boolean('internet').notNull(),
    forwards: json('forwards').$type<ForwardState[]>().notNull(),
    x: double('x').notNull(),
    y: double('y').notNull(),
    properties: properties(),
    /** Written by deployments only. */
    desired: mysqlEnum('desired', vmDesiredStates).notNull().default('absent'),
    /** Written by what observes only. */
    status: mysqlEnum('status', vmStatuses).notNull().default('absent'),
    observedAt: instant('observed_at'),
    applied: applied(),
    error: varchar('error', { length: 500 }),
    sentences: sentences(),
  },
  (table) => [
    uniqueIndex('slice_vms_slice_key_unique').on(table.sliceId, table.key),
    index('slice_vms_flavour_id_index').on(table.flavourId),
    index('slice_vms_image_id_index').on(table.imageId),
    index('slice_vms_status_index').on(table.status, table.sliceId),
  ],
);

export const sliceNetworks = mysqlTable(
  'slice_networks',
  {
    id: primaryId(),
    sliceId: id('slice_id')
      .notNull()
      .references(() => slices.id, { onDelete: 'cascade' }),
    key: varchar('key', { length: 64 }).notNull(),
    name: varchar('name', { length: 63 }).notNull(),
    subnet: varchar('subnet', { length: 43 }).notNull(),
    x: double('x').notNull(),
    y: double('y').notNull(),
    properties: properties(),
    status: mysqlEnum('status', edgeStatuses).notNull().default('absent'),
    applied: applied(),
  },
  (table) => [uniqueIndex('slice_networks_slice_key_unique').on(table.sliceId, table.key)],
);

/** Addresses and NIC numbers are allocated when the slice is made and never change. */
export const sliceEdges = mysqlTable(
  'slice_edges',
  {
    id: primaryId(),
    sliceId: id('slice_id')
      .notNull()
      .references(() => slices.id, { onDelete: 'cascade' }),
    key: varchar('key', { length: 64 }).notNull(),
    sourceVmId: id('source_vm_id').notNull(),
    targetVmId: id('target_vm_id'),
    targetNetworkId: id('target_network_id'),
    subnet: varchar('subnet', { length: 43 }).notNull(),
    sourceAddress: varchar('source_address', { length: 43 }).notNull(),
    targetAddress: varchar('target_address', { length: 43 }),
    /** Number of the NIC inside the VM, from 0. */
    sourceNic: int('source_nic', { unsigned: true }).notNull(),
    targetNic: int('target_nic', { unsigned: true }),
    properties: properties(),
    status: mysqlEnum('status', edgeStatuses).notNull().default('absent'),
    observedAt: instant('observed_at'),
    applied: applied(),
  },
  (table) => [
    uniqueIndex('slice_edges_slice_key_unique').on(table.sliceId, table.key),
    foreignKey({
      name: 'slice_edges_source_vm_fk',
      columns: [table.sourceVmId],
      foreignColumns: [sliceVms.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'slice_edges_target_vm_fk',
      columns: [table.targetVmId],
      foreignColumns: [sliceVms.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'slice_edges_target_network_fk',
      columns: [table.targetNetworkId],
      foreignColumns: [sliceNetworks.id],
    }).onDelete('cascade'),
  ],
);

/** Beside the slice's row, which is read for every operation. Only slices that have any have one. */
export const sliceAnnotations = mysqlTable('slice_annotations', {
  sliceId: id('slice_id')
    .primaryKey()
    .references(() => slices.id, { onDelete: 'cascade' }),
  annotations: annotations().notNull(),
});

/** The values that a slice was made of its template with, for when it becomes the template's newest. Only slices that were asked for any have one. */
export const sliceParameters = mysqlTable('slice_parameters', {
  sliceId: id('slice_id')
    .primaryKey()
    .references(() => slices.id, { onDelete: 'cascade' }),
  values: json('values').$type<ParameterValues>().notNull(),
  /** Those that are secret, encrypted together (`server/domain/seal.ts`). */
  sealed: text('sealed'),
});

/** One-time, short-lived, for one user and one VM. Only a SHA-256 is kept. */
export const consoleTokens = mysqlTable(
  'console_tokens',
  {
    id: primaryId(),
    tokenHash: varchar('token_hash', { length: 64 }).notNull(),
    userId: id('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    sliceVmId: id('slice_vm_id')
      .notNull()
      .references(() => sliceVms.id, { onDelete: 'cascade' }),
    kind: mysqlEnum('kind', consoleKinds).notNull().default('serial'),
    expiresAt: instant('expires_at').notNull(),
    usedAt: instant('used_at'),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex('console_tokens_token_hash_unique').on(table.tokenHash),
    index('console_tokens_user_id_index').on(table.userId),
    index('console_tokens_slice_vm_id_index').on(table.sliceVmId),
    index('console_tokens_expires_at_index').on(table.expiresAt),
  ],
);

/**
 * What the slices of a zone are and hold together, kept by those who make slices and write their statuses: adding up a million
 * slices takes seconds. A zone without a row has had none.
 */
export const zoneSums = mysqlTable('zone_sums', {
  zoneId: id('zone_id')
    .primaryKey()
    .references(() => availabilityZones.id, { onDelete: 'cascade' }),
  /** Those that were not destroyed. */
  slices: bigint('slices', { mode: 'number' }).notNull(),
  /** Of the VMs of slices that hold resources: neither drafts nor destroyed. RAM in MiB, disk in GiB. */
  vcpus: bigint('vcpus', { mode: 'number' }).notNull(),
  ramMb: bigint('ram_mb', { mode: 'number' }).notNull(),
  diskGb: bigint('disk_gb', { mode: 'number' }).notNull(),
});
