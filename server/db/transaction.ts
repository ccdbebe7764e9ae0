import type { Database, Transaction } from './client';
import { againAfterContention } from './contention';

/**
 * Runs `work` in a transaction and does it again, from the start, after a deadlock or a lock timeout. `work` may
 * therefore run several times: nothing in it may touch anything but the database.
 */
export function inTransaction<Result>(
  db: Database,
  work: (tx: Transaction) => Promise<Result>,
  config?: Parameters<Database['transaction']>[1],
): Promise<Result> {
  return againAfterContention(() => db.transaction(work, config));
}

/** Runs `work` on one unchanging view of the database, that of its first read: what it reads belongs together. */
export function inSnapshot<Result>(db: Database, work: (tx: Transaction) => Promise<Result>): Promise<Result> {
  // not `withConsistentSnapshot` besides: drizzle then leaves out the comma between the two
  return againAfterContention(() =>
    db.transaction(work, { isolationLevel: 'repeatable read', accessMode: 'read only' }),
  );
}
