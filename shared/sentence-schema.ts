import { z } from 'zod';
import type { Said, Sentence } from './sentence';

/*
 * Apart from what says sentences: the command line says some, and has neither schemas nor zod.
 */

/** A sentence as data. */
export const sentenceSchema = z.object({
  code: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
}) satisfies z.ZodType<Sentence>;

/** Beside an English text: the same by its sentences. Missing where only the text is known, as of older rows. */
export const sentencesSchema = z.array(sentenceSchema).nullish();

/** {@link Said}, as it is kept in a provider's records. */
export const saidSchema = z.object({
  message: z.string(),
  sentences: z.array(sentenceSchema),
}) satisfies z.ZodType<Said>;
