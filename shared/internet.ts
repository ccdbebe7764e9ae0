import { z } from 'zod';
import { idSchema, timestampSchema } from './primitives';

/** How often it is counted what passes: so much of a total may be exceeded, and lost when a gateway is killed. */
export const internetCountedEverySeconds = 5;

/** What a slice may have of the internet by its owner's quota, and what it has had, both ways together. */
export const sliceInternetSchema = z.object({
  sliceId: idSchema,
  /** In each direction, kbit/s of 1,000 bits; null: as fast as it goes. */
  kbps: z.number().int().nullable(),
  /** MiB in a month of UTC; null: no limit. */
  mbPerMonth: z.number().int().nullable(),
  /** In this month, or since it was reset. */
  usedBytes: z.number().int().nonnegative(),
  /** It has none any more, until `until`, or until the quota is larger. */
  usedUp: z.boolean(),
  /** When the month ends, and the total begins anew. */
  until: timestampSchema,
});
export type SliceInternet = z.infer<typeof sliceInternetSchema>;
