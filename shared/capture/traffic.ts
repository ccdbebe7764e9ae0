import { z } from 'zod';
import { idSchema } from '../primitives';

export const watchTrafficInput = z.strictObject({ sliceId: idSchema });

const countSchema = z.number().int().nonnegative();
/** By chance, as its link is told to lose them, and for want of room. */
const dropsSchema = z.object({ lost: countSchema, dropped: countSchema });

/** What has passed on a link, both ways, since it is counted, and what passed in the last second or so. */
export const linkTrafficSchema = z.object({
  edgeId: idSchema,
  frames: countSchema,
  bytes: countSchema,
  framesPerSecond: z.number().nonnegative(),
  bitsPerSecond: z.number().nonnegative(),
  drops: z
    .object({ forth: dropsSchema, back: dropsSchema })
    .nullable()
    .describe('frames that did not arrive, from source to target and back; null where nobody can tell'),
  dropsPerSecond: z.number().nonnegative().nullable(),
});
export type LinkTraffic = z.infer<typeof linkTrafficSchema>;

/** Of all links of a slice that have an end that runs. */
export const trafficSchema = z.object({ links: z.array(linkTrafficSchema) });
export type Traffic = z.infer<typeof trafficSchema>;
