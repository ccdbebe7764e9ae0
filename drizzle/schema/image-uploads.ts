import { index, int, mysqlEnum, mysqlTable, varchar } from 'drizzle-orm/mysql-core';
import { limits } from '#shared/limits';
import { uploadFormats, uploadStates } from '#shared/image-upload';
import { createdAt, id, instant, primaryId, sentences } from '../columns';
import { images } from './catalogue';
import { homes } from './homes';
import { slices, sliceVms } from './slices';
import { users } from './users';

/** Files that are to become images: while they come, are checked and converted, and for a while how that ended. */
export const imageUploads = mysqlTable(
  'image_uploads',
  {
    id: primaryId(),
    ownerId: id('owner_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** In whose data folder its bytes are. Null: the only server's. */
    homeId: id('home_id').references(() => homes.id, { onDelete: 'cascade' }),
    /** What the image is to be called. */
    name: varchar('name', { length: 63 }).notNull(),
    fileName: varchar('file_name', { length: 255 }).notNull(),
    /** Null: not known yet. */
    sizeBytes: id('size_bytes'),
    /** Where it is fetched from; null: it is uploaded. Without a query, which may be a secret, once it has ended. */
    url: varchar('url', { length: limits.imageUrlLength }),
    /** Of a disk that is saved: whose it is, while that is there. */
    sliceId: id('slice_id').references(() => slices.id, { onDelete: 'set null' }),
    vmId: id('vm_id').references(() => sliceVms.id, { onDelete: 'set null' }),
    /** What is to be said of the image; null: what its file is called. */
    description: varchar('description', { length: limits.descriptionLength }),
    receivedBytes: id('received_bytes').notNull().default(0),
    /** Of all its bytes: what the sender says, then what was found. */
    sha256: varchar('sha256', { length: 64 }),
    state: mysqlEnum('state', uploadStates).notNull().default('uploading'),
    /** Of the conversion, and of what is saved. */
    percent: int('percent', { unsigned: true }),
    format: mysqlEnum('format', uploadFormats),
    /** Of one that is ready. */
    imageId: id('image_id').references(() => images.id, { onDelete: 'cascade' }),
    /** Of one that failed: the sentence that says why. */
    error: varchar('error', { length: 500 }),
    sentences: sentences(),
    createdAt: createdAt(),
    /** When a piece of it came, or its state changed. */
    touchedAt: instant('touched_at').notNull(),
  },
  (table) => [
    index('image_uploads_owner_id_index').on(table.ownerId, table.id),
    index('image_uploads_state_index').on(table.state, table.touchedAt),
    index('image_uploads_home_id_index').on(table.homeId),
    index('image_uploads_image_id_index').on(table.imageId),
    index('image_uploads_slice_id_index').on(table.sliceId),
    index('image_uploads_vm_id_index').on(table.vmId),
  ],
);
