import { and, asc, desc, eq, getTableColumns, inArray, isNotNull, isNull, ne, type SQL } from 'drizzle-orm';
import { union } from 'drizzle-orm/mysql-core';
import { templateRevisions, templates, templateShares } from '#drizzle/schema/templates';
import { users } from '#drizzle/schema/users';
import type { templateSets } from '#shared/template';
import type { Queryable } from '#server/db/client';
import { after, before, contains, decodeCursor, instantCursor, nameCursor } from '../keyset';
import { only } from '../rows';
import { templateIsShared, templateSharedWith } from './shares';

const summaryColumns = (readerId: number) => ({
  ...getTableColumns(templates),
  ownerName: users.name,
  revisionId: templateRevisions.id,
  sharedWithAnybody: templateIsShared.mapWith(Boolean),
  sharedWithReader: templateSharedWith(readerId).mapWith(Boolean),
});
export type TemplateSummaryRow = Awaited<ReturnType<typeof templateRows>>[number];

/**
 * A page of templates with their current revisions' row ids, and one row more. `of`: the reader's own, those of others that
 * they see since they are shared with them or published, or all of these.
 */
export async function templateRows(
  q: Queryable,
  options: {
    readerId: number;
    of: (typeof templateSets)[number];
    limit: number;
    sort: 'updated' | 'name';
    cursor?: string | null | undefined;
    search?: string | undefined;
  },
) {
  const { readerId, of } = options;
  const limit = options.limit + 1;
  const byName = options.sort === 'name';
  const order = byName ? [asc(templates.name), asc(templates.id)] : [desc(templates.updatedAt), desc(templates.id)];
  const asked = and(
    isNull(templates.deletedAt),
    contains(templates.name, options.search),
    byName
      ? after(templates.name, templates.id, decodeCursor(nameCursor, options.cursor))
      : before(templates.updatedAt, templates.id, decodeCursor(instantCursor, options.cursor)),
  );
  const those = (where: SQL | undefined) =>
    q
      .select({ id: templates.id })
      .from(templates)
      .where(and(where, asked))
      .orderBy(...order)
      .limit(limit);
  const own = those(eq(templates.ownerId, readerId));
  const published = those(and(isNotNull(templates.publishedAt), ne(templates.ownerId, readerId)));
  const shared = q
    .select({ id: templates.id })
    .from(templateShares)
    .innerJoin(templates, eq(templates.id, templateShares.templateId))
    .where(and(eq(templateShares.userId, readerId), ne(templates.ownerId, readerId), asked))
    .orderBy(...order)
    .limit(limit);
  // first which, each part by an index of its own, then the rest of these: joined at once, all would be read and sorted
  const picked = { mine: () => own, shared: () => union(shared, published), all: () => union(own, shared, published) };
  const ids = (await picked[of]()).map((row) => row.id);
  return ids.length === 0 ? [] : summaryRows(q, readerId, inArray(templates.id, ids), order, limit);
}

/** The summary of one template, as the reader gets it. The caller has checked the access. */
export async function templateRow(q: Queryable, readerId: number, id: number): Promise<TemplateSummaryRow> {
  return only(await summaryRows(q, readerId, eq(templates.id, id), [], 1), `template ${id}`);
}

function summaryRows(q: Queryable, readerId: number, where: SQL | undefined, order: SQL[], limit: number) {
  return q
    .select(summaryColumns(readerId))
    .from(templates)
    .innerJoin(users, eq(users.id, templates.ownerId))
    .innerJoin(
      templateRevisions,
      and(eq(templateRevisions.templateId, templates.id), eq(templateRevisions.number, templates.revision)),
    )
    .where(where)
    .orderBy(...order)
    .limit(limit);
}

/** Which of `names` the owner's living templates have, in lower case. */
export async function takenTemplateNames(q: Queryable, ownerId: number, names: string[]): Promise<Set<string>> {
  const rows = await q
    .select({ name: templates.name })
    .from(templates)
    .where(and(eq(templates.ownerId, ownerId), inArray(templates.liveName, names)));
  return new Set(rows.map((row) => row.name.toLowerCase()));
}
