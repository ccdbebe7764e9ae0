import type { z } from 'zod';
import { AppError } from '#shared/errors';
import { scopesAllow } from '#shared/scopes';
import type { templateSketchInput, templateTagsInput, templateTagsOutput, templateUsesSchema } from '#shared/template';
import { sketchOf, type Sketch } from '#shared/topology/sketch';
import { sketchable } from '#server/db/queries/sketches';
import { tagCounts } from '#server/db/queries/template-tags';
import { countSlicesOfTemplate, slicesOfTemplate } from '#server/db/queries/template-uses';
import { revisionId } from '#server/db/queries/topologies';
import { iso } from '#server/db/rows';
import { inSnapshot } from '#server/db/transaction';
import type { Actor, DomainContext } from '../context';
import { visibleSlices } from '../slices/access';
import { loadTemplate } from './access';

/** So many slices are named; the rest is counted. */
const usesNamed = 20;
/** More tags are no help to who chooses one. */
const tagsListed = 500;

/** What the templates of a list are filed under. */
export async function listTemplateTags(
  ctx: DomainContext,
  { actor, query: { of } }: { actor: Actor; query: z.infer<typeof templateTagsInput> },
): Promise<z.infer<typeof templateTagsOutput>> {
  return { items: await tagCounts(ctx.db, { readerId: actor.userId, of, limit: tagsListed }) };
}

/**
 * The current drawing in small. NOT_FOUND; REVISION_CONFLICT for another revision than the current one: what was drawn before is shown to nobody who
 * sees a template only since.
 */
export function sketchTemplate(
  ctx: DomainContext,
  { actor, of: { id, revision } }: { actor: Actor; of: z.infer<typeof templateSketchInput> },
): Promise<Sketch> {
  return inSnapshot(ctx.db, async (tx) => {
    const row = await loadTemplate(tx, { actor, id });
    if (row.revision !== revision)
      throw new AppError('REVISION_CONFLICT', `${row.name} is at revision ${row.revision}.`, {
        params: { current: row.revision, base: revision },
      });
    return sketchOf(await sketchable(tx, await revisionId(tx, id, revision)));
  });
}

/**
 * Slices that were made of the template: those that the actor may see by their names. That there are others is the owner's to know, whom it tells
 * what a change or a deletion is watched by; nobody else learns of slices that they do not see. A token that may not read slices is told of none.
 */
export function listTemplateUses(
  ctx: DomainContext,
  { actor, id }: { actor: Actor; id: number },
): Promise<z.infer<typeof templateUsesSchema>> {
  return inSnapshot(ctx.db, async (tx) => {
    const { access } = await loadTemplate(tx, { actor, id });
    const maySee = scopesAllow(actor.scopes, 'slices', 'read');
    const visible = visibleSlices(actor);
    const rows = maySee ? await slicesOfTemplate(tx, { templateId: id, visible, limit: usesNamed }) : [];
    const all =
      access === 'own'
        ? await countSlicesOfTemplate(tx, id)
        : maySee
          ? await countSlicesOfTemplate(tx, id, visible)
          : rows.length;
    return {
      items: rows.map(({ createdAt, ...row }) => ({ ...row, createdAt: iso(createdAt) })),
      others: Math.max(0, all - rows.length),
    };
  });
}
