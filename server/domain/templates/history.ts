import type { z } from 'zod';
import { notFound } from '#shared/errors';
import type { Template } from '#shared/template';
import type {
  listRevisionsInput,
  restoreRevisionInput,
  Revision,
  revisionInput,
  revisionPage,
  wholeRevisionSchema,
} from '#shared/template-history';
import { page } from '#server/db/keyset';
import { revisionRow, revisionRows, type RevisionRow } from '#server/db/queries/template-revisions';
import { readTopology } from '#server/db/queries/topologies';
import { iso } from '#server/db/rows';
import { inSnapshot } from '#server/db/transaction';
import type { Actor, DomainContext } from '../context';
import { loadTemplate } from './access';
import { updateTemplate } from './write-templates';

const summary = ({ number, authorId, authorName, message, restoredFrom, createdAt }: RevisionRow): Revision => ({
  number,
  author: { id: authorId, name: authorName },
  message,
  restoredFrom,
  createdAt: iso(createdAt),
});

/**
 * What a template was, the newest revision first. It is its owner's: who sees a template only is not shown what was drawn before, which
 * may be what was taken out before it was shared. NOT_FOUND; FORBIDDEN for those.
 */
export function listRevisions(
  ctx: DomainContext,
  { actor, query: { id, limit, cursor } }: { actor: Actor; query: z.infer<typeof listRevisionsInput> },
): Promise<z.infer<typeof revisionPage>> {
  return inSnapshot(ctx.db, async (tx) => {
    await loadTemplate(tx, { actor, id, need: 'manage' });
    const rows = await revisionRows(tx, { templateId: id, limit, cursor });
    return page(rows, limit, summary, ({ number }) => [number]);
  });
}

/** One of them with its drawing, which never changes. NOT_FOUND, also on `number`; FORBIDDEN as above. */
export function getRevision(
  ctx: DomainContext,
  { actor, of: { id, number } }: { actor: Actor; of: z.infer<typeof revisionInput> },
): Promise<z.infer<typeof wholeRevisionSchema>> {
  return inSnapshot(ctx.db, async (tx) => {
    await loadTemplate(tx, { actor, id, need: 'manage' });
    const row = await revisionRow(tx, id, number);
    if (row === null) throw notFound('revision');
    return { ...summary(row), topology: await readTopology(tx, row.id) };
  });
}

/**
 * Makes the drawing of an older revision the newest one: a revision of its own, so that what was there stays in the list and comes back the same
 * way. It is a save of that drawing, by the same rules: INVALID_TOPOLOGY where it has what may not be taken any more, as an image that was
 * retired since; REVISION_CONFLICT when somebody saved since `baseRevision`; NOT_FOUND, also on `number`. Of a drawing that is as the current one
 * nothing is made.
 */
export async function restoreRevision(
  ctx: DomainContext,
  {
    actor,
    choice: { id, number, baseRevision, message },
  }: { actor: Actor; choice: z.infer<typeof restoreRevisionInput> },
): Promise<Template> {
  // read before the transaction that saves it: it never changes
  const { topology } = await getRevision(ctx, { actor, of: { id, number } });
  return updateTemplate(ctx, { actor, change: { id, topology, baseRevision, message }, restoredFrom: number });
}
