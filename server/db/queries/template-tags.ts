import { and, asc, eq, inArray, sql, type SQL } from 'drizzle-orm';
import { templates, templateShares, templateTags } from '#drizzle/schema/templates';
import type { templateSets } from '#shared/template';
import type { Queryable } from '#server/db/client';

/** Tags of the outer query's template in one text, by the alphabet, a space between them: none holds one. */
export const tagsText = (templateId: SQL) =>
  sql`(select group_concat(${templateTags.tag} order by ${templateTags.tag} separator ' ') from ${templateTags} where ${templateTags.templateId} = ${templateId})`;

/** Joins the tag to the templates of a query, so that only those that have it are left, each once. */
export const withTag = (tag: ReturnType<typeof sql.placeholder>) =>
  sql`inner join ${templateTags} on ${templateTags.templateId} = ${templates.id} and ${templateTags.tag} = ${tag}`;

/** The template's tags, by the alphabet. */
export async function tagsOf(q: Queryable, templateId: number): Promise<string[]> {
  const rows = await q
    .select({ tag: templateTags.tag })
    .from(templateTags)
    .where(eq(templateTags.templateId, templateId))
    .orderBy(asc(templateTags.tag));
  return rows.map(({ tag }) => tag);
}

/** Makes the template's tags these. Answers whether they were others. The caller holds the template's row. */
export async function replaceTags(q: Queryable, templateId: number, tags: readonly string[]): Promise<boolean> {
  const wanted = new Set(tags);
  const there = await tagsOf(q, templateId);
  const gone = there.filter((tag) => !wanted.has(tag));
  const added = [...wanted].filter((tag) => !there.includes(tag));
  if (gone.length > 0)
    await q.delete(templateTags).where(and(eq(templateTags.templateId, templateId), inArray(templateTags.tag, gone)));
  if (added.length > 0) await q.insert(templateTags).values(added.map((tag) => ({ templateId, tag })));
  return gone.length + added.length > 0;
}

/** Tags of the living templates that the reader sees, as `of` says, with how many of these have each: the first `limit` by the alphabet. */
export async function tagCounts(
  q: Queryable,
  { readerId, of, limit }: { readerId: number; of: (typeof templateSets)[number]; limit: number },
): Promise<{ tag: string; templates: number }[]> {
  const own = sql`${templates.ownerId} = ${readerId}`;
  const others = sql`(${templates.ownerId} <> ${readerId} and (${templates.published} = true or exists (select 1 from ${templateShares}
    where ${templateShares.templateId} = ${templates.id} and ${templateShares.userId} = ${readerId})))`;
  const seen = of === 'mine' ? own : of === 'shared' ? others : sql`(${own} or ${others})`;
  return q
    .select({ tag: templateTags.tag, templates: sql<number>`count(*)`.mapWith(Number) })
    .from(templateTags)
    .innerJoin(templates, eq(templates.id, templateTags.templateId))
    .where(sql`${templates.deletedAt} is null and ${seen}`)
    .groupBy(templateTags.tag)
    .orderBy(asc(templateTags.tag))
    .limit(limit);
}
