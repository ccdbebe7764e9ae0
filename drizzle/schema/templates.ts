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
  smallint,
  uniqueIndex,
  varchar,
} from 'drizzle-orm/mysql-core';
import type { z } from 'zod';
import { limits } from '#shared/limits';
import { templateShareLevels } from '#shared/sharing';
import type { draftDocumentSchema } from '#shared/template-draft';
import type { Pointed } from '#shared/presence';
import type { Forward } from '#shared/topology/forward';
import {
  annotations,
  createdAt,
  exactText,
  extraDiskGb,
  id,
  instant,
  liveKey,
  parameters,
  primaryId,
  properties,
  sortKey,
} from '../columns';
import { flavours, images } from './catalogue';
import { users } from './users';

/** A named topology of an owner. The drawing is in its revisions. */
export const templates = mysqlTable(
  'templates',
  {
    id: primaryId(),
    ownerId: id('owner_id')
      .notNull()
      .references(() => users.id, { onDelete: 'restrict' }),
    name: varchar('name', { length: 63 }).notNull(),
    description: varchar('description', { length: 500 }).notNull().default(''),
    /** Set: every user sees it. */
    publishedAt: instant('published_at'),
    /** The living ones of these, so that an index has them in the orders of the list. */
    published: boolean('published').generatedAlwaysAs(sql`(published_at is not null and deleted_at is null)`, {
      mode: 'stored',
    }),
    /** Number of the current revision. */
    revision: int('revision', { unsigned: true }).notNull().default(1),
    createdAt: createdAt(),
    updatedAt: instant('updated_at')
      .notNull()
      .default(sql`(utc_timestamp(3))`),
    deletedAt: instant('deleted_at'),
    /** By which rules its `template_words` were made; 0: they are still to be made (`server/domain/templates/words.ts`). */
    wordsVersion: smallint('words_version', { unsigned: true }).notNull().default(0),
    liveKey: liveKey('deleted_at'),
    sortKey: sortKey(),
  },
  (table) => [
    uniqueIndex('templates_owner_live_name_unique').on(table.ownerId, table.liveKey),
    // the orders of the list, with what its filter needs
    index('templates_owner_created_index').on(table.ownerId, table.deletedAt, table.id),
    index('templates_published_created_index').on(table.published, table.id),
    index('templates_owner_updated_index').on(table.ownerId, table.deletedAt, table.updatedAt, table.id),
    index('templates_owner_sort_key_index').on(table.ownerId, table.deletedAt, table.sortKey, table.id),
    index('templates_published_updated_index').on(table.published, table.updatedAt, table.id),
    index('templates_published_sort_key_index').on(table.published, table.sortKey, table.id),
    index('templates_words_version_index').on(table.wordsVersion),
  ],
);

/** What its owner files it under. Whoever sees a template sees its tags. */
export const templateTags = mysqlTable(
  'template_tags',
  {
    id: primaryId(),
    templateId: id('template_id')
      .notNull()
      .references(() => templates.id, { onDelete: 'cascade' }),
    tag: exactText(limits.tagLength)('tag').notNull(),
  },
  (table) => [
    uniqueIndex('template_tags_template_tag_unique').on(table.templateId, table.tag),
    index('template_tags_tag_index').on(table.tag, table.templateId),
  ],
);

/** What a search finds a template by, besides its name: the words of its description and of its current drawing, without accents, in lower case. */
export const templateWords = mysqlTable(
  'template_words',
  {
    id: primaryId(),
    templateId: id('template_id')
      .notNull()
      .references(() => templates.id, { onDelete: 'cascade' }),
    word: exactText(limits.wordLength)('word').notNull(),
  },
  (table) => [uniqueIndex('template_words_template_word_unique').on(table.templateId, table.word)],
);

