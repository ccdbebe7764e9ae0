import type { AuditEntry } from '#shared/audit';
import type { AuditRow } from '#server/db/queries/audit';
import { iso } from '#server/db/rows';

/** A deed as readers of the log get it. */
export function auditEntry({ deed, user }: AuditRow): AuditEntry {
  const { id, tokenId, tokenKind } = deed;
  return {
    id,
    at: iso(deed.createdAt),
    user,
    action: deed.action,
    objectType: deed.objectType,
    objectId: deed.objectId,
    objectName: deed.objectName,
    ip: deed.ip,
    token: tokenId === null || tokenKind === null ? null : { id: tokenId, kind: tokenKind, name: deed.tokenName },
    result: deed.result,
    details: deed.details,
  };
}
