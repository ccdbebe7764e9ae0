import { and, asc, desc, eq, gt, gte, inArray, lt, type SQL } from 'drizzle-orm';
import { auditLog } from '#drizzle/schema/audit';
import { availabilityZones, flavours, images } from '#drizzle/schema/catalogue';
import { imageUploads } from '#drizzle/schema/image-uploads';
import { slices, sliceVms } from '#drizzle/schema/slices';
import { sshKeys } from '#drizzle/schema/ssh-keys';
import { templates } from '#drizzle/schema/templates';
import { apiTokens, roles, users } from '#drizzle/schema/users';
import { webhooks } from '#drizzle/schema/webhooks';
import type { AuditOutcome } from '#shared/audit';
import { deviceOf } from '#shared/user-agent';
import type { Queryable } from '#server/db/client';
import { idBounds } from '../id-bounds';
import { startsWith } from '../keyset';

/** What a token is called; null for a session, and for one that there is not. */
export async function tokenName(q: Queryable, tokenId: number): Promise<string | null> {
  const [row] = await q.select({ name: apiTokens.name }).from(apiTokens).where(eq(apiTokens.id, tokenId));
  return row?.name ?? null;
}

const named = {
  user: users,
  slice: slices,
  slice_vm: sliceVms,
  template: templates,
  flavour: flavours,
  image: images,
  zone: availabilityZones,
  role: roles,
  webhook: webhooks,
  image_upload: imageUploads,
  ssh_key: sshKeys,
} as const;

function isNamed(type: string): type is keyof typeof named {
  return type in named;
}

/**
 * What an object of the log is called now, whoever asks; null when it is not there or has no name. A session is called by
 * its device, else by its account.
 */
export async function objectName(q: Queryable, type: string, id: number): Promise<string | null> {
  if (type === 'api_token') {
    const [row] = await q
      .select({ name: apiTokens.name, userAgent: apiTokens.userAgent, owner: users.name })
      .from(apiTokens)
      .innerJoin(users, eq(users.id, apiTokens.userId))
      .where(eq(apiTokens.id, id));
    if (row === undefined) return null;
    const { browser, system } = deviceOf(row.userAgent);
    const device = [browser, system].filter((part) => part !== null).join(', ');
    return row.name ?? (device === '' ? row.owner : device);
  }
  if (!isNamed(type)) return null;
  const table = named[type];
  const [row] = await q.select({ name: table.name }).from(table).where(eq(table.id, id));
  return row?.name ?? null;
}

export interface AuditFilters {
  /** Who did it. */
  userId?: number | undefined;
  /** Exact (`slices.create`) or a noun with all its verbs (`slices.`). */
  action?: string | undefined;
  objectType?: string | undefined;
  objectId?: number | undefined;
  result?: AuditOutcome | undefined;
  from?: string | undefined;
  /** Exclusive. */
  until?: string | undefined;
}
export interface AuditRow {
  deed: typeof auditLog.$inferSelect;
  /** Who did it; null for nobody known. */
  user: { id: number; name: string; email: string } | null;
}

/** `limit` deeds after the one with the id `after` in the `order`, with their doers. */
export async function auditRows(
  q: Queryable,
  options: { filters: AuditFilters; order: 'newest' | 'oldest'; after: number | null; limit: number },
): Promise<AuditRow[]> {
  const { filters, order, after, limit } = options;
  const { above, below } = await idBounds(q, auditLog, filters);
  const beyond = order === 'newest' ? lt : gt;
  const deeds = await q
    .select()
    .from(auditLog)
    .where(
      and(
        matching(filters),
        after === null ? undefined : beyond(auditLog.id, after),
        above === null ? undefined : gt(auditLog.id, above),
        below === null ? undefined : lt(auditLog.id, below),
      ),
    )
    .orderBy(order === 'newest' ? desc(auditLog.id) : asc(auditLog.id))
    .limit(limit);
  // not joined: MySQL would read the whole log to do so
  const ids = [...new Set(deeds.flatMap(({ userId }) => userId ?? []))];
  const doers =
    ids.length === 0
      ? []
      : await q
          .select({ id: users.id, name: users.name, email: users.email })
          .from(users)
          .where(inArray(users.id, ids));
  const byId = new Map(doers.map((user) => [user.id, user]));
  return deeds.map((deed) => ({ deed, user: deed.userId === null ? null : (byId.get(deed.userId) ?? null) }));
}

function matching({ userId, action, objectType, objectId, result, from, until }: AuditFilters): SQL | undefined {
  return and(
    userId === undefined ? undefined : eq(auditLog.userId, userId),
    action === undefined || action === ''
      ? undefined
      : action.endsWith('.')
        ? startsWith(auditLog.action, action)
        : eq(auditLog.action, action),
    objectType === undefined ? undefined : eq(auditLog.objectType, objectType),
    objectId === undefined ? undefined : eq(auditLog.objectId, objectId),
    result === undefined ? undefined : eq(auditLog.outcome, result),
    from === undefined ? undefined : gte(auditLog.createdAt, new Date(from)),
    until === undefined ? undefined : lt(auditLog.createdAt, new Date(until)),
  );
}
