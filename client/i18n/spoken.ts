import i18next from 'i18next';
import { fill } from '#shared/fill';
import type { Sentence } from '#shared/sentence';

const instant = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** Where the sentences of the server are, in languages other than its own. */
export const sentencesNamespace = 'sentences';

/**
 * What the server tells, in the language of the reader: by its sentences where all of them are known here, else as it came,
 * which is English: what an older server has written, or a newer one says.
 */
export function spoken(text: string, sentences: readonly Sentence[] | null | undefined): string {
  if (sentences == null || sentences.length === 0) return text;
  const { language } = i18next;
  const said = sentences.map(({ code, params }) => {
    const known: unknown = i18next.getResource(language, sentencesNamespace, code);
    return typeof known === 'string' ? fill(known, inLanguage(language, params)) : null;
  });
  return said.includes(null) ? text : said.join(' ');
}

/** Times as people write them; all else as it is. */
export function inLanguage(language: string, params: Sentence['params']): Sentence['params'] {
  if (params === undefined) return undefined;
  const entries = Object.entries(params).map(([name, value]): [string, string | number] => [
    name,
    typeof value === 'string' && instant.test(value) ? new Date(value).toLocaleString(language) : value,
  ]);
  return Object.fromEntries(entries);
}
