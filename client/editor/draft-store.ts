import { z } from 'zod';
import { limits } from '#shared/limits';
import { topologySchema } from '#shared/topology/schema';

const draftSchema = z.strictObject({
  version: z.literal(1),
  document: z.strictObject({
    name: z.string().max(limits.nameLength),
    description: z.string().max(limits.descriptionLength),
    topology: topologySchema,
  }),
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
  } catch {
    // nothing was kept, then
  }
}
