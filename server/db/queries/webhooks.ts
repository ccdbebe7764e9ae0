import { and, asc, desc, eq, inArray, isNull, lt, lte, notInArray, or, sql } from 'drizzle-orm';
import { webhookDeliveries, webhooks } from '#drizzle/schema/webhooks';
import { roles, users } from '#drizzle/schema/users';
import type { Role } from '#shared/auth';
import type { Database, Queryable, Transaction } from '#server/db/client';
import { databaseNow, fromNow } from '../clock';
import { inTransaction } from '../transaction';

export type WebhookRow = typeof webhooks.$inferSelect;
export type DeliveryRow = typeof webhookDeliveries.$inferSelect;
/** A webhook with the account that it is of. */
export interface OwnedWebhook {
  webhook: WebhookRow;
  owner: { id: number; name: string; role: Role };
}

/** So many of the newest calls of one webhook are kept. */
export const deliveriesKept = 500;

const ownerInForce = and(isNull(users.disabledAt), isNull(users.deletedAt));

/** Webhooks, each with the account that it is of and its role. */
function ownedWebhooks(q: Queryable) {
  return q
    .select({ webhook: webhooks, owner: { id: users.id, name: users.name, role: roles.name } })
    .from(webhooks)
    .innerJoin(users, eq(users.id, webhooks.userId))
    .innerJoin(roles, eq(roles.id, users.roleId));
}

/** Those that are active and of these accounts, or for all slices, as long as the account is in force. */
export function webhooksFor(q: Queryable, ofUsers: readonly number[]): Promise<OwnedWebhook[]> {
  const theirs = ofUsers.length === 0 ? undefined : inArray(webhooks.userId, [...ofUsers]);
  return ownedWebhooks(q).where(and(or(theirs, eq(webhooks.allSlices, true)), eq(webhooks.active, true), ownerInForce));
}

/** An account's own; with `shared` those for all slices as well. */
export function webhookRows(
  q: Queryable,
  { userId, shared }: { userId: number; shared: boolean },
): Promise<OwnedWebhook[]> {
  return ownedWebhooks(q)
    .where(or(eq(webhooks.userId, userId), shared ? eq(webhooks.allSlices, true) : undefined))
    .orderBy(asc(webhooks.id));
}

export async function webhookById(q: Queryable, id: number, { lock = false } = {}): Promise<OwnedWebhook | null> {
  // its row alone: the account's would be locked after it
  if (lock) await q.select({ id: webhooks.id }).from(webhooks).where(eq(webhooks.id, id)).for('update');
  const [row] = await ownedWebhooks(q).where(eq(webhooks.id, id));
  return row ?? null;
}

/** As {@link webhookById}, null when its account may not use it any more. */
export async function webhookInForce(q: Queryable, id: number): Promise<OwnedWebhook | null> {
  const [row] = await ownedWebhooks(q).where(and(eq(webhooks.id, id), ownerInForce));
  return row ?? null;
}

/** Queues calls: they may be claimed at once, and are tried for so long. */
export async function insertDeliveries(
  tx: Transaction,
  rows: readonly Pick<DeliveryRow, 'uuid' | 'webhookId' | 'userId' | 'event' | 'body'>[],
  { retryMs }: { retryMs: number },
): Promise<void> {
  if (rows.length === 0) return;
  await tx
    .insert(webhookDeliveries)
    .values(rows.map((row) => ({ ...row, claimableAt: databaseNow, retryUntil: fromNow(retryMs) })));
}

/**
 * Takes calls that are due, the oldest first, for `leaseMs`; none of the accounts in `without`, which have enough under way. Each
 * is taken by one server only.
 */
export function claimDeliveries(
  db: Database,
  { leaseMs, limit, without }: { leaseMs: number; limit: number; without: readonly number[] },
): Promise<DeliveryRow[]> {
  return inTransaction(db, async (tx) => {
    const rows = await tx
      .select()
      .from(webhookDeliveries)
      .where(
        and(
          lte(webhookDeliveries.claimableAt, databaseNow),
          without.length === 0 ? undefined : notInArray(webhookDeliveries.userId, [...without]),
        ),
      )
      .orderBy(asc(webhookDeliveries.claimableAt))
      .limit(limit)
      .for('update', { skipLocked: true });
    if (rows.length === 0) return [];
    await tx
      .update(webhookDeliveries)
      .set({
        claimableAt: fromNow(leaseMs),
        // whoever looks sees that it is under way
        attemptedAt: null,
        generation: sql`${webhookDeliveries.generation} + 1`,
        attempts: sql`${webhookDeliveries.attempts} + 1`,
      })
      .where(
        inArray(
          webhookDeliveries.id,
          rows.map((row) => row.id),
        ),
      );
    return rows.map((row) => ({
      ...row,
      generation: row.generation + 1,
      attempts: row.attempts + 1,
      attemptedAt: null,
    }));
  });
}

