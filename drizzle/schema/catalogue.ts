import { sql } from 'drizzle-orm';
import { boolean, index, int, json, mysqlEnum, mysqlTable, uniqueIndex, varchar } from 'drizzle-orm/mysql-core';
import { imageKinds } from '#shared/image';
import { providerKinds, type overcommitSchema } from '#shared/zone';
import type { z } from 'zod';
import { createdAt, instant, primaryId } from '../columns';

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
    liveName: varchar('live_name', { length: 63 }).generatedAlwaysAs(
      sql`(case when retired_at is null then name else null end)`,
      { mode: 'stored' },
    ),
    createdAt: createdAt(),
  },
  (table) => [uniqueIndex('flavours_live_name_unique').on(table.liveName), index('flavours_name_index').on(table.name)],
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
    retiredAt: instant('retired_at'),
    liveName: varchar('live_name', { length: 63 }).generatedAlwaysAs(
      sql`(case when retired_at is null then name else null end)`,
      { mode: 'stored' },
    ),
    createdAt: createdAt(),
  },
  (table) => [uniqueIndex('images_live_name_unique').on(table.liveName), index('images_name_index').on(table.name)],
);

/** Places to deploy to. */
export const availabilityZones = mysqlTable(
  'availability_zones',
  {
    id: primaryId(),
    name: varchar('name', { length: 63 }).notNull(),
    provider: mysqlEnum('provider', providerKinds).notNull(),
    enabled: boolean('enabled').notNull().default(true),
    /** Null: what the provider measures. */
    limitVcpus: int('limit_vcpus', { unsigned: true }),
    limitRamMb: int('limit_ram_mb', { unsigned: true }),
    limitDiskGb: int('limit_disk_gb', { unsigned: true }),
    overcommit: json('overcommit').$type<z.infer<typeof overcommitSchema>>().notNull(),
    createdAt: createdAt(),
  },
  (table) => [uniqueIndex('availability_zones_name_unique').on(table.name)],
);
