import { and, desc, eq, lt } from 'drizzle-orm';
import { templateRevisions } from '#drizzle/schema/templates';
import { users } from '#drizzle/schema/users';
import type { Queryable } from '#server/db/client';
import { decodeCursor, idCursor } from '../keyset';

const fields = {
  id: templateRevisions.id,
  number: templateRevisions.number,
  authorId: users.id,
  authorName: users.name,
  message: templateRevisions.message,
  restoredFrom: templateRevisions.restoredFrom,
  createdAt: templateRevisions.createdAt,
};

/** A page of a template's revisions, the newest first, and one row more. */
export function revisionRows(
  q: Queryable,
  { templateId, limit, cursor }: { templateId: number; limit: number; cursor?: string | null | undefined },
) {
  const position = decodeCursor(idCursor, cursor);
  return q
    .select(fields)
    .from(templateRevisions)
    .innerJoin(users, eq(users.id, templateRevisions.createdBy))
    .where(
      and(
        eq(templateRevisions.templateId, templateId),
        position === null ? undefined : lt(templateRevisions.number, position[0]),
      ),
    )
    .orderBy(desc(templateRevisions.number))
    .limit(limit + 1);
}
export type RevisionRow = Awaited<ReturnType<typeof revisionRows>>[number];

/** One revision of a template; null if there was none of that number. */
export async function revisionRow(q: Queryable, templateId: number, number: number): Promise<RevisionRow | null> {
  const [row] = await q
    .select(fields)
    .from(templateRevisions)
    .innerJoin(users, eq(users.id, templateRevisions.createdBy))
    .where(and(eq(templateRevisions.templateId, templateId), eq(templateRevisions.number, number)));
  return row ?? null;
}
