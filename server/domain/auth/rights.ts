import { accountChanges } from '#drizzle/schema/users';
import type { Transaction } from '#server/db/client';
import { inTransaction } from '#server/db/transaction';
import type { DomainContext } from '../context';

/** Says, within the transaction, that the account may do something else from now on. */
export type Changed = (userId: number) => Promise<void>;

/**
 * As {@link inTransaction}, for what changes what accounts may do: streams and consoles of theirs that are open, at this
 * server and at others, ask after the commit whether they still may, and not only at their next turn.
 */
export async function changingRights<Result>(
  ctx: Pick<DomainContext, 'db' | 'bus'>,
  work: (tx: Transaction, changed: Changed) => Promise<Result>,
): Promise<Result> {
  const accounts = new Set<number>();
  const result = await inTransaction(ctx.db, (tx) => {
    accounts.clear();
    return work(tx, async (userId) => {
      if (accounts.has(userId)) return;
      accounts.add(userId);
      await tx.insert(accountChanges).values({ userId });
    });
  });
  for (const userId of accounts) ctx.bus.notifyAccount(userId);
  return result;
}
