import { auditLog } from '#drizzle/schema/audit';
import type { Queryable } from '#server/db/client';

/** One deed: who did what to which object. `details` holds ids and names, never secrets. */
export interface Deed {
  /** `slices.create`, `auth.login` … */
  action: string;
  objectType?: string;
  objectId?: number;
  details?: Record<string, unknown>;
}

/** Writes the deed. Call it in the transaction of the deed, so that neither is there without the other. */
export async function recordAudit(
  q: Queryable,
  actor: { userId: number | null; ip: string | null },
  deed: Deed,
): Promise<void> {
  await q.insert(auditLog).values({
    userId: actor.userId,
    ip: actor.ip,
    action: deed.action,
    objectType: deed.objectType ?? null,
    objectId: deed.objectId ?? null,
    details: deed.details ?? null,
  });
}
