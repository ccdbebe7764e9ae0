import { eq } from 'drizzle-orm';
import { events } from '#drizzle/schema/deployments';
import { slices } from '#drizzle/schema/slices';
import type { Transaction } from '#server/db/client';
import type { EventData } from '#shared/deployment/events';

/** Rows per INSERT, far below any server's packet limit. */
const batch = 500;

/**
 * Appends to a slice's history. Locks the slice's row first, so that the ids of one slice are committed in their order:
 * a reader who has seen an id has seen all before it. After the commit, tell the bus.
 */
export async function appendEvents(tx: Transaction, sliceId: number, datas: readonly EventData[]): Promise<void> {
  if (datas.length === 0) return;
  await lockSlice(tx, sliceId);
  await insertEvents(tx, sliceId, datas);
}

/** {@link appendEvents} for who has locked the slice's row in this transaction. */
export async function insertEvents(tx: Transaction, sliceId: number, datas: readonly EventData[]): Promise<void> {
  for (let from = 0; from < datas.length; from += batch)
    await tx.insert(events).values(datas.slice(from, from + batch).map((data) => ({ sliceId, data })));
}

/**
 * The slice's row, locked until the end of the transaction. Every writer of a slice takes this lock before any other but
 * its owner's.
 */
export async function lockSlice(tx: Transaction, sliceId: number): Promise<typeof slices.$inferSelect | undefined> {
  const [row] = await tx.select().from(slices).where(eq(slices.id, sliceId)).for('update');
  return row;
}
