import { index, mysqlEnum, mysqlTable, uniqueIndex, varchar } from 'drizzle-orm/mysql-core';
import { admissions, joinStates } from '#shared/networks/words';
import { createdAt, id, instant, primaryId, sentences } from '../columns';
import { availabilityZones } from './catalogue';
import { sliceNetworks, slices } from './slices';

/** Networks of slices that networks of other slices of the zone may join. Goes with its network. */
export const networkPublications = mysqlTable(
  'network_publications',
  {
    id: primaryId(),
    networkId: id('network_id')
      .notNull()
      .references(() => sliceNetworks.id, { onDelete: 'cascade' }),
    sliceId: id('slice_id')
      .notNull()
      .references(() => slices.id, { onDelete: 'cascade' }),
    zoneId: id('zone_id')
      .notNull()
      .references(() => availabilityZones.id, { onDelete: 'cascade' }),
    description: varchar('description', { length: 500 }).notNull(),
    admission: mysqlEnum('admission', admissions).notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex('network_publications_network_unique').on(table.networkId),
    index('network_publications_slice_id_index').on(table.sliceId),
    index('network_publications_zone_index').on(table.zoneId, table.id),
  ],
);

/** Networks that join, or ask to join, a published one of another slice. */
export const networkJoins = mysqlTable(
  'network_joins',
  {
    id: primaryId(),
    /** Null once that is withdrawn: the join has ended then. */
    publicationId: id('publication_id').references(() => networkPublications.id, { onDelete: 'set null' }),
    hostNetworkId: id('host_network_id')
      .notNull()
      .references(() => sliceNetworks.id, { onDelete: 'cascade' }),
    hostSliceId: id('host_slice_id')
      .notNull()
      .references(() => slices.id, { onDelete: 'cascade' }),
    networkId: id('network_id')
      .notNull()
      .references(() => sliceNetworks.id, { onDelete: 'cascade' }),
    sliceId: id('slice_id')
      .notNull()
      .references(() => slices.id, { onDelete: 'cascade' }),
    /** The part of the published network's subnet that the NICs of this one have their addresses in. */
    block: varchar('block', { length: 43 }).notNull(),
    /** When the publisher's owner has agreed; null while that is asked for. */
    acceptedAt: instant('accepted_at'),
    /** It is over: the networks are to be parted, then the row goes. */
    endedAt: instant('ended_at'),
    /** Written by the server that serves the zone only. */
    state: mysqlEnum('state', joinStates).notNull().default('apart'),
    /** Why networks that should be joined are apart. */
    error: varchar('error', { length: 500 }),
    sentences: sentences(),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex('network_joins_network_unique').on(table.networkId),
    // two networks of one slice cannot be in one subnet
    uniqueIndex('network_joins_host_slice_unique').on(table.hostNetworkId, table.sliceId),
    index('network_joins_publication_id_index').on(table.publicationId),
    index('network_joins_host_slice_id_index').on(table.hostSliceId),
    index('network_joins_slice_id_index').on(table.sliceId),
  ],
);