/** Named users that see a template of somebody else's. */
export const templateShares = mysqlTable(
  'template_shares',
  {
    id: primaryId(),
    templateId: id('template_id')
      .notNull()
      .references(() => templates.id, { onDelete: 'cascade' }),
    userId: id('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    level: mysqlEnum('level', templateShareLevels).notNull().default('view'),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex('template_shares_template_user_unique').on(table.templateId, table.userId),
    index('template_shares_user_id_index').on(table.userId, table.templateId),
  ],
);

/** What somebody has drawn and not saved, the newest of each: kept for them, and no revision. */
export const templateDrafts = mysqlTable(
  'template_drafts',
  {
    id: primaryId(),
    userId: id('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** 0: a template that was never saved, so that of this, too, everybody has one. */
    templateId: id('template_id').notNull(),
    /** That the work began with. */
    revision: int('revision', { unsigned: true }),
    document: json('document').$type<z.infer<typeof draftDocumentSchema>>().notNull(),
    savedAt: instant('saved_at').notNull(),
  },
  (table) => [
    uniqueIndex('template_drafts_user_template_unique').on(table.userId, table.templateId),
    index('template_drafts_saved_at_index').on(table.savedAt),
  ],
);

/**
 * Pages that have a template open, while several servers share the database: each says so every few seconds of those whose stream it has, and nothing
 * of it is kept longer.
 */
export const templatePresence = mysqlTable(
  'template_presence',
  {
    page: varchar('page', { length: 22 }).primaryKey(),
    templateId: id('template_id')
      .notNull()
      .references(() => templates.id, { onDelete: 'cascade' }),
    userId: id('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    pointed: json('pointed').$type<Pointed>().notNull(),
    /** When it pointed there, ms since the epoch. */
    at: bigint('at', { mode: 'number', unsigned: true }).notNull(),
    seenAt: instant('seen_at').notNull(),
  },
  (table) => [
    index('template_presence_template_id_index').on(table.templateId, table.seenAt),
    index('template_presence_user_id_index').on(table.userId),
    index('template_presence_seen_at_index').on(table.seenAt),
  ],
);

/** Immutable: saving a drawing adds one. */
export const templateRevisions = mysqlTable(
  'template_revisions',
  {
    id: primaryId(),
    templateId: id('template_id')
      .notNull()
      .references(() => templates.id, { onDelete: 'cascade' }),
    number: int('number', { unsigned: true }).notNull(),
    createdBy: id('created_by')
      .notNull()
      .references(() => users.id, { onDelete: 'restrict' }),
    /** What who saved it says of it. */
    message: varchar('message', { length: limits.revisionMessageLength }).notNull().default(''),
    /** The older one whose drawing it has again. */
    restoredFrom: int('restored_from', { unsigned: true }),
    annotations: annotations(),
    parameters: parameters(),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex('template_revisions_template_number_unique').on(table.templateId, table.number),
    index('template_revisions_created_by_index').on(table.createdBy),
  ],
);

export const templateVms = mysqlTable(
  'template_vms',
  {
    id: primaryId(),
    revisionId: id('revision_id')
      .notNull()
      .references(() => templateRevisions.id, { onDelete: 'cascade' }),
    key: varchar('key', { length: 64 }).notNull(),
    name: varchar('name', { length: 63 }).notNull(),
    flavourId: id('flavour_id')
      .notNull()
      .references(() => flavours.id, { onDelete: 'restrict' }),
    imageId: id('image_id')
      .notNull()
      .references(() => images.id, { onDelete: 'restrict' }),
    extraDiskGb: extraDiskGb(),
    internet: boolean('internet').notNull().default(false),
    forwards: json('forwards').$type<Forward[]>().notNull(),
    x: double('x').notNull(),
    y: double('y').notNull(),
    properties: properties(),
  },
  (table) => [
    uniqueIndex('template_vms_revision_key_unique').on(table.revisionId, table.key),
    uniqueIndex('template_vms_revision_name_unique').on(table.revisionId, table.name),
    index('template_vms_flavour_id_index').on(table.flavourId),
    index('template_vms_image_id_index').on(table.imageId),
  ],
);

export const templateNetworks = mysqlTable(
  'template_networks',
  {
    id: primaryId(),
    revisionId: id('revision_id')
      .notNull()
      .references(() => templateRevisions.id, { onDelete: 'cascade' }),
    key: varchar('key', { length: 64 }).notNull(),
    name: varchar('name', { length: 63 }).notNull(),
    x: double('x').notNull(),
    y: double('y').notNull(),
    properties: properties(),
  },
  (table) => [uniqueIndex('template_networks_revision_key_unique').on(table.revisionId, table.key)],
);

export const templateEdges = mysqlTable(
  'template_edges',
  {
    id: primaryId(),
    revisionId: id('revision_id')
      .notNull()
      .references(() => templateRevisions.id, { onDelete: 'cascade' }),
    key: varchar('key', { length: 64 }).notNull(),
    sourceVmId: id('source_vm_id').notNull(),
    /** Exactly one of the two targets is set. */
    targetVmId: id('target_vm_id'),
    targetNetworkId: id('target_network_id'),
    properties: properties(),
  },
  (table) => [
    uniqueIndex('template_edges_revision_key_unique').on(table.revisionId, table.key),
    // named by hand: MySQL's 64 characters are too few for the generated names
    foreignKey({
      name: 'template_edges_source_vm_fk',
      columns: [table.sourceVmId],
      foreignColumns: [templateVms.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'template_edges_target_vm_fk',
      columns: [table.targetVmId],
      foreignColumns: [templateVms.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'template_edges_target_network_fk',
      columns: [table.targetNetworkId],
      foreignColumns: [templateNetworks.id],
    }).onDelete('cascade'),
  ],
);
