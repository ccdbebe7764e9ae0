import type { Database, Transaction } from './client';
import { isContention } from './errors';

/**
 * Runs `work` in a transaction and does it again, from the start, after a deadlock or a lock timeout. `work` may
 * therefore run several times: nothing in it may touch anything but the database.
 */
export async function inTransaction<Result>(
  db: Database,
  work: (tx: Transaction) => Promise<Result>,
  attempts = 4,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction(work);
    } catch (error) {
      if (attempt >= attempts || !isContention(error)) throw error;
    }
  }
}

/** Runs `work` on one unchanging view of the database, that of its first read: what it reads belongs together. */
export function inSnapshot<Result>(db: Database, work: (tx: Transaction) => Promise<Result>): Promise<Result> {
  // not `withConsistentSnapshot` besides: drizzle then leaves out the comma between the two
  return db.transaction(work, { isolationLevel: 'repeatable read', accessMode: 'read only' });
}
