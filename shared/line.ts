import { z } from 'zod';
import { canWaitForRoom, deploymentKinds } from './deployment/operations';
import { failurePolicies } from './deployment/schema';
import { limits } from './limits';
import { idSchema, resourcesSchema, timestampSchema } from './primitives';

/** Where a slice stands in the line for room in its zone. It may go back, too: whoever has less of the zone comes first. */
export const linePlaceSchema = z.object({
  /** 1 is let in next. */
  place: z.number().int().positive(),
  /** How many wait. */
  of: z.number().int().positive(),
  since: timestampSchema,
  kind: z.enum(deploymentKinds),
  zone: z.object({ id: idSchema, name: z.string() }),
  needs: resourcesSchema,
  free: resourcesSchema.nullable(),
  /** It was passed so often that what becomes free is kept for it. */
  kept: z.boolean(),
});
export type LinePlace = z.infer<typeof linePlaceSchema>;

const sliceId = idSchema.describe('id of the slice');
export const joinLineInput = z.strictObject({
  sliceId,
  kind: z
    .enum(deploymentKinds)
    .default('deploy')
    .refine(canWaitForRoom, 'Only a deploy waits in line for room.')
    .describe('the operation'),
  onFailure: z
    .enum(failurePolicies)
    .default('keep')
    .describe('what came up when something fails: keep it, or take it back'),
  idempotencyKey: z.string().min(8).max(64).optional(),
});
/** What is known of the line at a slice: its place, or the deployment that has begun, since there was room. */
export const joinedLineSchema = z.object({ deploymentId: idSchema.nullable(), place: linePlaceSchema.nullable() });
export const linePlaceInput = z.strictObject({ sliceId });
/** Null where the slice does not wait. */
export const linePlaceOutput = z.object({ place: linePlaceSchema.nullable() });
export const linePlacesInput = z.strictObject({ sliceIds: z.array(idSchema).min(1).max(limits.pageSize) });
/** Of those that wait, and that the reader sees. */
export const linePlacesOutput = z.object({
  places: z.array(linePlaceSchema.pick({ place: true, of: true }).extend({ sliceId: idSchema })),
});
