import { and, inArray, lt, lte, or, type SQL } from 'drizzle-orm';
import type { MySqlColumn, MySqlTable } from 'drizzle-orm/mysql-core';
import { auditLog } from '#drizzle/schema/audit';
import { consoleTokens } from '#drizzle/schema/slices';
import { templateDrafts } from '#drizzle/schema/templates';
import { notifications } from '#drizzle/schema/notifications';
import { accountChanges, apiTokens, passwordResets, rateLimits } from '#drizzle/schema/users';
import { webhookDeliveries } from '#drizzle/schema/webhooks';
import type { Queryable } from '#server/db/client';

/** Until when, exclusive, what has ended is deleted. */
export interface Ended {
  now: Date;
  tokensBefore: Date;
  consoleTokensBefore: Date;
  accountChangesBefore: Date;
  auditBefore: Date;
  notificationsBefore: Date;
  deliveriesBefore: Date;
  draftsBefore: Date;
}

interface Target {
  name:
    | 'tokens'
    | 'passwordLinks'
    | 'consoleTokens'
    | 'rateLimits'
    | 'accountChanges'
    | 'auditEntries'
    | 'notifications'
    | 'deliveries'
    | 'drafts';
  table: MySqlTable;
  key: MySqlColumn;
  ended: SQL | undefined;
}

function targets(ended: Ended): Target[] {
  return [
    {
      name: 'tokens',
      table: apiTokens,
      key: apiTokens.id,
      ended: or(lt(apiTokens.expiresAt, ended.tokensBefore), lt(apiTokens.revokedAt, ended.tokensBefore)),
    },
    {
      name: 'passwordLinks',
      table: passwordResets,
      key: passwordResets.id,
      ended: lte(passwordResets.expiresAt, ended.now),
    },
    {
      name: 'consoleTokens',
      table: consoleTokens,
      key: consoleTokens.id,
      ended: lt(consoleTokens.expiresAt, ended.consoleTokensBefore),
    },
    {
      name: 'rateLimits',
      table: rateLimits,
      key: rateLimits.key,
      ended: lte(rateLimits.windowEndsAt, ended.now),
    },
    {
      name: 'accountChanges',
      table: accountChanges,
      key: accountChanges.id,
      ended: lt(accountChanges.createdAt, ended.accountChangesBefore),
    },
    {
      name: 'drafts',
      table: templateDrafts,
      key: templateDrafts.id,
      ended: lt(templateDrafts.savedAt, ended.draftsBefore),
    },
    {
      name: 'auditEntries',
      table: auditLog,
      key: auditLog.id,
      ended: lt(auditLog.createdAt, ended.auditBefore),
    },
    {
      name: 'notifications',
      table: notifications,
      key: notifications.id,
      ended: lt(notifications.createdAt, ended.notificationsBefore),
    },
    {
      name: 'deliveries',
      table: webhookDeliveries,
      key: webhookDeliveries.id,
      ended: lt(webhookDeliveries.createdAt, ended.deliveriesBefore),
    },
  ];
}
export type Deleted = Record<Target['name'], number>;

/**
 * Deletes what has ended, in pieces of `size`, until nothing is left or `signal` fires. Rows are found without locks and
 * deleted by their keys, if they have still ended by then: neither requests nor another server that does the same wait.
 */
export async function deleteEnded(q: Queryable, ended: Ended, signal: AbortSignal, size = 500): Promise<Deleted> {
  const deleted: Deleted = {
    tokens: 0,
    passwordLinks: 0,
    consoleTokens: 0,
    rateLimits: 0,
    accountChanges: 0,
    auditEntries: 0,
    notifications: 0,
    deliveries: 0,
    drafts: 0,
  };
  for (const { name, table, key, ended: condition } of targets(ended))
    while (!signal.aborted) {
      const rows = await q.select({ key }).from(table).where(condition).limit(size);
      if (rows.length === 0) break;
      const keys = rows.map((row) => row.key);
      const [result] = await q.delete(table).where(and(inArray(key, keys), condition));
      deleted[name] += result.affectedRows;
      if (rows.length < size) break;
    }
  return deleted;
}
