import { and, eq, isNull } from 'drizzle-orm';
import { templates } from '#drizzle/schema/templates';
import { notFound } from '#shared/errors';
import type { Queryable } from '#server/db/client';
import type { Actor } from '../context';

export type TemplateRow = typeof templates.$inferSelect;

/** The actor's own, not deleted template; NOT_FOUND otherwise. `lock` takes the row's lock until the transaction ends. */
export async function loadTemplate(
  q: Queryable,
  actor: Actor,
  id: number,
  options: { lock?: boolean } = {},
): Promise<TemplateRow> {
  const query = q
    .select()
    .from(templates)
    .where(and(eq(templates.id, id), eq(templates.ownerId, actor.userId), isNull(templates.deletedAt)));
  const [row] = await (options.lock === true ? query.for('update') : query);
  if (row === undefined) throw notFound('template');
  return row;
}
