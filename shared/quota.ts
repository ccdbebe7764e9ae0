import { z } from 'zod';
import { roles } from './permissions';
import { idSchema } from './primitives';

/**
 * What a user may have. Totals count every slice that is not destroyed, drafts too; `running…` counts VMs that are asked
 * to run, and those that were asked to stop until they have stopped. `snapshots` are those that were asked for; what they and
 * suspended VMs have on the zone's disk counts as disk. `imageMb` are images of one's own, and what is being uploaded of them. RAM
 * in MiB, disk in GiB. A slice counts for its owner, whoever operates it.
 */
export const quotaFields = [
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
export type QuotaField = (typeof quotaFields)[number];

const limit = z.number().int().min(0).max(1_000_000_000).nullable();
const each = <Value extends z.ZodType>(value: Value) =>
  z.strictObject(Object.fromEntries(quotaFields.map((field) => [field, value])) as Record<QuotaField, Value>);

/** null: no limit. */
export const quotaLimitsSchema = each(limit);
export type QuotaLimits = z.infer<typeof quotaLimitsSchema>;
/** `role`: as the user's role has it. */
export const userQuotaSchema = each(z.union([z.literal('role'), limit]));
export type UserQuota = z.infer<typeof userQuotaSchema>;
export const quotaUseSchema = each(z.number().int().nonnegative());
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

/** The fields of which there would be more than is allowed after `added`, in the order of {@link quotaFields}. Pure. */
export function exceeded(quota: Quota, added: Partial<QuotaUse>): QuotaField[] {
  return quotaFields.filter((field) => {
    const most = quota.limits[field];
    const more = added[field] ?? 0;
    // who is over already, since a limit was lowered, may still do what takes nothing
    return most !== null && more > 0 && quota.used[field] + more > most;
  });
}
