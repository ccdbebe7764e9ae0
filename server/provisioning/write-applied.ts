import { inArray, sql } from 'drizzle-orm';
import type { sliceEdges, sliceNetworks, sliceVms } from '#drizzle/schema/slices';
import type { Applied } from '#shared/deployment/applied';
import type { Transaction } from '#server/db/client';
import { chunked } from '#server/db/rows';

/**
 * Writes what was observed to be applied, where it is not what the rows say already. No two VMs have the same, so that it is
 * one statement for many rows: there are a thousand of them when a large slice is deployed.
 */
export async function writeApplied(
  tx: Transaction,
  table: typeof sliceVms | typeof sliceNetworks | typeof sliceEdges,
  rows: readonly { id: number; applied: Applied | null }[],
  seen: ReadonlyMap<number, { applied: Applied | null }>,
): Promise<void> {
  const changed = rows.flatMap(({ id, applied: known }) => {
    const applied = seen.get(id)?.applied ?? null;
    return applied?.digest === known?.digest ? [] : [{ id, applied }];
  });
  const gone = changed.filter(({ applied }) => applied === null).map(({ id }) => id);
  for (const ids of chunked(gone)) await tx.update(table).set({ applied: null }).where(inArray(table.id, ids));
  for (const some of chunked(changed.filter(({ applied }) => applied !== null))) {
    const cases = some.map(({ id, applied }) => sql`when ${id} then ${JSON.stringify(applied)}`);
    await tx
      .update(table)
      .set({ applied: sql`case ${table.id} ${sql.join(cases, sql` `)} end` })
      .where(
        inArray(
          table.id,
          some.map(({ id }) => id),
        ),
      );
  }
}
