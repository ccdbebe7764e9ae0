import { sql } from 'drizzle-orm';
import {
  boolean,
  index,
  int,
  json,
  mysqlEnum,
  mysqlTable,
  primaryKey,
  uniqueIndex,
  varchar,
} from 'drizzle-orm/mysql-core';
import { imageKinds, imageVisibilities, imageZoneStates } from '#shared/image';
import { providerKinds, type overcommitSchema, type ZoneReport } from '#shared/zone';
import type { z } from 'zod';
import { createdAt, id, instant, liveKey, primaryId, sentences, sortKey, uniqueKey } from '../columns';
import { homes } from './homes';
import { users } from './users';

/** VM sizes. RAM in MiB, disk in GiB. A retired one frees its name. */
export const flavours = mysqlTable(
  'flavours',
  {
    id: primaryId(),
    name: varchar('name', { length: 63 }).notNull(),
    vcpus: int('vcpus', { unsigned: true }).notNull(),
    ramMb: int('ram_mb', { unsigned: true }).notNull(),
    diskGb: int('disk_gb', { unsigned: true }).notNull(),
    retiredAt: instant('retired_at'),
    liveKey: liveKey('retired_at'),
    sortKey: sortKey(),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex('flavours_live_name_unique').on(table.liveKey),
    index('flavours_sort_key_index').on(table.sortKey, table.id),
  ],
);

/** What VMs boot. `source` and `sha256` as in shared/image.ts. */
export const images = mysqlTable(
  'images',
  {
    id: primaryId(),
    name: varchar('name', { length: 63 }).notNull(),
    description: varchar('description', { length: 500 }).notNull().default(''),
    kind: mysqlEnum('kind', imageKinds).notNull(),
    source: varchar('source', { length: 1000 }).notNull(),
    sha256: varchar('sha256', { length: 64 }),
    /** Set once a zone has prepared it. */
    sizeMb: int('size_mb', { unsigned: true }),
    minRamMb: int('min_ram_mb', { unsigned: true }).notNull().default(0),
    minDiskGb: int('min_disk_gb', { unsigned: true }).notNull().default(0),
    readyMarker: varchar('ready_marker', { length: 100 }),
    /** Whose own it is; null: the catalogue's. */
    ownerId: id('owner_id').references(() => users.id, { onDelete: 'restrict' }),
    /** Who may see and take it besides its owner. Of the catalogue's: all. */
    visibility: mysqlEnum('visibility', imageVisibilities).notNull().default('all'),
    /** In which its name is unique: each owner's, and the catalogue's, which is 0. */
    ownerKey: id('owner_key').generatedAlwaysAs(sql`(coalesce(owner_id, 0))`, { mode: 'stored' }),
    retiredAt: instant('retired_at'),
    /** What zones have prepared of it is to go, since nothing uses it; null again as soon as one has it anew. */
    prunedAt: instant('pruned_at'),
    liveKey: liveKey('retired_at'),
    sortKey: sortKey(),
    createdAt: createdAt(),
  },
  (table) => [
    // what keepers look for again and again
    index('images_pruned_at_index').on(table.prunedAt),
    uniqueIndex('images_owner_live_name_unique').on(table.ownerKey, table.liveKey),
    index('images_sort_key_index').on(table.sortKey, table.id),
    // what the list unites: one's own, and everybody's
    index('images_owner_sort_key_index').on(table.ownerId, table.sortKey, table.id),
    index('images_visibility_sort_key_index').on(table.visibility, table.sortKey, table.id),
  ],
);

