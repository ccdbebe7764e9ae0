import { z } from 'zod';
import { idSchema, timestampSchema } from './primitives';
import { sentencesSchema } from './sentence-schema';
import { commandLineSchema } from './topology/schema';

/** How much is taken of what a guest says of itself, or prints. */
export const guestLimits = {
  nics: 64,
  addressesPerNic: 16,
  /** Characters of the name that a guest gives to a NIC. */
  nicName: 64,
  /** Bytes of what a command prints; the rest is left out. */
  outputBytes: 65_536,
  /** How long a command may take: at most, and unless it is said. */
  mostSeconds: 240,
  seconds: 60,
  /** The same of one that is run after a boot, and of all of them; and the characters that are kept of what each prints. */
  bootSeconds: 60,
  allBootSeconds: 120,
  bootOutput: 2_000,
} as const;

const guestNicSchema = z.object({
  /** As the guest calls it. */
  name: z.string(),
  mac: z.string().nullable(),
  /** Of both kinds, with their prefix lengths. */
  addresses: z.array(z.string()),
});
export type GuestNic = z.infer<typeof guestNicSchema>;

const megabytes = z.number().nonnegative();

/** What a guest says of itself: shown, and believed for nothing else. Null is what it does not say. */
export const guestStatusSchema = z.object({
  /** Without the loopback; null where it does not say which it has. */
  nics: z.array(guestNicSchema).nullable(),
  uptimeSeconds: z.number().nonnegative().nullable(),
  /** Processes that run or wait to, on average over 1, 5 and 15 minutes. */
  load: z.tuple([z.number(), z.number(), z.number()]).nullable(),
  /** MiB */
  memory: z.object({ totalMb: megabytes, availableMb: megabytes }).nullable(),
  /** Of its root file system, MiB. */
  disk: z.object({ totalMb: megabytes, usedMb: megabytes }).nullable(),
});
export type GuestStatus = z.infer<typeof guestStatusSchema>;

/** What became of a command line that was run in a guest. */
export const guestRunSchema = z.object({
  /** What it printed, also as errors: lines of text, without what only a terminal would do something with. */
  output: z.string(),
  /** It printed more. */
  truncated: z.boolean(),
  /** Null: it did not end within the time, or the server was ended meanwhile, and nobody knows. */
  exitCode: z.number().int().nullable(),
  /** It was ended, since it took longer than it may. */
  timedOut: z.boolean(),
  durationMs: z.number().int().nonnegative(),
});
export type GuestRun = z.infer<typeof guestRunSchema>;

/** A command of a VM's `exec`, and what became of it after the VM's last start. */
export const bootRunSchema = guestRunSchema.extend({
  command: z.string(),
  /** Why it was not run, or why nobody knows what became of it. */
  error: z.string().nullable(),
  sentences: sentencesSchema,
});
export type BootRun = z.infer<typeof bootRunSchema>;

export const vmStatusInput = z.strictObject({ sliceId: idSchema, vmId: idSchema });

/** A guest was asked. */
export const vmStatusSchema = z.object({
  /** Null: unknown, and `reason` says why. */
  guest: guestStatusSchema.nullable(),
  reason: z.string().nullable(),
  sentences: sentencesSchema,
  askedAt: timestampSchema,
  /** What became of the commands that are run after its boot. */
  exec: z.array(bootRunSchema),
});
export type VmInside = z.infer<typeof vmStatusSchema>;

export const execInput = z.strictObject({
  sliceId: idSchema,
  vmId: idSchema,
  command: commandLineSchema.describe('the command line, for the guest’s shell'),
  seconds: z
    .number()
    .int()
    .min(1)
    .max(guestLimits.mostSeconds)
    .default(guestLimits.seconds)
    .describe('end it after so many seconds'),
});