/** What an attempt came to. `againInMs` null: it was the last one. */
export type AttemptEnd = Pick<
  DeliveryRow,
  'status' | 'attemptedAt' | 'durationMs' | 'responseStatus' | 'responseBody' | 'error' | 'sentences'
> & { againInMs: number | null };

/** Writes how an attempt ended, unless the lease was lost meanwhile: false then. */
export async function writeAttempt(
  tx: Transaction,
  { id, generation }: Pick<DeliveryRow, 'id' | 'generation'>,
  { againInMs, ...end }: AttemptEnd,
): Promise<boolean> {
  const [result] = await tx
    .update(webhookDeliveries)
    .set({ ...end, claimableAt: againInMs === null ? null : fromNow(againInMs) })
    .where(and(eq(webhookDeliveries.id, id), eq(webhookDeliveries.generation, generation)));
  return result.affectedRows > 0;
}

/** Gives a claimed call back as if it had not been tried: the server stops. */
export async function giveBackDelivery(
  q: Queryable,
  { id, generation }: Pick<DeliveryRow, 'id' | 'generation'>,
): Promise<void> {
  await q
    .update(webhookDeliveries)
    .set({ claimableAt: databaseNow, attempts: sql`${webhookDeliveries.attempts} - 1` })
    .where(and(eq(webhookDeliveries.id, id), eq(webhookDeliveries.generation, generation)));
}

/** Whether a moment of a call has come, by the database's clock. */
export async function isPast(q: Queryable, id: number): Promise<boolean> {
  const rows = await q
    .select({ id: webhookDeliveries.id })
    .from(webhookDeliveries)
    .where(and(eq(webhookDeliveries.id, id), lte(webhookDeliveries.retryUntil, databaseNow)));
  return rows.length > 0;
}

/** Takes out of a webhook's log what is too many of what has ended. */
export async function pruneDeliveries(tx: Transaction, webhookId: number): Promise<void> {
  const surplus = await tx
    .select({ id: webhookDeliveries.id })
    .from(webhookDeliveries)
    .where(eq(webhookDeliveries.webhookId, webhookId))
    .orderBy(desc(webhookDeliveries.id))
    .limit(50)
    .offset(deliveriesKept);
  const ids = surplus.map((row) => row.id);
  if (ids.length > 0)
    await tx
      .delete(webhookDeliveries)
      .where(and(inArray(webhookDeliveries.id, ids), isNull(webhookDeliveries.claimableAt)));
}

export function deliveryRows(
  q: Queryable,
  { webhookId, before, limit }: { webhookId: number; before: number | null; limit: number },
): Promise<DeliveryRow[]> {
  return q
    .select()
    .from(webhookDeliveries)
    .where(
      and(eq(webhookDeliveries.webhookId, webhookId), before === null ? undefined : lt(webhookDeliveries.id, before)),
    )
    .orderBy(desc(webhookDeliveries.id))
    .limit(limit);
}

export async function deliveryById(
  q: Queryable,
  which: { id: number } | { uuid: string },
): Promise<DeliveryRow | null> {
  const [row] = await q
    .select()
    .from(webhookDeliveries)
    .where('id' in which ? eq(webhookDeliveries.id, which.id) : eq(webhookDeliveries.uuid, which.uuid));
  return row ?? null;
}

/** Has a call that has ended, or waits, made once more at once. */
export async function claimAgain(tx: Transaction, id: number): Promise<void> {
  await tx
    .update(webhookDeliveries)
    .set({ status: 'pending', claimableAt: databaseNow, retryUntil: databaseNow })
    .where(eq(webhookDeliveries.id, id));
}

/** A webhook with all its calls. */
export async function deleteWebhookRow(tx: Transaction, id: number): Promise<void> {
  await tx.delete(webhooks).where(eq(webhooks.id, id));
  await tx.delete(webhookDeliveries).where(eq(webhookDeliveries.webhookId, id));
}

/** When an account goes. */
export async function deleteWebhooksOf(tx: Transaction, userId: number): Promise<void> {
  const rows = await tx.select({ id: webhooks.id }).from(webhooks).where(eq(webhooks.userId, userId));
  for (const { id } of rows) await deleteWebhookRow(tx, id);
}
