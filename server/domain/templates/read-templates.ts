import type { z } from 'zod';
import type { listTemplatesInput, Template, templatePage, TemplateSummary } from '#shared/template';
import type { Queryable } from '#server/db/client';
import { page } from '#server/db/keyset';
import { templateRow, templateRows, type TemplateSummaryRow } from '#server/db/queries/templates';
import { readTopology } from '#server/db/queries/topologies';
import { inSnapshot } from '#server/db/transaction';
import type { Actor, DomainContext } from '../context';
import { loadTemplate, templateAccess } from './access';

function summary(actor: Actor, row: TemplateSummaryRow): TemplateSummary {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    tags: row.tags?.split(' ') ?? [],
    revision: row.revision,
    owner: { id: row.ownerId, name: row.ownerName },
    visibility: row.publishedAt !== null ? 'published' : row.sharedWithAnybody ? 'shared' : 'private',
    // a share that was taken back while the page was read
    access: templateAccess(actor, row, row.sharedFor) ?? 'view',
    vms: row.vms,
    networks: row.networks,
    edges: row.edges,
    vcpus: row.vcpus,
    ramMb: row.ramMb,
    diskGb: row.diskGb,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

/** The actor's own templates, those that others share with them or publish, or all; with sums of their current revisions. */
export async function listTemplates(
  ctx: DomainContext,
  { actor, query }: { actor: Actor; query: z.infer<typeof listTemplatesInput> },
): Promise<z.infer<typeof templatePage>> {
  const rows = await templateRows(ctx.db, { readerId: actor.userId, ...query });
  return page(
    rows,
    query.limit,
    (row) => summary(actor, row),
    (row) =>
      query.sort === 'created' ? [row.id] : [query.sort === 'name' ? (row.sortKey ?? row.name) : row.updatedAt, row.id],
  );
}

/** The template with its current drawing, as one moment saw both. */
export function getTemplate(ctx: DomainContext, { actor, id }: { actor: Actor; id: number }): Promise<Template> {
  return inSnapshot(ctx.db, (tx) => wholeTemplate(tx, { actor, id }));
}

/** {@link getTemplate} inside a transaction. */
export async function wholeTemplate(q: Queryable, { actor, id }: { actor: Actor; id: number }): Promise<Template> {
  await loadTemplate(q, { actor, id });
  const row = await templateRow(q, actor.userId, id);
  return { ...summary(actor, row), topology: await readTopology(q, row.revisionId) };
}
