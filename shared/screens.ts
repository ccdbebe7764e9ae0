import { z } from 'zod';
import { consoleKinds } from './image';
import { idSchema, timestampSchema } from './primitives';
import { vmStatuses } from './slice-status';

/** How many screens one answer has. */
export const mostScreens = 24;
/** How often pages ask for what screens show. */
export const screensEveryMs = 5_000;

export const sliceScreensInput = z.strictObject({
  id: idSchema,
  /** Of these VMs; else of the first of the slice, as many as an answer has. */
  vmIds: z.array(idSchema).min(1).max(mostScreens).optional(),
});

/** What a VM shows; neither picture nor lines of one that does not run, or does not draw. */
export const screenSchema = z.object({
  vm: z.object({ id: idSchema, name: z.string(), status: z.enum(vmStatuses) }),
  /** Of which of its consoles it is. */
  kind: z.enum(consoleKinds),
  /** When it was looked at. */
  at: timestampSchema,
  /** Of a screen, made small: PNG, base64. */
  picture: z
    .object({ png: z.string(), width: z.number().int().positive(), height: z.number().int().positive() })
    .nullable(),
  /** Of a serial console: lines of characters to be seen, the last ones. */
  lines: z.array(z.string()).nullable(),
});
export type Screen = z.infer<typeof screenSchema>;

export const sliceScreensSchema = z.object({ screens: z.array(screenSchema) });
