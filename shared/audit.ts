import { z } from 'zod';
import { tokenKinds } from './auth';
import type { DeploymentStatus } from './deployment/schema';
import { idSchema, listInput, pageOf, timestampSchema } from './primitives';

/** What the row of an operation's end says of it; every other `result` is the code of the error that refused a deed. */
export const endResults = { succeeded: 'OK', failed: 'FAILED', cancelled: 'CANCELLED' } as const satisfies Partial<
  Record<DeploymentStatus, string>
>;
export type EndResult = (typeof endResults)[keyof typeof endResults];

/**
 * Where the details of a deed name what an id in them is of: beside each of these keys one of those stands, with the name that it
 * had then.
 */
export const namesOfIds = {
  userId: ['user', 'with'],
  templateId: ['template'],
  sliceId: ['slice'],
  vmId: ['vm'],
  zoneId: ['zone'],
  from: ['fromName'],
  to: ['toName'],
  transferTo: ['transferToName'],
  onBehalfOf: ['onBehalfOfName'],
} as const satisfies Record<string, readonly string[]>;

/** One deed: who did what to which object, from where, with which token, and what came of it. */
export const auditEntrySchema = z.object({
  id: idSchema,
  at: timestampSchema,
  /** Null for nobody known: a failed sign-in with an unknown address, or the server itself. */
  user: z.object({ id: idSchema, name: z.string(), email: z.string() }).nullable(),
  action: z.string(),
  objectType: z.string().nullable(),
  objectId: idSchema.nullable(),
  /** What it was called then. Null for what has no name, and in rows of older versions. */
  objectName: z.string().nullable(),
  ip: z.string().nullable(),
  token: z.object({ id: idSchema, kind: z.enum(tokenKinds), name: z.string().nullable() }).nullable(),
  /** `OK`; `FAILED` or `CANCELLED` of an operation that ended so; else the code of the error that refused it. */
  result: z.string(),
  details: z.record(z.string(), z.unknown()).nullable(),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;
export const auditPage = pageOf(auditEntrySchema);

/** How a deed went, to filter by. */
export const auditOutcomes = ['ok', 'failed', 'cancelled', 'refused'] as const;
export type AuditOutcome = (typeof auditOutcomes)[number];

const filters = {
  /** Exact (`slices.create`) or a noun with all its verbs (`slices.`). */
  action: z.string().trim().max(64).optional().describe('a deed, `slices.create`, or all of a noun, `slices.`'),
  objectType: z.string().trim().max(32).optional().describe('what it was done to: `slice`, `user` …'),
  objectId: idSchema.optional().describe('its id'),
  result: z.enum(auditOutcomes).optional().describe('how it went'),
  from: timestampSchema.optional().describe('from this moment on, in UTC: 2026-01-31T00:00:00.000Z'),
  /** Exclusive. */
  until: timestampSchema.optional().describe('what was before this moment'),
} as const;
const position = { limit: listInput.limit, cursor: listInput.cursor } as const;

/** Newest first. */
export const listAuditInput = z.strictObject({ ...position, ...filters, userId: idSchema.optional() });
export const listOwnAuditInput = z.strictObject({ ...position, ...filters });
export const auditFormats = ['csv', 'jsonl'] as const;
/** A piece of the log as text, oldest first: ask again with `nextCursor` and put the pieces behind each other. */
export const exportAuditInput = z.strictObject({
  cursor: listInput.cursor,
  format: z.enum(auditFormats).default('csv'),
  ...filters,
  userId: idSchema.optional(),
});
export const auditExportSchema = z.object({
  fileName: z.string(),
  text: z.string(),
  nextCursor: z.string().nullable(),
});
