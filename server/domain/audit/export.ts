import type { z } from 'zod';
import type { AuditEntry, auditExportSchema, exportAuditInput } from '#shared/audit';
import { auditWords, type AuditWords } from '#shared/audit-words';
import { csvText } from '#shared/csv';
import { decodeCursor, encodeCursor, idCursor } from '#server/db/keyset';
import { auditRows } from '#server/db/queries/audit';
import type { DomainContext } from '../context';
import { auditEntry } from './entry';

/** Deeds in one piece: some hundred kilobytes. */
const pieceRows = 2_000;

const columns = {
  id: (entry) => entry.id,
  at: (entry) => entry.at,
  user_id: (entry) => entry.user?.id,
  user_email: (entry) => entry.user?.email,
  user_name: (entry) => entry.user?.name,
  action: (entry) => entry.action,
  object_type: (entry) => entry.objectType,
  object_id: (entry) => entry.objectId,
  ip: (entry) => entry.ip,
  token_id: (entry) => entry.token?.id,
  token_kind: (entry) => entry.token?.kind,
  token_name: (entry) => entry.token?.name,
  result: (entry) => entry.result,
  details: (entry) => (entry.details === null ? null : JSON.stringify(entry.details)),
  object_name: (entry) => entry.objectName,
  what: (_entry, words) => words.what,
  on: (_entry, words) => words.on,
  who: (_entry, words) => words.who,
  outcome: (_entry, words) => words.outcome,
  note: (_entry, words) => words.note,
} satisfies Record<string, (entry: AuditEntry, words: AuditWords) => string | number | null | undefined>;

/**
 * A piece of the log as text, oldest first; put behind each other, the pieces are one file. The caller has checked the
 * permission.
 */
export async function exportAudit(
  ctx: DomainContext,
  { query: { cursor, format, ...filters } }: { query: z.infer<typeof exportAuditInput> },
): Promise<z.infer<typeof auditExportSchema>> {
  const after = decodeCursor(idCursor, cursor)?.[0] ?? null;
  const rows = await auditRows(ctx.db, { filters, order: 'oldest', after, limit: pieceRows + 1 });
  const piece = rows.slice(0, pieceRows);
  const last = piece.at(-1);
  const entries = piece.map(auditEntry);
  const day = ctx.clock.now().toISOString().slice(0, 10);
  return {
    fileName: `audit-log-${day}.${format}`,
    text: format === 'jsonl' ? jsonLines(entries) : csv(entries, after === null),
    nextCursor: rows.length > pieceRows && last !== undefined ? encodeCursor([last.deed.id]) : null,
  };
}

function jsonLines(entries: readonly AuditEntry[]): string {
  return entries.map((entry) => `${JSON.stringify({ ...entry, words: auditWords(entry) })}\n`).join('');
}

function csv(entries: readonly AuditEntry[], withHeader: boolean): string {
  const rows: (string | number)[][] = entries.map((entry) => {
    const words = auditWords(entry);
    return Object.values(columns).map((value) => value(entry, words) ?? '');
  });
  return csvText(withHeader ? [Object.keys(columns), ...rows] : rows);
}
