import { z } from 'zod';
import { limits } from './limits';
import { idSchema, listInput, nameSchema, pageOf, timestampSchema } from './primitives';

/** What a VM has, as a flavour says it: RAM in MiB, disk in GiB. */
export const sizeFields = {
  vcpus: z.number().int().min(1).max(limits.vcpus),
  ramMb: z.number().int().min(64).max(limits.ramMb),
  diskGb: z.number().int().min(0).max(limits.diskGb),
} as const;

/** A VM size. `retiredAt` set: existing VMs keep it, new ones cannot take it. */
export const flavourSchema = z.object({
  id: idSchema,
  name: z.string(),
  ...sizeFields,
  retiredAt: timestampSchema.nullable(),
  createdAt: timestampSchema,
  /** Live VMs of templates' current revisions and of slices that use it; a flavour in use cannot be retired. So many at most: more are not counted. */
  inUse: z.number().int().max(limits.usesCounted),
});
export type Flavour = z.infer<typeof flavourSchema>;
export const flavourPage = pageOf(flavourSchema);

export const listFlavoursInput = z.strictObject({
  ...listInput,
  includeRetired: z.boolean().default(false).describe('also what is retired'),
});
export const createFlavourInput = z.strictObject({ name: nameSchema, ...sizeFields });
export const updateFlavourInput = z.strictObject({ id: idSchema, name: nameSchema, ...sizeFields });
