import { and, asc, eq, gt, inArray, isNull, lt, sql } from 'drizzle-orm';
import { templates, templateWords } from '#drizzle/schema/templates';
import type { Queryable } from '#server/db/client';
import { chunked } from '../rows';

/** Makes the template's words these. Only what differs is written: most saves change few. The caller holds the template's row. */
export async function replaceWords(q: Queryable, templateId: number, words: readonly string[]): Promise<void> {
  const rows = await q
    .select({ id: templateWords.id, word: templateWords.word })
    .from(templateWords)
    .where(eq(templateWords.templateId, templateId));
  const wanted = new Set(words);
  const gone = rows.filter(({ word }) => !wanted.has(word)).map(({ id }) => id);
  const there = new Set(rows.map(({ word }) => word));
  const added = words.filter((word) => !there.has(word));
  for (const ids of chunked(gone)) await q.delete(templateWords).where(inArray(templateWords.id, ids));
  for (const part of chunked(added)) await q.insert(templateWords).values(part.map((word) => ({ templateId, word })));
}

/** Living templates whose words are of an older version than this, by their ids, behind one of these: so many. */
export async function templatesToIndex(
  q: Queryable,
  { version, behind, limit }: { version: number; behind: number; limit: number },
): Promise<number[]> {
  const rows = await q
    .select({ id: templates.id })
    .from(templates)
    .where(and(lt(templates.wordsVersion, version), gt(templates.id, behind), isNull(templates.deletedAt)))
    .orderBy(asc(templates.id))
    .limit(limit);
  return rows.map(({ id }) => id);
}

/** Condition on the outer query's template: one of its words begins with what `word` gives, which ends in `%`. */
export const hasWord = (word: ReturnType<typeof sql.placeholder>) =>
  sql`exists (select 1 from ${templateWords} where ${templateWords.templateId} = ${templates.id} and ${templateWords.word} like ${word})`;
