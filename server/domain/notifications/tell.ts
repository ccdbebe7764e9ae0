import type { Happening } from '#shared/notification';
import type { Transaction } from '#server/db/client';
import { alreadyToldOf, insertNotifications, wantedBy } from '#server/db/queries/notifications';
import { inTransaction } from '#server/db/transaction';
import type { DomainContext } from '../context';
import { queueCalls } from '../webhooks/queue';

/** What happened, and the accounts that it concerns; each is told once, however often it is named. */
export type Telling = Happening & { to: readonly number[] };

/** Who has to hear of what was told, once its transaction is committed. */
export interface Told {
  users: readonly number[];
  /** Webhooks are to be called. */
  calls: boolean;
}

/**
 * Tells accounts, and their webhooks, of what happened: by a row each, in the transaction of what it tells of, so that it is never lost and never
 * told twice. After the commit give the answer to {@link announce}. Whoever has no transaction of their own takes {@link telling}.
 */
export async function tell(tx: Transaction, { to, ...happening }: Telling): Promise<Told> {
  const wanted = await wantedBy(tx, { users: [...new Set(to)], kind: happening.kind });
  const users = happening.kind === 'slice.degraded' ? await notYetTold(tx, wanted, happening) : wanted;
  await insertNotifications(tx, { users, happening });
  return { users, calls: await queueCalls(tx, { to, happening }) };
}

/** A slice that goes up and down is told of once, until that is read. */
async function notYetTold(
  tx: Transaction,
  users: readonly number[],
  { kind, slice }: Extract<Happening, { kind: 'slice.degraded' }>,
): Promise<number[]> {
  const told = await alreadyToldOf(tx, { users, kind, sliceId: slice.id });
  return users.filter((userId) => !told.has(userId));
}

/** Tells the pages that are open, after the commit. */
export function announce(ctx: Pick<DomainContext, 'bus'>, told: readonly Told[]): void {
  for (const userId of new Set(told.flatMap(({ users }) => users))) ctx.bus.notifyInbox(userId);
  if (told.some(({ calls }) => calls)) ctx.bus.offerDeliveries();
}

/** As `inTransaction`, for what accounts are told of: `work` calls what it is given, as often as it has something to tell. */
export async function telling<Result>(
  ctx: Pick<DomainContext, 'db' | 'bus'>,
  work: (tx: Transaction, say: (what: Telling) => Promise<void>) => Promise<Result>,
): Promise<Result> {
  let told: Told[] = [];
  const result = await inTransaction(ctx.db, (tx) => {
    told = [];
    return work(tx, async (what) => {
      told.push(await tell(tx, what));
    });
  });
  announce(ctx, told);
  return result;
}
