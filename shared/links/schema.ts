import { z } from 'zod';
import { limits } from '../limits';
import { idSchema, timestampSchema } from '../primitives';
import { sentencesSchema } from '../sentence-schema';
import { linkSchema } from '../topology/link';
import { keySchema } from '../topology/place';
import { failuresOf } from './chaos';
import { linkDeeds } from './deeds';
import { runLimits } from './limits';

export const runKinds = ['sequence', 'chaos'] as const;
export type RunKind = (typeof runKinds)[number];
/** `ending`: no step comes any more, and what it has changed is put back. */
export const runStatuses = ['running', 'ending', 'ended'] as const;

const seconds = z.number().int().min(1).max(runLimits.seconds);
const sliceId = idSchema.describe('id of the slice');
const stepFields = {
  /** Seconds from the beginning. */
  at: seconds,
  /** Key of an edge. */
  edge: keySchema,
  deed: z.enum(linkDeeds),
  /** Of `bend`: all that the link does to frames then; {} is nothing. */
  link: linkSchema.optional(),
};

const stepSchema = z.strictObject(stepFields).check(({ value: { deed, link }, issues }) => {
  if ((deed === 'bend') === (link !== undefined)) return;
  const message = deed === 'bend' ? 'Say what the link does.' : 'Only a link that is bent has properties.';
  issues.push({ code: 'custom', message, path: ['link'], input: link });
});

export const scheduleLinksInput = z
  .strictObject({
    id: sliceId,
    steps: z
      .array(stepSchema)
      .min(1, 'Give at least one step.')
      .max(runLimits.steps, `A run has at most ${runLimits.steps} steps.`),
    /** When it is over. Without it with the last step, or where it puts back a minute later. */
    durationSeconds: seconds.optional().describe('how many seconds it lasts'),
    /** At its end the links become what they were before it. */
    restore: z.boolean().default(true).describe('put back at the end what it has changed'),
  })
  .check(({ value: { steps, durationSeconds }, issues }) => {
    const last = Math.max(...steps.map(({ at }) => at));
    if (durationSeconds === undefined || durationSeconds >= last) return;
    const message = 'It would be over before its last step.';
    issues.push({ code: 'custom', message, path: ['durationSeconds'], input: durationSeconds });
  });

const chaosFields = {
  atOnce: z
    .number()
    .int()
    .min(1)
    .max(limits.edgesPerTopology)
    .default(1)
    .describe('links that are down at once at most'),
  failureSeconds: seconds.describe('mean seconds between two failures'),
  repairSeconds: seconds.describe('mean seconds until one is repaired'),
  durationSeconds: seconds.describe('how many seconds it lasts'),
  /** The same seed and limits fail the same links at the same times. */
  seed: z.number().int().min(0).max(runLimits.seed).describe('makes it repeatable'),
};
export const chaosLinksInput = z
  .strictObject({
    id: sliceId,
    /** Keys of the edges that may fail. Without it, all that are not taken down. */
    edges: z.array(keySchema).min(1, 'Choose at least one link.').max(limits.edgesPerTopology).optional(),
    ...chaosFields,
  })
  .check(({ value, issues }) => {
    const expected = failuresOf({ ...value, edges: value.edges ?? [] });
    if (expected <= runLimits.failures) return;
    const message = `That would be ${Math.round(expected)} failures, and at most ${runLimits.failures} can be planned.`;
    issues.push({ code: 'custom', message, path: ['failureSeconds'], input: value.failureSeconds });
  });

export const stopLinksInput = z.strictObject({
  id: sliceId,
  /** Without it as the run was begun. */
  restore: z.boolean().optional().describe('put back what it has changed'),
});

/** How a step of a run ended. `left`: one that was due with it undoes it. */
const stepOutcomes = ['done', 'left', 'failed'] as const;

const outcomeSchema = z.object({
  outcome: z.enum(stepOutcomes),
  error: z.string().nullable(),
  sentences: sentencesSchema,
});
export type RunOutcome = z.infer<typeof outcomeSchema>;

/** A run of link changes: one that goes on, or the last one of its slice. */
export const linkRunSchema = z.object({
  id: idSchema,
  kind: z.enum(runKinds),
  status: z.enum(runStatuses),
  restore: z.boolean(),
  startedAt: timestampSchema,
  /** By the server's clock, when this was said. */
  elapsedMs: z.number(),
  durationSeconds: z.number(),
  /** In the order in which they are due. */
  steps: z.array(z.object(stepFields)),
  /** Of the first steps: how they ended. */
  outcomes: z.array(outcomeSchema),
  chaos: z.object(chaosFields).nullable(),
});
export type LinkRun = z.infer<typeof linkRunSchema>;

export const runOfSliceSchema = z.object({ run: linkRunSchema.nullable() });
