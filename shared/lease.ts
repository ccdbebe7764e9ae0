import { z } from 'zod';
import { deploymentKinds, type DeploymentKind } from './deployment/operations';
import { limits } from './limits';
import { roles } from './permissions';
import { idSchema, timestampSchema } from './primitives';
import { scheduleRuleSchema } from './schedule/rule';
import { leaseEnds, scheduledKinds } from './schedule/terms';

const oneOf = (kinds: readonly DeploymentKind[]) =>
  z.enum(deploymentKinds).refine((kind) => kinds.includes(kind), `One of ${kinds.join(', ')}.`);
const leaseEndSchema = oneOf(leaseEnds);

/** How long before its end a lease is warned of, where its zone does not say. */
export const defaultWarnMinutes = 60;
const minutesSchema = z.number().int().min(1).max(limits.leaseMinutes);

/** Of a slice: until when it may run. */
export const leaseSchema = z.object({
  expiresAt: timestampSchema,
  /** What is done at its end. */
  atEnd: z.enum(deploymentKinds),
  /** It ends soon, and was warned of. */
  warned: z.boolean(),
  /** Its end was come to: nothing of the slice is started until it is extended. */
  ended: z.boolean(),
});

/** How long a lease may be and what may be done at its end. */
export const leaseLimitSchema = z.strictObject({
  /** Longest, from now; null: no limit, and none is needed. */
  maxMinutes: minutesSchema.nullable(),
  /** What may be done at its end; the first is done where nobody has chosen. */
  atEnd: z.array(leaseEndSchema).min(1, 'Choose at least one.').max(leaseEnds.length),
  /** How long before its end it is warned of. */
  warnMinutes: minutesSchema,
});
export type LeaseLimit = z.infer<typeof leaseLimitSchema>;
export const noLeaseLimit: LeaseLimit = {
  maxMinutes: null,
  atEnd: [...leaseEnds],
  warnMinutes: defaultWarnMinutes,
};

/** What both allow. Where they agree on no end, the first one's word counts: there always is one. Pure. */
export function narrower(first: LeaseLimit, second: LeaseLimit): LeaseLimit {
  const both = [first.maxMinutes, second.maxMinutes].filter((minutes) => minutes !== null);
  const atEnd = first.atEnd.filter((kind) => second.atEnd.includes(kind));
  return {
    maxMinutes: both.length === 0 ? null : Math.min(...both),
    atEnd: atEnd.length === 0 ? first.atEnd : atEnd,
    warnMinutes: first.warnMinutes,
  };
}

const sliceId = idSchema.describe('id of the slice');
export const setLeaseInput = z.strictObject({
  id: sliceId,
  /** Null takes the lease away, where none is needed. */
  expiresAt: timestampSchema.nullable().describe('when it ends'),
  /** Without it as before, or what its limit names first. */
  atEnd: leaseEndSchema.optional().describe('what is done then'),
});
export const extendLeaseInput = z.strictObject({
  id: sliceId,
  /** Added to what is left of it. Without it the lease begins anew, as long as it was given for. */
  minutes: minutesSchema.optional().describe('by how many minutes'),
});
/** Of a slice that is made: until when it may run, and what is done then; without `atEnd` what its limit names first. */
export const newLeaseSchema = z.strictObject({
  expiresAt: timestampSchema.describe('when its lease ends'),
  atEnd: leaseEndSchema.optional().describe('what is done then'),
});
export type NewLease = z.infer<typeof newLeaseSchema>;
export const leaseLimitInput = z.strictObject({ zoneId: idSchema });
/** What may be chosen for a slice, of its zone and its owner's role. */
export const leaseOfSliceSchema = z.object({
  lease: leaseSchema.nullable(),
  limit: leaseLimitSchema,
  /** How long extending it makes it, from now; null without a lease. */
  extendsTo: timestampSchema.nullable(),
});
export type LeaseOfSlice = z.infer<typeof leaseOfSliceSchema>;

const limitOwner = z.union([z.strictObject({ zoneId: idSchema }), z.strictObject({ role: z.enum(roles) })]);
export const setLeaseLimitInput = z.strictObject({ of: limitOwner, limit: leaseLimitSchema });
export const leaseLimitsSchema = z.object({
  zones: z.array(z.object({ zone: z.object({ id: idSchema, name: z.string() }), limit: leaseLimitSchema })),
  roles: z.array(z.object({ role: z.enum(roles), limit: leaseLimitSchema })),
});
export type LeaseLimits = z.infer<typeof leaseLimitsSchema>;

export const scheduleSchema = z.object({
  id: idSchema,
  sliceId: idSchema,
  kind: z.enum(deploymentKinds),
  rule: scheduleRuleSchema,
  /** Null: it was for once, and is over. */
  nextAt: timestampSchema.nullable(),
});
export type Schedule = z.infer<typeof scheduleSchema>;
export const scheduleListSchema = z.object({ items: z.array(scheduleSchema) });
export const addScheduleInput = z.strictObject({
  sliceId,
  kind: oneOf(scheduledKinds).describe('the operation'),
  rule: scheduleRuleSchema,
});
