import { and, eq, isNull } from 'drizzle-orm';
import { templates } from '#drizzle/schema/templates';
import { AppError, notFound } from '#shared/errors';
import { reaches, type Level } from '#shared/scopes';
import { levelOfAccess, type AccessKind, type TemplateShareLevel } from '#shared/sharing';
import type { Queryable } from '#server/db/client';
import { templateShareLevelOf } from '#server/db/queries/shares';
import type { Actor } from '../context';

export type TemplateRow = typeof templates.$inferSelect;
/** How somebody comes to see a template. */
export type TemplateAccess = Extract<AccessKind, 'own' | 'edit' | 'view' | 'published'>;

/** How the actor comes to see a template; null when they may not. */
export function templateAccess(
  actor: Pick<Actor, 'userId'>,
  template: { ownerId: number; publishedAt: Date | string | null },
  shared: TemplateShareLevel | null,
): TemplateAccess | null {
  if (template.ownerId === actor.userId) return 'own';
  if (shared !== null) return shared;
  return template.publishedAt === null ? null : 'published';
}

/**
 * The template, unless it was deleted, and how the actor comes to see it: as its owner, since it is shared with them, or
 * since it is published; NOT_FOUND otherwise. To draw it (`operate`) it has to be theirs or shared with them to edit, to `manage` it is the
 * owner's; FORBIDDEN for the others. `lock` takes the row's lock until the transaction ends.
 *
 * It asks no scope of a token: a slice can be made of a template without one for templates.
 */
export async function loadTemplate(
  q: Queryable,
  { actor, id, need = 'read', lock = false }: { actor: Actor; id: number; need?: Level; lock?: boolean },
): Promise<TemplateRow & { access: TemplateAccess }> {
  const query = q
    .select()
    .from(templates)
    .where(and(eq(templates.id, id), isNull(templates.deletedAt)));
  const [row] = await (lock ? query.for('update') : query);
  if (row === undefined) throw notFound('template');
  const shared = row.ownerId === actor.userId ? null : await templateShareLevelOf(q, id, actor.userId, lock);
  const access = templateAccess(actor, row, shared);
  if (access === null) throw notFound('template');
  if (!reaches(levelOfAccess[access], need))
    throw new AppError('FORBIDDEN', `Only the owner of ${row.name} may do this. You can make a copy of it.`, {
      params: { access, need },
    });
  return { ...row, access };
}
