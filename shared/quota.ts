import { z } from 'zod';
import { roles } from './permissions';
import { idSchema } from './primitives';

/**
 * What is counted over all slices of a user. Totals count every slice that is not destroyed, drafts too; `running…` counts VMs that are asked
 * to run, and those that were asked to stop until they have stopped. `snapshots` are those that were asked for; what they and
 * suspended VMs have on the zone's disk counts as disk. `imageMb` are images of one's own, and what is being uploaded of them. RAM
 * in MiB, disk in GiB. A slice counts for its owner, whoever operates it.
 */
export const countedFields = [
  'slices',
  'vms',
  'vcpus',
  'ramMb',
  'diskGb',
  'snapshots',
  'imageMb',
  'runningVms',
  'runningVcpus',
  'runningRamMb',
] as const;
export type CountedField = (typeof countedFields)[number];

/**
 * What each slice of a user may have of the internet, all its VMs together: `internetKbps` in each direction, in kbit/s of 1,000 bits;
 * `internetMbPerMonth` in MiB, both directions together, in a month of UTC.
 */
export const sliceFields = ['internetKbps', 'internetMbPerMonth'] as const;
/** What a user may have. */
export const quotaFields = [...countedFields, ...sliceFields] as const;
export type QuotaField = (typeof quotaFields)[number];

const limit = z.number().int().min(0).max(1_000_000_000).nullable();
const eachOf = <Field extends string, Value extends z.ZodType>(fields: readonly Field[], value: Value) =>
  Object.fromEntries(fields.map((field) => [field, value])) as Record<Field, Value>;
/** Less than this is no connection, and what is to have none has a total of 0; more than this no network of today gives. */
const rate = z.number().int().min(64).max(100_000_000).nullable();

/** null: no limit. */
export const quotaLimitsSchema = z.strictObject({ ...eachOf(quotaFields, limit), internetKbps: rate });
export type QuotaLimits = z.infer<typeof quotaLimitsSchema>;
/** `role`: as the user's role has it. */
export const userQuotaSchema = z.strictObject({
  ...eachOf(quotaFields, z.union([z.literal('role'), limit])),
  internetKbps: z.union([z.literal('role'), rate]),
});
export type UserQuota = z.infer<typeof userQuotaSchema>;
export const quotaUseSchema = z.strictObject(eachOf(countedFields, z.number().int().nonnegative()));
export type QuotaUse = z.infer<typeof quotaUseSchema>;

/** The limits that hold for a user and what is used of them. */
export const quotaSchema = z.object({ limits: quotaLimitsSchema, used: quotaUseSchema });
export type Quota = z.infer<typeof quotaSchema>;

export const quotaOfUserInput = z.strictObject({ userId: idSchema });
export const quotaOfUserSchema = quotaSchema.extend({ own: userQuotaSchema });
export const setUserQuotaInput = z.strictObject({ userId: idSchema, quota: userQuotaSchema });
export const roleQuotasSchema = z.object({
  items: z.array(z.object({ role: z.enum(roles), limits: quotaLimitsSchema })),
});
export const setRoleQuotaInput = z.strictObject({ role: z.enum(roles), limits: quotaLimitsSchema });

/** The fields of which there would be more than is allowed after `added`, in the order of {@link countedFields}. Pure. */
export function exceeded(quota: Quota, added: Partial<QuotaUse>): CountedField[] {
  return countedFields.filter((field) => {
    const most = quota.limits[field];
    const more = added[field] ?? 0;
    // who is over already, since a limit was lowered, may still do what takes nothing
    return most !== null && more > 0 && quota.used[field] + more > most;
  });
}
