import { z } from 'zod';
import { tokenKinds } from './auth';
import { idSchema, listInput, pageOf, timestampSchema } from './primitives';

/** One deed: who did what to which object, from where, with which token, and what came of it. */
export const auditEntrySchema = z.object({
  id: idSchema,
  at: timestampSchema,
  /** Null for nobody known: a failed sign-in with an unknown address, or the server itself. */
  user: z.object({ id: idSchema, name: z.string(), email: z.string() }).nullable(),
  action: z.string(),
  objectType: z.string().nullable(),
  objectId: idSchema.nullable(),
  ip: z.string().nullable(),
  token: z.object({ id: idSchema, kind: z.enum(tokenKinds), name: z.string().nullable() }).nullable(),
  /** `OK`, or the code of the error that refused it. */
  result: z.string(),
  details: z.record(z.string(), z.unknown()).nullable(),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;
export const auditPage = pageOf(auditEntrySchema);

const filters = {
  /** Exact (`slices.create`) or a noun with all its verbs (`slices.`). */
  action: z.string().trim().max(64).optional(),
  objectType: z.string().trim().max(32).optional(),
  objectId: idSchema.optional(),
  result: z.enum(['ok', 'refused']).optional(),
  from: timestampSchema.optional(),
  /** Exclusive. */
  until: timestampSchema.optional(),
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
