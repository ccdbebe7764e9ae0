import { z } from 'zod';
import { idSchema } from '../primitives';

export const watchTrafficInput = z.strictObject({ sliceId: idSchema });

/** What has passed on a link, both ways, since it is counted, and what passed in the last second or so. */
export const linkTrafficSchema = z.object({
  edgeId: idSchema,
  frames: z.number().int().nonnegative(),
  bytes: z.number().int().nonnegative(),
  framesPerSecond: z.number().nonnegative(),
  bitsPerSecond: z.number().nonnegative(),
});
export type LinkTraffic = z.infer<typeof linkTrafficSchema>;

/** Of all links of a slice that have an end that runs. */
export const trafficSchema = z.object({ links: z.array(linkTrafficSchema) });
export type Traffic = z.infer<typeof trafficSchema>;
