import { z } from 'zod';
import { captureLimits } from './limits';
import { idSchema } from '../primitives';
import { wholeFrame } from './whole-frame';

/** Which links of a slice are captured, and what of them. */
export const followCaptureInput = z.strictObject({
  sliceId: idSchema,
  edgeIds: z.array(idSchema).min(1).max(captureLimits.links),
  snapLength: z
    .number()
    .int()
    .min(64)
    .max(wholeFrame)
    .default(wholeFrame)
    .describe('how many bytes of each frame are kept'),
  filter: z
    .string()
    .trim()
    .max(captureLimits.filterLength)
    .default('')
    .describe('only frames that match, in words of tcpdump: `icmp and host 10.0.0.1`'),
});

export const capturedFrameSchema = z.object({
  edgeId: idSchema,
  /** Microseconds since 1970, UTC. */
  at: z.number(),
  /** On the link, in bytes; `data` may have less. */
  length: z.number().int(),
  /** From the Ethernet header on, base64. */
  data: z.string(),
});

/** Frames in the order in which they were seen, and how many were left out before them since the reader was too slow. */
export const captureBatchSchema = z.object({
  frames: z.array(capturedFrameSchema),
  dropped: z.number().int().nonnegative(),
});
export type CaptureBatch = z.infer<typeof captureBatchSchema>;