/** Named users that may take an image of somebody else's, while that one is `shared`. */
export const imageShares = mysqlTable(
  'image_shares',
  {
    imageId: id('image_id')
      .notNull()
      .references(() => images.id, { onDelete: 'cascade' }),
    userId: id('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.imageId, table.userId] }),
    index('image_shares_user_id_index').on(table.userId, table.imageId),
  ],
);

/** Places to deploy to. */
export const availabilityZones = mysqlTable(
  'availability_zones',
  {
    id: primaryId(),
    name: varchar('name', { length: 63 }).notNull(),
    provider: mysqlEnum('provider', providerKinds).notNull(),
    enabled: boolean('enabled').notNull().default(true),
    /** Whose data folder its VMs are in. Null: no server's yet, or the provider is not local. */
    homeId: id('home_id').references(() => homes.id, { onDelete: 'restrict' }),
    /** By an administrator, from its home: no server adopts it. */
    released: boolean('released').notNull().default(false),
    /** Null: what the provider measures. */
    limitVcpus: int('limit_vcpus', { unsigned: true }),
    limitRamMb: int('limit_ram_mb', { unsigned: true }),
    limitDiskGb: int('limit_disk_gb', { unsigned: true }),
    overcommit: json('overcommit').$type<z.infer<typeof overcommitSchema>>().notNull(),
    /** Plain settings by their names (`shared/zone-settings.ts`); null, and what is not there: the defaults. */
    settings: json('settings').$type<Record<string, unknown>>(),
    /** Secret ones by their names, each sealed for this row and this name (`server/domain/zones/settings.ts`). */
    secrets: json('secrets').$type<Record<string, string>>(),
    /** Grows with every change of them, so that whoever keeps a provider sees that it has to be told. */
    settingsVersion: int('settings_version', { unsigned: true }).notNull().default(0),
    sortKey: sortKey(),
    /** Zones are deleted for good. */
    uniqueKey: uniqueKey(),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex('availability_zones_name_unique').on(table.uniqueKey),
    index('availability_zones_home_id_index').on(table.homeId),
  ],
);

/** What zones last said of the images: a zone without a row has nothing of one. Written by the zone's server. */
export const imageStates = mysqlTable(
  'image_states',
  {
    imageId: id('image_id')
      .notNull()
      .references(() => images.id, { onDelete: 'cascade' }),
    zoneId: id('zone_id')
      .notNull()
      .references(() => availabilityZones.id, { onDelete: 'cascade' }),
    state: mysqlEnum('state', imageZoneStates).notNull(),
    /** Of a broken one: the sentence that says why. */
    reason: varchar('reason', { length: 1000 }),
    sentences: sentences(),
    doneMb: int('done_mb', { unsigned: true }),
    totalMb: int('total_mb', { unsigned: true }),
    at: instant('at').notNull(),
    /** Who has asked for the check that waits or is under way, to be told how it ended; null for nobody. */
    askedBy: id('asked_by'),
  },
  (table) => [
    primaryKey({ columns: [table.imageId, table.zoneId] }),
    index('image_states_zone_id_index').on(table.zoneId),
    index('image_states_state_index').on(table.state),
  ],
);

/** What the home of a zone said of it last, for the servers that cannot look themselves. Written by the home only. */
export const zoneReports = mysqlTable('zone_reports', {
  zoneId: id('zone_id')
    .primaryKey()
    .references(() => availabilityZones.id, { onDelete: 'cascade' }),
  report: json('report').$type<ZoneReport>().notNull(),
  observedAt: instant('observed_at').notNull(),
});

/** What servers ask of zones that are not theirs: that the home looks anew. Counted, so that clocks do not matter. */
export const zoneQuestions = mysqlTable('zone_questions', {
  zoneId: id('zone_id')
    .primaryKey()
    .references(() => availabilityZones.id, { onDelete: 'cascade' }),
  asked: int('asked', { unsigned: true }).notNull(),
  /** As many as had been asked when the home looked last for one of them. */
  answered: int('answered', { unsigned: true }).notNull().default(0),
});

/** Homes that a zone was taken from: what they have of it is removed by themselves, should they come back. */
export const zoneDepartures = mysqlTable(
  'zone_departures',
  {
    zoneId: id('zone_id')
      .notNull()
      .references(() => availabilityZones.id, { onDelete: 'cascade' }),
    homeId: id('home_id')
      .notNull()
      .references(() => homes.id, { onDelete: 'cascade' }),
  },
  (table) => [
    primaryKey({ columns: [table.zoneId, table.homeId] }),
    index('zone_departures_home_id_index').on(table.homeId),
  ],
);
