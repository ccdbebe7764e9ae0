import type { z } from 'zod';
import type { auditPage, listAuditInput, listOwnAuditInput } from '#shared/audit';
import { decodeCursor, idCursor, page } from '#server/db/keyset';
import { auditRows } from '#server/db/queries/audit';
import type { Actor, DomainContext } from '../context';
import { auditEntry } from './entry';

type Page = z.infer<typeof auditPage>;

/** Everybody's deeds, newest first. The caller has checked the permission. */
export async function listAudit(
  ctx: DomainContext,
  { query: { limit, cursor, ...filters } }: { query: z.infer<typeof listAuditInput> },
): Promise<Page> {
  const rows = await auditRows(ctx.db, {
    filters,
    order: 'newest',
    after: decodeCursor(idCursor, cursor)?.[0] ?? null,
    limit: limit + 1,
  });
  return page(rows, limit, auditEntry, (row) => [row.deed.id]);
}

/** The actor's own deeds, and what was tried in their name, newest first. */
export function listOwnAudit(
  ctx: DomainContext,
  { actor, query }: { actor: Actor; query: z.infer<typeof listOwnAuditInput> },
): Promise<Page> {
  return listAudit(ctx, { query: { ...query, userId: actor.userId } });
}
