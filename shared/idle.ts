import { z } from 'zod';
import { limits } from './limits';
import { roles } from './permissions';
import { idSchema, timestampSchema } from './primitives';

/**
 * A VM that uses less than this part of one processor counts as idle. Measured with software emulation: the built-in guest that waits takes
 * 0.3 %, one that works as much as it gets.
 */
export const idleCpuShare = 0.05;
/** One whose NICs carry less than this in a second counts as idle: neighbours are asked for, and clocks. */
export const idleBytesPerSecond = 500;

/** What is done about a slice in which nothing happens, the mildest first. */
export const idleActions = ['suggest', 'suspend', 'stop'] as const;
export type IdleAction = (typeof idleActions)[number];

/** A rule comes to nothing sooner: what a server has looked at a few times only says little. */
export const leastIdleMinutes = 5;

export const idleRuleSchema = z.strictObject({
  /** How long nothing happens in it: no console is open, no VM works, no traffic. */
  minutes: z
    .number()
    .int()
    .min(leastIdleMinutes)
    .max(limits.leaseMinutes)
    .describe('after how many minutes in which nothing happens'),
  action: z.enum(idleActions).describe('what is done then'),
});
export type IdleRule = z.infer<typeof idleRuleSchema>;

/** Of one slice: its own rule, and those of its zone and of its owner's role, which hold besides. Whichever comes first is done first. */
export const idleOfSliceSchema = z.object({
  own: idleRuleSchema.nullable(),
  zone: idleRuleSchema.nullable(),
  role: idleRuleSchema.nullable(),
  /** Since when nothing happens in it, where a rule has come to that; null otherwise. */
  since: timestampSchema.nullable(),
});
export type IdleOfSlice = z.infer<typeof idleOfSliceSchema>;

export const setIdleInput = z.strictObject({
  id: idSchema.describe('id of the slice'),
  /** Null: none of its own. */
  rule: idleRuleSchema.nullable(),
});
const ruleOwner = z.union([z.strictObject({ zoneId: idSchema }), z.strictObject({ role: z.enum(roles) })]);
export const setIdleRuleInput = z.strictObject({ of: ruleOwner, rule: idleRuleSchema.nullable() });
/** Those of zones and roles that have one. */
export const idleRulesSchema = z.object({
  zones: z.array(z.object({ zone: z.object({ id: idSchema, name: z.string() }), rule: idleRuleSchema })),
  roles: z.array(z.object({ role: z.enum(roles), rule: idleRuleSchema })),
});
