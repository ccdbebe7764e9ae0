import i18next from 'i18next';
import { namesOfIds, type AuditEntry } from '#shared/audit';
import { auditWords, type AuditWords } from '#shared/audit-words';
import { sentencesSchema } from '#shared/sentence-schema';
import { spoken } from '../i18n/spoken';

/** The reader's catalogue; what it lacks is said in English. */
export function auditText(path: string): string | null {
  for (const language of [i18next.language, 'en']) {
    const text: unknown = i18next.getResource(language, 'audit', path);
    if (typeof text === 'string') return text;
  }
  return null;
}

/** The deed in the reader's language, the cause of a failure as well. */
export function wordsOf(entry: AuditEntry): AuditWords {
  const error = entry.details?.['error'];
  if (typeof error !== 'string') return auditWords(entry, auditText);
  const sentences = sentencesSchema.safeParse(entry.details?.['sentences']);
  const details = { ...entry.details, error: spoken(error, sentences.data) };
  return auditWords({ ...entry, details }, auditText);
}

/** Where the object can be looked at, or null. Accounts have a page for administrators only. */
export function objectPath({ objectType, objectId }: AuditEntry, admin: boolean): string | null {
  if (objectId === null) return null;
  if (admin && objectType === 'user') return `/users/${objectId}`;
  if (objectType === 'slice') return `/slices/${objectId}`;
  return objectType === 'template' ? `/templates/${objectId}` : null;
}

/** The details by their keys, each on one line: texts as they are, everything else as JSON. Left out are ids beside their names, what only says the error again, and what is null. */
export function detailLines(details: AuditEntry['details']): [key: string, text: string][] {
  const names: Record<string, readonly string[]> = namesOfIds;
  return Object.entries(details ?? {}).flatMap(([key, value]): [string, string][] => {
    if (typeof value === 'number' && names[key]?.some((name) => typeof details?.[name] === 'string')) return [];
    if (value === null) return [];
    if (key === 'sentences' && typeof details?.['error'] === 'string') return [];
    return [[key, typeof value === 'string' ? value : JSON.stringify(value)]];
  });
}
