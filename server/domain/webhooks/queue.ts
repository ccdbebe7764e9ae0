import { randomUUID } from 'node:crypto';
import { can } from '#shared/auth';
import type { Happening } from '#shared/notification';
import { notificationKinds } from '#shared/notification-kinds';
import { notificationWords } from '#shared/notification-words';
import type { WebhookBody } from '#shared/webhook';
import type { Transaction } from '#server/db/client';
import { insertDeliveries, webhooksFor } from '#server/db/queries/webhooks';
import { systemClock } from '#server/lib/clock';

/** A call that fails is tried again for so long. */
export const retryMs = 24 * 3_600_000;

/** What is sent of something that happened; of nothing, for a test. */
export function bodyOf(uuid: string, happening: Happening | null): string {
  const body: WebhookBody = {
    version: 1,
    id: uuid,
    event: happening?.kind ?? 'test',
    at: systemClock.now().toISOString(),
    message: happening === null ? 'This is a test.' : notificationWords(happening),
    data: happening,
  };
  return JSON.stringify(body);
}

/**
 * Queues a call of each webhook that wants to hear of it, in the transaction of what it tells of. Of accounts that it concerns;
 * and of administrators for all slices, of what happens to slices. Answers whether there is any.
 */
export async function queueCalls(
  tx: Transaction,
  { to, happening }: { to: readonly number[]; happening: Happening },
): Promise<boolean> {
  const { kind } = happening;
  const { webhook: callable, ofSlice } = notificationKinds[kind];
  if (!callable) return false;
  const concerned = new Set(to);
  const wanted = (await webhooksFor(tx, [...concerned])).filter(
    ({ webhook, owner }) =>
      webhook.events.includes(kind) &&
      (concerned.has(owner.id) || (webhook.allSlices && ofSlice && can(owner.role, 'slices:see-all'))),
  );
  await insertDeliveries(
    tx,
    wanted.map(({ webhook, owner }) => {
      const uuid = randomUUID();
      return { uuid, webhookId: webhook.id, userId: owner.id, event: kind, body: bodyOf(uuid, happening) };
    }),
    { retryMs },
  );
  return wanted.length > 0;
}
