import { z } from 'zod';
import { cloudFlavourSchema } from './cloud-flavours';
import { idSchema } from './primitives';
import { sentencesSchema } from './sentence-schema';
import { openStackSettingsInput } from './zone-settings';

/** What a test of a zone's connection looks at, in this order. After a `signIn` or `catalogue` that failed the rest is not tried. */
export const connectionSteps = [
  'signIn',
  'catalogue',
  'compute',
  'flavours',
  'availabilityZone',
  'network',
  'external',
  'image',
  'quota',
  'rights',
] as const;
export type ConnectionStep = (typeof connectionSteps)[number];

/** `limited`: it works, but for what is said. */
export const connectionStates = ['ok', 'limited', 'failed'] as const;

export const connectionTestSchema = z.object({
  /** Nothing has failed. */
  ok: z.boolean(),
  steps: z.array(
    z.object({
      name: z.enum(connectionSteps),
      state: z.enum(connectionStates),
      /** What was found, or why it failed and what to do about it; `sentences` is the same as data. */
      reason: z.string(),
      sentences: sentencesSchema,
    }),
  ),
  /** What there is to choose from; empty where it could not be asked. */
  offers: z.object({
    flavours: z.array(cloudFlavourSchema),
    images: z.array(z.object({ id: z.string(), name: z.string() })),
  }),
});
export type ConnectionTest = z.infer<typeof connectionTestSchema>;

/** Settings that nobody has saved yet may be tried out. */
export const testConnectionInput = z.strictObject({
  /** The zone whose settings stand where none are given, its secrets, too; null for one that is not there yet. */
  id: idSchema.nullable(),
  settings: openStackSettingsInput,
});
