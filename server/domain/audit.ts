import { auditLog } from '#drizzle/schema/audit';
import type { EndResult } from '#shared/audit';
import type { ErrorCode } from '#shared/errors';
import type { Queryable } from '#server/db/client';
import { objectName, tokenName } from '#server/db/queries/audit';
import type { Actor, SystemActor } from './context';

/**
 * One action: who did what to which object. `details` holds ids and names, never secrets; beside the id of anything else than
 * the object stands what that is called (`namesOfIds` in `shared/audit.ts`).
 */
export interface AuditRecord {
  /** A noun and a verb: `slices.create`, `auth.login`, `slices.open-console`. */
  action: string;
  objectType?: string;
  objectId?: number;
  /** What the object is called: unless it is given, here or as the `name` of the details, it is looked up. Null: not to be told. */
  objectName?: string | null;
  /** The code of the error that refused it, or how the operation ended; without it, it was done. */
  result?: ErrorCode | EndResult;
  details?: Record<string, unknown>;
}

/** Who did it, as far as it is known, and with which session or token. */
export type AuditActor = { userId: number | null; ip: string | null } & Partial<Pick<Actor, 'tokenId' | 'kind'>>;

/** Writes the record. Call it in the transaction of the deed, so that neither is there without the other. */
export async function recordAudit(q: Queryable, actor: AuditActor | SystemActor, record: AuditRecord): Promise<void> {
  if (actor.kind === 'system') {
    const { because, onBehalfOf } = actor;
    const nobody = { userId: null, ip: null };
    const onBehalfOfName = await objectName(q, 'user', onBehalfOf);
    return recordAudit(q, nobody, { ...record, details: { ...record.details, because, onBehalfOf, onBehalfOfName } });
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
    objectName: (await nameOf(q, record))?.slice(0, nameLength) ?? null,
    result: record.result ?? 'OK',
    details: record.details ?? null,
  });
}

const nameLength = 255;

async function nameOf(
  q: Queryable,
  { objectName: given, objectType, objectId, details }: AuditRecord,
): Promise<string | null> {
  if (given !== undefined) return given;
  const told = details?.['name'];
  if (typeof told === 'string') return told;
  return objectType === undefined || objectId === undefined ? null : objectName(q, objectType, objectId);
}

/** The VM that an operation is aimed at, if any, for the details of its record. */
export async function vmTold(q: Queryable, vmId: number | null): Promise<{ vmId: number | null; vm?: string | null }> {
  return vmId === null ? { vmId } : { vmId, vm: await objectName(q, 'slice_vm', vmId) };
}
