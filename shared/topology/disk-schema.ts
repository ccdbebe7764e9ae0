import { z } from 'zod';
import { limits } from '../limits';
import { bootDevices, type ExtraDisk } from './disk';
import { drawingLimits } from './limits';

const labelRule = `At most ${drawingLimits.diskLabelLength} lower-case letters, digits and hyphens, the latter inside; not “image” or “network”.`;

/** The serial number of a virtio disk has 20 bytes (virtio 1.1, 5.2.6.1), and names files here. */
export const diskLabelSchema = z
  .string()
  .max(drawingLimits.diskLabelLength, labelRule)
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, labelRule)
  .refine((label) => !bootDevices.some((device) => device === label), labelRule);

/** What a VM is booted from: one of `bootDevices`, or an extra disk by its label. Whether there is one, `validateTopology` says. */
export const bootDeviceSchema = z.enum(bootDevices).or(diskLabelSchema);

const sizeRule = `From 1 to ${limits.diskGb} GiB.`;

export const extraDiskSchema = z.strictObject({
  label: diskLabelSchema,
  sizeGb: z.number().int(sizeRule).min(1, sizeRule).max(limits.diskGb, sizeRule),
}) satisfies z.ZodType<ExtraDisk>;
