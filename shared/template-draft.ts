import { z } from 'zod';
import { limits } from './limits';
import { idSchema, timestampSchema } from './primitives';
import { topologySchema } from './topology/schema';

/** What somebody has drawn of a template and not saved. Its name may be empty yet. */
export const draftDocumentSchema = z.strictObject({
  name: z.string().max(limits.nameLength),
  description: z.string().max(limits.descriptionLength),
  topology: topologySchema,
});

/** Of which template; null: of one that was never saved, of which everybody has one draft. */
const ofTemplate = { templateId: idSchema.nullable() };
export const draftInput = z.strictObject(ofTemplate);
/** Takes the place of the draft that the caller had of it. */
export const saveDraftInput = z.strictObject({
  ...ofTemplate,
  revision: z.number().int().positive().nullable().describe('that the work began with'),
  document: draftDocumentSchema,
});
export const savedDraftSchema = z.object({ savedAt: timestampSchema });
/** Null: there is none. */
export const draftOutput = savedDraftSchema
  .extend({
    revision: z.number().int().nullable(),
    document: draftDocumentSchema,
    base: topologySchema.nullable().describe('the drawing of that revision, where the template has another by now'),
  })
  .nullable();
export type TemplateDraft = NonNullable<z.infer<typeof draftOutput>>;
