import { and, asc, desc, eq, getTableColumns, inArray, isNull } from 'drizzle-orm';
import { templateRevisions, templates } from '#drizzle/schema/templates';
import type { Queryable } from '#server/db/client';
import { after, before, contains, decodeCursor, instantCursor, nameCursor } from '../keyset';

/** A page of an owner's templates with their current revisions' row ids, and one row more. */
export async function templateRows(
  q: Queryable,
  options: {
    ownerId: number;
    limit: number;
    sort: 'updated' | 'name';
    cursor?: string | null | undefined;
    search?: string | undefined;
  },
) {
  const byName = options.sort === 'name';
  return q
    .select({ ...getTableColumns(templates), revisionId: templateRevisions.id })
    .from(templates)
    .innerJoin(
      templateRevisions,
      and(eq(templateRevisions.templateId, templates.id), eq(templateRevisions.number, templates.revision)),
    )
    .where(
      and(
        eq(templates.ownerId, options.ownerId),
        isNull(templates.deletedAt),
        contains(templates.name, options.search),
        byName
          ? after(templates.name, templates.id, decodeCursor(nameCursor, options.cursor))
          : before(templates.updatedAt, templates.id, decodeCursor(instantCursor, options.cursor)),
      ),
    )
    .orderBy(...(byName ? [asc(templates.name), asc(templates.id)] : [desc(templates.updatedAt), desc(templates.id)]))
    .limit(options.limit + 1);
}

/** Which of `names` the owner's living templates have, in lower case. */
export async function takenTemplateNames(q: Queryable, ownerId: number, names: string[]): Promise<Set<string>> {
  const rows = await q
    .select({ name: templates.name })
    .from(templates)
    .where(and(eq(templates.ownerId, ownerId), inArray(templates.liveName, names)));
  return new Set(rows.map((row) => row.name.toLowerCase()));
}
