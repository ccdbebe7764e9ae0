import { z } from 'zod';
import { linkQualitySchema } from '#shared/topology/link';
import { serviceConfigSchema } from '../services/config';

/*
 * What the server and a relay say to each other: JSON, one object a line, an answer for each line in turn. All paths are relative to the
 * slice's folder, the working directory of both QEMU and the relay.
 */

/** One direction of an edge: what comes in at `at` goes on to the socket `to`. */
export const directionSchema = z.strictObject({ at: z.string(), to: z.string(), quality: linkQualitySchema });
export type Direction = z.infer<typeof directionSchema>;

export const askSchema = z.union([
  /** Makes a direction, or changes one that is there; nothing that is under way is lost. */
  z.strictObject({ shape: directionSchema }),
  /** Lets go of a direction: what is under way still arrives. */
  z.strictObject({ release: z.string() }),
  z.strictObject({ count: z.literal(true) }),
  /** Has a server at the port of a network's hub, or goes by something else there; what it has given stays. */
  z.strictObject({ serve: z.strictObject({ at: z.string(), to: z.string(), config: serviceConfigSchema }) }),
  z.strictObject({ unserve: z.string() }),
]);
export type Ask = z.infer<typeof askSchema>;

const counter = z.number().int();
export const countsSchema = z.object({
  frames: counter,
  bytes: counter,
  lost: counter,
  dropped: counter,
  duplicated: counter,
  corrupted: counter,
});
export type DirectionCounts = z.infer<typeof countsSchema>;
/** Of each direction, by where it takes frames in, since the relay has it. */
export const countedSchema = z.record(z.string(), countsSchema);
export const answerSchema = z.union([
  z.object({ error: z.string() }),
  z.object({ counts: countedSchema }),
  z.strictObject({}),
]);
export type Answer = z.infer<typeof answerSchema>;
