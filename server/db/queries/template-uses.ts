import { and, count, desc, eq, isNull, type SQL } from 'drizzle-orm';
import { slices } from '#drizzle/schema/slices';
import { users } from '#drizzle/schema/users';
import type { Queryable } from '#server/db/client';

/** Living slices that were made of a template. */
const madeOf = (templateId: number) => and(eq(slices.templateId, templateId), isNull(slices.deletedAt));

/** The newest of those that `visible` lets through: so many. */
export function slicesOfTemplate(
  q: Queryable,
  { templateId, visible, limit }: { templateId: number; visible: SQL | undefined; limit: number },
) {
  return q
    .select({
      id: slices.id,
      name: slices.name,
      status: slices.status,
      owner: { id: users.id, name: users.name },
      revision: slices.templateRevision,
      createdAt: slices.createdAt,
    })
    .from(slices)
    .innerJoin(users, eq(users.id, slices.ownerId))
    .where(and(madeOf(templateId), visible))
    .orderBy(desc(slices.id))
    .limit(limit);
}

/** How many there are: of those that `visible` lets through, or of all. */
export async function countSlicesOfTemplate(q: Queryable, templateId: number, visible?: SQL): Promise<number> {
  const [row] = await q
    .select({ slices: count() })
    .from(slices)
    .where(and(madeOf(templateId), visible));
  return row?.slices ?? 0;
}
