import { z } from 'zod';
import { limits } from './limits';
import { problemSchema } from './errors';
import { documentFormats, noteKinds, readableFormats } from './topology/formats/document-types';
import { descriptionSchema, idSchema, lineSchema, listInput, nameSchema, pageOf, timestampSchema } from './primitives';
import { revisionMessageSchema } from './template-history';
import { accessKinds, visibilities } from './sharing';
import { sliceStatuses } from './slice-status';
import { sketchSchema } from './topology/sketch';
import { topologySchema } from './topology/schema';

/** What a template is filed under: one word in lower case. */
export const tagSchema = z
  .string()
  .trim()
  .normalize('NFC')
  .toLowerCase()
  .min(1, 'A tag has at least one character.')
  .max(limits.tagLength, `At most ${limits.tagLength} characters.`)
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*$/u,
    'Letters, digits, dots, hyphens and underscores, with a letter or digit first.',
  );
/** In any order; what is there twice counts once. */
export const tagsSchema = z.array(tagSchema).max(limits.tagsPerTemplate, `At most ${limits.tagsPerTemplate} tags.`);

export const templateSummarySchema = z.object({
  id: idSchema,
  name: z.string(),
  description: z.string(),
  /** By the alphabet. */
  tags: z.array(z.string()),
  revision: z.number().int(),
  owner: z.object({ id: idSchema, name: z.string() }),
  visibility: z.enum(visibilities),
  /** How the reader comes to see it. `own` may change it, `edit` its drawing and description. */
  access: z.enum(accessKinds),
  vms: z.number().int(),
  networks: z.number().int(),
  edges: z.number().int(),
  vcpus: z.number().int(),
  ramMb: z.number().int(),
  diskGb: z.number().int(),
  createdAt: timestampSchema,
  updatedAt: timestampSchema,
});
export type TemplateSummary = z.infer<typeof templateSummarySchema>;
export const templatePage = pageOf(templateSummarySchema);

export const templateSchema = templateSummarySchema.extend({ topology: topologySchema });
export type Template = z.infer<typeof templateSchema>;

export const templateSorts = ['updated', 'created', 'name'] as const;
/** Whose: one's own, those of others that are shared with one or published, or all of these. */
export const templateSets = ['mine', 'shared', 'all'] as const;
export const listTemplatesInput = z.strictObject({
  ...listInput,
  sort: z.enum(templateSorts).default('updated').describe('the last changed first, the newest first, or by name'),
  of: z.enum(templateSets).default('mine').describe('whose: yours, those shared with you or published, or both'),
  tag: tagSchema.optional().describe('only what is filed under this'),
  ownerId: idSchema.optional().describe('only what this user owns'),
  visibility: z.enum(visibilities).optional().describe('only what is private, shared with somebody, or published'),
});
/** Tags of what a list would show, by the alphabet, with how many templates have each. */
export const templateTagsInput = z.strictObject({
  of: z.enum(templateSets).default('mine').describe('of whose templates'),
});
export const templateTagsOutput = z.object({
  items: z.array(z.object({ tag: z.string(), templates: z.number().int() })),
});
/** A template's drawing in small: of the current revision, which never changes, so that the answer can be kept. */
export const templateSketchInput = z.strictObject({ id: idSchema, revision: z.number().int().positive() });
export const templateSketchOutput = sketchSchema;
/** Slices that were made of a template. */
export const templateUsesSchema = z.object({
  items: z
    .array(
      z.object({
        id: idSchema,
        name: z.string(),
        status: z.enum(sliceStatuses),
        owner: z.object({ id: idSchema, name: z.string() }),
        /** Of the template, when it was made. */
        revision: z.number().int().nullable(),
        createdAt: timestampSchema,
      }),
    )
    .describe('the newest of those that one may see'),
  others: z
    .number()
    .int()
    .describe(
      'how many there are besides: too many to be named, and, for the owner, those of others that one may not see',
    ),
});
/** Published to all users, or not any more. */
export const publishTemplateInput = z.strictObject({ id: idSchema, published: z.boolean() });
export const createTemplateInput = z.strictObject({
  name: nameSchema,
  description: descriptionSchema.default(''),
  tags: tagsSchema.default([]),
  topology: topologySchema,
  message: revisionMessageSchema.optional(),
});
/** `topology` makes a new revision; `baseRevision` is the one that was opened: REVISION_CONFLICT if it is not the last. */
export const updateTemplateInput = z
  .strictObject({
    id: idSchema,
    name: nameSchema.optional(),
    description: descriptionSchema.optional(),
    /** All of them: what is not among these is taken off. */
    tags: tagsSchema.optional(),
    topology: topologySchema.optional(),
    baseRevision: z.number().int().positive().optional(),
    message: revisionMessageSchema.optional(),
  })
  .refine((input) => input.topology === undefined || input.baseRevision !== undefined, {
    path: ['baseRevision'],
    message: 'Saving a topology needs the revision that it started from.',
  });
export const duplicateTemplateInput = z.strictObject({ id: idSchema, name: nameSchema.optional() });

/** `text` is the file as it was read: what is in no known format is refused by the server with a sentence. */
export const importTemplateInput = z.strictObject({
  text: z.string().min(1, 'The file is empty.').max(limits.importLength, 'The file is too large.'),
  name: nameSchema.optional().describe('in place of the document’s name'),
  message: revisionMessageSchema.optional(),
  fileName: z.string().max(255).optional().describe('names it if neither `name` nor the document does'),
  /** What the document's kinds of machine are here, by the names of flavours and images; of others it is guessed. */
  kinds: z
    .array(z.strictObject({ kind: z.string().max(limits.kindLength), flavour: lineSchema, image: lineSchema }))
    .max(limits.vmsPerTopology)
    .optional(),
});
/** One line of what is told of an import: what was brought over as what, what was changed, and what has no place here. */
export const importNoteSchema = problemSchema.extend({ kind: z.enum(noteKinds) });
export const importTemplateOutput = z.object({
  template: templateSchema,
  /** What the document was read as. */
  format: z.enum(readableFormats),
  report: z.array(importNoteSchema),
});
export const exportTemplateInput = z.strictObject({
  id: idSchema,
  format: z.enum(documentFormats).default('trama').describe('of the document'),
});
export const exportTemplateOutput = z.object({ fileName: z.string(), text: z.string() });
