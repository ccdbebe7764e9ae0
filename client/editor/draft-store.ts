import { z } from 'zod';
import { draftDocumentSchema, type TemplateDraft } from '#shared/template-draft';
import type { Document } from './document';

const draftSchema = z.strictObject({
  version: z.literal(1),
  document: draftDocumentSchema,
  /** The revision that the work began with; null for a template that was never saved. */
  revision: z.number().int().nullable(),
  /** ms since the epoch. */
  at: z.number(),
});
export type Draft = z.infer<typeof draftSchema>;

/** Where the unsaved work on one template of one user is kept; `new` for one that was never saved. */
export function draftKey(userId: number, templateId: number | null): string {
  return `trama.draft.${userId}.${templateId ?? 'new'}`;
}

/** The draft, or null when there is none or what is there cannot be read. */
export function readDraft(storage: Pick<Storage, 'getItem'>, key: string): Draft | null {
  try {
    const text = storage.getItem(key);
    if (text === null) return null;
    const parsed = draftSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** A full or forbidden storage only costs the safety net, never the work. */
export function writeDraft(storage: Pick<Storage, 'setItem'>, key: string, draft: Omit<Draft, 'version'>): void {
  try {
    storage.setItem(key, JSON.stringify({ version: 1, ...draft }));
  } catch {
    // see above
  }
}

export function dropDraft(storage: Pick<Storage, 'removeItem'>, key: string): void {
  try {
    storage.removeItem(key);
    storage.removeItem(sentKey(key));
  } catch {
    // nothing was kept, then
  }
}

const sentKey = (key: string) => `${key}.sent`;

/** The server has what this browser had by then, as of `savedAt` of its clock: whatever is here is of that work, and no older. */
export function markSent(storage: Pick<Storage, 'setItem'>, key: string, savedAt: string): void {
  try {
    storage.setItem(sentKey(key), savedAt);
  } catch {
    // without it, the clocks decide which of two drafts is the newer one
  }
}

function sentAt(storage: Pick<Storage, 'getItem'>, key: string): string | null {
  try {
    return storage.getItem(sentKey(key));
  } catch {
    return null;
  }
}

/**
 * Of the drafts in this browser and at the server the one that is ahead: ours, if the server's came from here; else the newer one.
 * Null where there is none, or only such as `saved` has already.
 */
export function findDraft(
  storage: Pick<Storage, 'getItem'>,
  key: string,
  server: TemplateDraft | null,
  isSaved: (document: Document) => boolean,
): Draft | null {
  const local = readDraft(storage, key);
  const kept: Draft | null =
    server === null
      ? null
      : { version: 1, document: server.document, revision: server.revision, at: Date.parse(server.savedAt) };
  const ours = local !== null && (kept === null || sentAt(storage, key) === server?.savedAt || local.at >= kept.at);
  const found = ours ? local : kept;
  return found === null || isSaved(found.document) ? null : found;
}
