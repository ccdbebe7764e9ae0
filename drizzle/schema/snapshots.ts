import { boolean, index, int, json, mysqlEnum, mysqlTable, uniqueIndex, varchar } from 'drizzle-orm/mysql-core';
import { snapshotStatuses, type SnapshotContent } from '#shared/snapshot';
import { createdAt, id, instant, liveKey, primaryId } from '../columns';
import { images } from './catalogue';
import { slices, sliceVms } from './slices';
import { users } from './users';

/**
 * What a slice was at one instant, kept by its provider. A row is there as long as anything of it may be there: one that is removed
 * (`removedAt`) goes when its provider has let go of it.
 */
export const sliceSnapshots = mysqlTable(
  'slice_snapshots',
  {
    id: primaryId(),
    sliceId: id('slice_id')
      .notNull()
      .references(() => slices.id, { onDelete: 'cascade' }),
    name: varchar('name', { length: 63 }).notNull(),
    /** Of what was there before another one was restored: each slice keeps the newest of these. */
    automatic: boolean('automatic').notNull(),
    status: mysqlEnum('status', snapshotStatuses).notNull().default('making'),
    /** What it has on the zone's disk by itself; of disks only what changes later comes to it. */
    sizeMb: int('size_mb', { unsigned: true }),
    content: json('content').$type<SnapshotContent>().notNull(),
    createdBy: id('created_by')
      .notNull()
      .references(() => users.id, { onDelete: 'restrict' }),
    createdAt: createdAt(),
    removedAt: instant('removed_at'),
    liveKey: liveKey('removed_at'),
  },
  (table) => [
    uniqueIndex('slice_snapshots_slice_live_name_unique').on(table.sliceId, table.liveKey),
    index('slice_snapshots_slice_id_index').on(table.sliceId, table.id),
    index('slice_snapshots_created_by_index').on(table.createdBy),
    index('slice_snapshots_removed_at_index').on(table.removedAt),
  ],
);

/**
 * VMs of a slice that was cloned from a snapshot: whose disk in it their own begins with. A row is there until the VM is deployed; as long
 * as it is, nothing of the snapshot is let go of, but with its slice. Null: that has happened.
 */
export const firstDisks = mysqlTable(
  'first_disks',
  {
    sliceVmId: id('slice_vm_id')
      .primaryKey()
      .references(() => sliceVms.id, { onDelete: 'cascade' }),
    sliceId: id('slice_id')
      .notNull()
      .references(() => slices.id, { onDelete: 'cascade' }),
    snapshotId: id('snapshot_id').references(() => sliceSnapshots.id, { onDelete: 'set null' }),
    /** The slice of the snapshot, and the VM in it. */
    fromSliceId: id('from_slice_id').notNull(),
    fromVmId: id('from_vm_id').notNull(),
    /** What the disk lies over: a VM that is given another image begins with that. */
    imageId: id('image_id')
      .notNull()
      .references(() => images.id, { onDelete: 'cascade' }),
  },
  (table) => [
    index('first_disks_slice_id_index').on(table.sliceId),
    index('first_disks_snapshot_id_index').on(table.snapshotId),
    index('first_disks_image_id_index').on(table.imageId),
  ],
);
