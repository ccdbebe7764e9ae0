import { and, asc, countDistinct, eq, getTableName, isNull, sql, type Column, type SQL } from 'drizzle-orm';
import { slices, sliceVms } from '#drizzle/schema/slices';
import { templateRevisions, templates, templateVms } from '#drizzle/schema/templates';
import { users } from '#drizzle/schema/users';
import { limits } from '#shared/limits';
import type { Queryable } from '#server/db/client';

type Subject = 'flavourId' | 'imageId';

/**
 * How many VMs use the flavour or image of the outer query's row: those of living templates' current revisions and of
 * living slices. A subquery, for the `select` of a page. No more than `limits.usesCounted` of either are counted: a million
 * take seconds.
 */
export function usesOf(subject: Subject, outer: Column): SQL<number> {
  // spelled out: drizzle leaves the table's name away where the outer query has only one table
  const qualified = (column: Column) =>
    sql`${sql.identifier(getTableName(column.table))}.${sql.identifier(column.name)}`;
  // VMs first, by the index, row by row: otherwise MySQL reads everything, for what nobody uses, too
  const column = subject === 'flavourId' ? 'flavour_id' : 'image_id';
  const inTemplates = sql`from ${templateVms} force index (${sql.identifier(`template_vms_${column}_index`)})
      straight_join ${templateRevisions} on ${qualified(templateRevisions.id)} = ${qualified(templateVms.revisionId)}
      straight_join ${templates} on ${qualified(templates.id)} = ${qualified(templateRevisions.templateId)}
        and ${qualified(templates.revision)} = ${qualified(templateRevisions.number)}
      where ${qualified(templateVms[subject])} = ${qualified(outer)} and ${qualified(templates.deletedAt)} is null`;
  const inSlices = sql`from ${sliceVms} force index (${sql.identifier(`slice_vms_${column}_index`)})
      straight_join ${slices} on ${qualified(slices.id)} = ${qualified(sliceVms.sliceId)}
      where ${qualified(sliceVms[subject])} = ${qualified(outer)} and ${qualified(slices.deletedAt)} is null`;
  const most = sql.raw(String(limits.usesCounted));
  // whether there is one behind so many is found by walking past those; a limited list cannot be counted where MariaDB is
  const counted = (those: SQL) =>
    sql`case when (select 1 ${those} limit 1 offset ${most}) is null then (select count(*) ${those}) else ${most} end`;
  return sql<number>`least(${most}, ${counted(inTemplates)} + ${counted(inSlices)})`.mapWith(Number);
}

/** How many living templates (in their current revision) and slices use a flavour or image. */
export async function usersOf(
  q: Queryable,
  subject: Subject,
  id: number,
): Promise<{ templates: number; slices: number }> {
  const [inTemplates] = await q
    .select({ count: countDistinct(templates.id) })
    .from(templateVms)
    .innerJoin(templateRevisions, eq(templateRevisions.id, templateVms.revisionId))
    .innerJoin(
      templates,
      and(eq(templates.id, templateRevisions.templateId), eq(templates.revision, templateRevisions.number)),
    )
    .where(and(eq(templateVms[subject], id), isNull(templates.deletedAt)));
  const [inSlices] = await q
    .select({ count: countDistinct(slices.id) })
    .from(sliceVms)
    .innerJoin(slices, eq(slices.id, sliceVms.sliceId))
    .where(and(eq(sliceVms[subject], id), isNull(slices.deletedAt)));
  return { templates: inTemplates?.count ?? 0, slices: inSlices?.count ?? 0 };
}

interface Use {
  kind: 'template' | 'slice';
  id: number;
  name: string;
  owner: { id: number; name: string };
}

/** Living templates (in their current revision) and slices that use an image, by their ids: so many of either. `ownerId`: of one owner only. */
export async function usesListed(
  q: Queryable,
  { imageId, ownerId, limit }: { imageId: number; ownerId: number | null; limit: number },
): Promise<Use[]> {
  const owner = { id: users.id, name: users.name };
  const inTemplates = await q
    .selectDistinct({ id: templates.id, name: templates.name, owner })
    .from(templateVms)
    .innerJoin(templateRevisions, eq(templateRevisions.id, templateVms.revisionId))
    .innerJoin(
      templates,
      and(eq(templates.id, templateRevisions.templateId), eq(templates.revision, templateRevisions.number)),
    )
    .innerJoin(users, eq(users.id, templates.ownerId))
    .where(
      and(
        eq(templateVms.imageId, imageId),
        isNull(templates.deletedAt),
        ownerId === null ? undefined : eq(templates.ownerId, ownerId),
      ),
    )
    .orderBy(asc(templates.id))
    .limit(limit);
  const inSlices = await q
    .selectDistinct({ id: slices.id, name: slices.name, owner })
    .from(sliceVms)
    .innerJoin(slices, eq(slices.id, sliceVms.sliceId))
    .innerJoin(users, eq(users.id, slices.ownerId))
    .where(
      and(
        eq(sliceVms.imageId, imageId),
        isNull(slices.deletedAt),
        ownerId === null ? undefined : eq(slices.ownerId, ownerId),
      ),
    )
    .orderBy(asc(slices.id))
    .limit(limit);
  return [
    ...inTemplates.map((row) => ({ kind: 'template' as const, ...row })),
    ...inSlices.map((row) => ({ kind: 'slice' as const, ...row })),
  ];
}
