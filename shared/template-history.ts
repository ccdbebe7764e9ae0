import { z } from 'zod';
import { limits } from './limits';
import { idSchema, listInput, pageOf, timestampSchema } from './primitives';
import { topologySchema } from './topology/schema';

/** What who saves a drawing says of it: one line. Of a drawing that is as the current one nothing is saved, neither its message. */
export const revisionMessageSchema = z
  .string()
  .trim()
  .normalize('NFC')
  .max(limits.revisionMessageLength, `At most ${limits.revisionMessageLength} characters.`)
  .regex(/^[^\u0000-\u001f\u007f-\u009f\u2028\u2029\ud800-\udfff]*$/u, 'A message is one line of text.')
  .describe('what is said of the new revision, one line');

const numberSchema = z.number().int().positive().max(4_294_967_295);

/** One saved drawing of a template, without the drawing. */
export const revisionSchema = z.object({
  number: z.number().int(),
  author: z.object({ id: idSchema, name: z.string() }),
  /** Empty: nothing was said. */
  message: z.string(),
  /** The older revision whose drawing it has again; null for what was drawn. */
  restoredFrom: z.number().int().nullable(),
  createdAt: timestampSchema,
});
export type Revision = z.infer<typeof revisionSchema>;
export const revisionPage = pageOf(revisionSchema);

export const listRevisionsInput = z.strictObject({ id: idSchema, limit: listInput.limit, cursor: listInput.cursor });
export const revisionInput = z.strictObject({ id: idSchema, number: numberSchema });
export const wholeRevisionSchema = revisionSchema.extend({ topology: topologySchema });
/** `baseRevision` is the newest that the caller knows: REVISION_CONFLICT if it is not the newest. */
export const restoreRevisionInput = revisionInput.extend({
  baseRevision: numberSchema,
  message: revisionMessageSchema.optional(),
});
