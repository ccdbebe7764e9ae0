import { sql } from 'drizzle-orm';
import { index, json, mysqlEnum, mysqlTable, varchar } from 'drizzle-orm/mysql-core';
import { tokenKinds } from '#shared/auth';
import { createdAt, id, primaryId } from '../columns';

/** Who did what to which object; written in the transaction of the deed. No foreign keys: it outlives what it names. */
export const auditLog = mysqlTable(
  'audit_log',
  {
    id: primaryId(),
    userId: id('user_id'),
    /** `slices.create`, `auth.login` … */
    action: varchar('action', { length: 64 }).notNull(),
    objectType: varchar('object_type', { length: 32 }),
    objectId: id('object_id'),
    /** What it was called then; null for what has no name, and in rows of older versions. */
    objectName: varchar('object_name', { length: 255 }),
    ip: varchar('ip', { length: 45 }),
    /** The session or token that it was done with, and what it was called then. */
    tokenId: id('token_id'),
    tokenKind: mysqlEnum('token_kind', tokenKinds),
    tokenName: varchar('token_name', { length: 63 }),
    /** `OK`, how an operation ended, or the code of the error that refused it: see `shared/audit.ts`. */
    result: varchar('result', { length: 32 }).notNull().default('OK'),
    /** Of which kind the result is (`AuditOutcome`), so that an index has all that was refused in the order of the list. */
    outcome: varchar('outcome', { length: 9 }).generatedAlwaysAs(
      sql`(case result when 'OK' then 'ok' when 'FAILED' then 'failed' when 'CANCELLED' then 'cancelled' else 'refused' end)`,
      { mode: 'stored' },
    ),
    details: json('details').$type<Record<string, unknown>>(),
    createdAt: createdAt(),
  },
  (table) => [
    index('audit_log_user_id_index').on(table.userId, table.id),
    index('audit_log_action_index').on(table.action, table.id),
    index('audit_log_created_at_index').on(table.createdAt),
    // what was refused is seldom, and asked for
    index('audit_log_outcome_index').on(table.outcome, table.id),
    index('audit_log_object_index').on(table.objectType, table.objectId, table.id),
  ],
);
