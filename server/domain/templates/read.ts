import type { z } from 'zod';
import type { listTemplatesInput, Template, templatePage, TemplateSummary } from '#shared/template';
import type { Queryable } from '#server/db/client';
import { page } from '#server/db/keyset';
import { templateRows } from '#server/db/queries/templates';
import { readTopology, revisionId, topologyTotals, type TopologyTotals } from '#server/db/queries/topologies';
import { iso } from '#server/db/rows';
import { inSnapshot } from '#server/db/transaction';
import type { Actor, DomainContext } from '../context';
import { loadTemplate, type TemplateRow } from './access';

function summary(row: TemplateRow, totals: TopologyTotals): TemplateSummary {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    revision: row.revision,
    owner: { id: row.ownerId, name: '' },
    visibility: 'private',
    access: 'own',
    ...totals,
    createdAt: iso(row.createdAt),
    updatedAt: iso(row.updatedAt),
  };
}

/** The actor's own templates, with numbers and sums of their current revisions. */
export async function listTemplates(
  ctx: DomainContext,
  { actor, query }: { actor: Actor; query: z.infer<typeof listTemplatesInput> },
): Promise<z.infer<typeof templatePage>> {
  const rows = await templateRows(ctx.db, { ownerId: actor.userId, ...query });
  const totalsOf = await topologyTotals(
    ctx.db,
    rows.map((row) => row.revisionId),
  );
  return page(
    rows,
    query.limit,
    (row) => summary(row, totalsOf(row.revisionId)),
    (row) => [query.sort === 'name' ? row.name : iso(row.updatedAt), row.id],
  );
}

/** The template with its current drawing, as one moment saw both. */
export function getTemplate(ctx: DomainContext, { actor, id }: { actor: Actor; id: number }): Promise<Template> {
  return inSnapshot(ctx.db, (tx) => wholeTemplate(tx, actor, id));
}

/** {@link getTemplate} inside a transaction. */
export async function wholeTemplate(q: Queryable, actor: Actor, id: number): Promise<Template> {
  const row = await loadTemplate(q, actor, id);
  const revision = await revisionId(q, row.id, row.revision);
  const totalsOf = await topologyTotals(q, [revision]);
  return { ...summary(row, totalsOf(revision)), topology: await readTopology(q, revision) };
}
