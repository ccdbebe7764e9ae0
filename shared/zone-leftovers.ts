import { z } from 'zod';
import { idSchema } from './primitives';

/**
 * Why it belongs to no slice: no slice of that number was ever known here, or it is in another zone, it has been destroyed, or is a draft again; or it is another zone's,
 * or another installation's, in the same cloud, which alone may remove it.
 */
export const leftoverReasons = ['unknown', 'elsewhere', 'destroyed', 'draft', 'otherZone', 'foreign'] as const;
export type LeftoverReason = (typeof leftoverReasons)[number];

export const leftoverSchema = z.object({
  /** By which it is removed. */
  name: z.string(),
  sliceId: z.number().int(),
  why: z.enum(leftoverReasons),
  /** The zone whose it is, where it is another one's of this installation. */
  zone: z.string().nullable(),
  removable: z.boolean(),
  /** How many there are of each; null where that is not told apart. */
  servers: z.number().int().nullable(),
  networks: z.number().int().nullable(),
  ports: z.number().int().nullable(),
});
export type Leftover = z.infer<typeof leftoverSchema>;

export const leftoversSchema = z.object({ items: z.array(leftoverSchema) });

export const removeLeftoversInput = z.strictObject({
  id: idSchema,
  /** Those that are to go, by their names: what came after they were shown stays. */
  names: z.array(z.string().min(1).max(200)).min(1).max(100),
});
