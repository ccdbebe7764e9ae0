import { auditLog } from '#drizzle/schema/audit';
import type { ErrorCode } from '#shared/errors';
import type { Queryable } from '#server/db/client';
import { tokenName } from '#server/db/queries/audit';
import type { Actor, SystemActor } from './context';

/** One action: who did what to which object. `details` holds ids and names, never secrets. */
export interface AuditRecord {
  /** A noun and a verb: `slices.create`, `auth.login`, `slices.open-console`. */
  action: string;
  objectType?: string;
  objectId?: number;
  /** The code of the error that refused it; without it, it was done. */
  result?: ErrorCode;
  /** `name` is what the object is called. */
  details?: Record<string, unknown>;
}

/** Who did it, as far as it is known, and with which session or token. */
export type AuditActor = { userId: number | null; ip: string | null } & Partial<Pick<Actor, 'tokenId' | 'kind'>>;

/** Writes the record. Call it in the transaction of the deed, so that neither is there without the other. */
export async function recordAudit(q: Queryable, actor: AuditActor | SystemActor, record: AuditRecord): Promise<void> {
  if (actor.kind === 'system') {
    const { because, onBehalfOf } = actor;
    const nobody = { userId: null, ip: null };
    return recordAudit(q, nobody, { ...record, details: { ...record.details, because, onBehalfOf } });
  }
  const { tokenId = null, kind = null } = actor;
  await q.insert(auditLog).values({
    userId: actor.userId,
    ip: actor.ip,
    tokenId,
    tokenKind: kind,
    // sessions have no names
    tokenName: tokenId === null || kind === 'session' ? null : await tokenName(q, tokenId),
    action: record.action,
    objectType: record.objectType ?? null,
    objectId: record.objectId ?? null,
    result: record.result ?? 'OK',
    details: record.details ?? null,
  });
}
