import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import type { z } from 'zod';
import { webhooks } from '#drizzle/schema/webhooks';
import { can } from '#shared/auth';
import { AppError, notFound } from '#shared/errors';
import { limits } from '#shared/limits';
import { say } from '#shared/sentence';
import type {
  createdWebhookSchema,
  createWebhookInput,
  deliveryPage,
  listDeliveriesInput,
  updateWebhookInput,
  Webhook,
  WebhookDelivery,
  webhookListSchema,
} from '#shared/webhook';
import type { Queryable, Transaction } from '#server/db/client';
import { decodeCursor, idCursor, page } from '#server/db/keyset';
import { lockAccounts } from '#server/db/queries/accounts';
import {
  claimAgain,
  deleteWebhookRow,
  deliveryById,
  deliveryRows,
  insertDeliveries,
  webhookById,
  webhookRows,
  type DeliveryRow,
  type OwnedWebhook,
} from '#server/db/queries/webhooks';
import { iso } from '#server/db/rows';
import { inTransaction } from '#server/db/transaction';
import { recordAudit } from '../audit';
import { attemptOf, countAttempts } from '../auth/rate-limits';
import type { Actor, DomainContext } from '../context';
import { bodyOf } from './queue';
import { newSecret } from './signing';

type Created = z.infer<typeof createdWebhookSchema>;

function publicWebhook({ webhook, owner }: OwnedWebhook): Webhook {
  const { id, name, url, events, allSlices, active, failingSince, disabledAt, createdAt } = webhook;
  return {
    ...{ id, name, url, events, allSlices, active },
    owner: { id: owner.id, name: owner.name },
    failingSince: iso(failingSince),
    disabledAt: iso(disabledAt),
    createdAt: iso(createdAt),
  };
}

function publicDelivery(row: DeliveryRow): WebhookDelivery {
  const { id, uuid, event, status, attempts, durationMs, responseStatus, responseBody, error, sentences } = row;
  return {
    ...{ id, uuid, event, status, attempts, durationMs, responseStatus, responseBody, error, sentences },
    createdAt: iso(row.createdAt),
    attemptedAt: iso(row.attemptedAt),
    nextAt: iso(row.claimableAt),
  };
}

/** One's own, and for administrators everybody's over all slices: NOT_FOUND for others. */
async function loadWebhook(
  q: Queryable,
  {
    actor,
    id,
    lock = false,
    asked = 'webhook',
  }: { actor: Actor; id: number; lock?: boolean; asked?: 'webhook' | 'delivery' },
): Promise<OwnedWebhook> {
  const row = await webhookById(q, id, { lock });
  const admin = can(actor.role, 'slices:see-all');
  if (row === null || (row.webhook.userId !== actor.userId && !(admin && row.webhook.allSlices))) throw notFound(asked);
  return row;
}

/** The actor's own, and for administrators those over all slices. */
export async function listWebhooks(
  ctx: DomainContext,
  { actor }: { actor: Actor },
): Promise<z.infer<typeof webhookListSchema>> {
  const rows = await webhookRows(ctx.db, { userId: actor.userId, shared: can(actor.role, 'slices:see-all') });
  return { items: rows.map(publicWebhook) };
}

/** What may be written down of an address: its path and query may be secrets. */
function hostOf(url: string): string {
  return new URL(url).host;
}

function assertProtocol({ settings }: DomainContext, url: string | undefined): void {
  if (url !== undefined && !settings.webhooks.http && new URL(url).protocol !== 'https:')
    throw new AppError('INVALID_INPUT', say('WEBHOOK_HTTP'), { field: 'url' });
}

async function webhookNow(tx: Transaction, id: number): Promise<Webhook> {
  const row = await webhookById(tx, id);
  if (row === null) throw notFound('webhook');
  return publicWebhook(row);
}

/**
 * INVALID_INPUT on `url` for an address without TLS where that is not allowed, and when the account has as many as it may; FORBIDDEN
 * for all slices, of who may not see them. Whether the address may be called shows when it is.
 */
export async function createWebhook(
  ctx: DomainContext,
  { actor, webhook }: { actor: Actor; webhook: z.infer<typeof createWebhookInput> },
): Promise<Created> {
  if (webhook.allSlices && !can(actor.role, 'slices:see-all'))
    throw new AppError('FORBIDDEN', say('WEBHOOK_ALL_SLICES'));
  assertProtocol(ctx, webhook.url);
  return inTransaction(ctx.db, async (tx) => {
    await lockAccounts(tx, [actor.userId]);
    const limit = limits.webhooksPerUser;
    if ((await webhookRows(tx, { userId: actor.userId, shared: false })).length >= limit)
      throw new AppError('INVALID_INPUT', say('WEBHOOKS_LIMIT', { limit }), { params: { most: limit } });
    const [{ insertId: id }] = await tx
      .insert(webhooks)
      .values({ ...webhook, events: [...new Set(webhook.events)], userId: actor.userId, secret: '' });
    const { secret, sealed } = newSecret(ctx.settings.jwtSecret, id);
    await tx.update(webhooks).set({ secret: sealed }).where(eq(webhooks.id, id));
    const { name, url, events, allSlices } = webhook;
    await recordAudit(tx, actor, {
      action: 'webhooks.create',
      objectType: 'webhook',
      objectId: id,
      details: { name, host: hostOf(url), events, allSlices },
    });
    return { webhook: await webhookNow(tx, id), secret };
  });
}

/** Switching it on again forgets that it failed. NOT_FOUND; INVALID_INPUT on `url`. */
export async function updateWebhook(
  ctx: DomainContext,
  { actor, webhook: { id, ...given } }: { actor: Actor; webhook: z.infer<typeof updateWebhookInput> },
): Promise<Webhook> {
  return inTransaction(ctx.db, async (tx) => {
    const { webhook } = await loadWebhook(tx, { actor, id, lock: true });
    assertProtocol(ctx, given.url);
    const { name = webhook.name, url = webhook.url, active = webhook.active } = given;
    const events = given.events === undefined ? webhook.events : [...new Set(given.events)];
    const anew = (active && !webhook.active) || url !== webhook.url;
    await tx
      .update(webhooks)
      .set({ name, url, active, events, ...(anew ? { failingSince: null, toldAt: null, disabledAt: null } : {}) })
      .where(eq(webhooks.id, id));
    await recordAudit(tx, actor, {
      action: 'webhooks.update',
      objectType: 'webhook',
      objectId: id,
      details: { name, host: hostOf(url), events, active },
    });
    return webhookNow(tx, id);
  });
}

/** With its log; what waits to be sent is not. */
export async function deleteWebhook(ctx: DomainContext, { actor, id }: { actor: Actor; id: number }): Promise<void> {
  await inTransaction(ctx.db, async (tx) => {
    const { webhook } = await loadWebhook(tx, { actor, id, lock: true });
    await deleteWebhookRow(tx, id);
    await recordAudit(tx, actor, {
      action: 'webhooks.delete',
      objectType: 'webhook',
      objectId: id,
      details: { name: webhook.name, host: hostOf(webhook.url) },
    });
  });
}

/** From now on calls are signed with another secret, which is shown this once. */
export async function renewSecret(ctx: DomainContext, { actor, id }: { actor: Actor; id: number }): Promise<Created> {
  return inTransaction(ctx.db, async (tx) => {
    await loadWebhook(tx, { actor, id, lock: true });
    const { secret, sealed } = newSecret(ctx.settings.jwtSecret, id);
    await tx.update(webhooks).set({ secret: sealed }).where(eq(webhooks.id, id));
    await recordAudit(tx, actor, { action: 'webhooks.renew-secret', objectType: 'webhook', objectId: id });
    return { webhook: await webhookNow(tx, id), secret };
  });
}

/** Calls it once with nothing to tell, also where it is switched off; how that goes is in its log. RATE_LIMITED. */
export async function testWebhook(
  ctx: DomainContext,
  { actor, id }: { actor: Actor; id: number },
): Promise<WebhookDelivery> {
  await loadWebhook(ctx.db, { actor, id });
  await countAttempts(ctx.db, [attemptOf('webhook:user', actor.userId)], ctx.clock.now());
  const uuid = randomUUID();
  const delivery = await inTransaction(ctx.db, async (tx) => {
    const { webhook } = await loadWebhook(tx, { actor, id });
    const row = { uuid, webhookId: id, userId: webhook.userId, event: 'test' as const, body: bodyOf(uuid, null) };
    await insertDeliveries(tx, [row], { retryMs: 0 });
    await recordAudit(tx, actor, { action: 'webhooks.test', objectType: 'webhook', objectId: id });
    return deliveryById(tx, { uuid });
  });
  if (delivery === null) throw notFound('delivery');
  ctx.bus.offerDeliveries();
  return publicDelivery(delivery);
}

/** The log of a webhook, newest first. */
export async function listDeliveries(
  ctx: DomainContext,
  { actor, query: { webhookId, limit, cursor } }: { actor: Actor; query: z.infer<typeof listDeliveriesInput> },
): Promise<z.infer<typeof deliveryPage>> {
  await loadWebhook(ctx.db, { actor, id: webhookId });
  const before = decodeCursor(idCursor, cursor)?.[0] ?? null;
  const rows = await deliveryRows(ctx.db, { webhookId, before, limit: limit + 1 });
  return page(rows, limit, publicDelivery, (row) => [row.id]);
}

/** Makes a call once more, at once: the same bytes under the same id. NOT_FOUND, RATE_LIMITED. */
export async function redeliver(
  ctx: DomainContext,
  { actor, id }: { actor: Actor; id: number },
): Promise<WebhookDelivery> {
  const delivery = await deliveryById(ctx.db, { id });
  if (delivery === null) throw notFound('delivery');
  const { webhookId } = delivery;
  // another's is as if it were not there
  await loadWebhook(ctx.db, { actor, id: webhookId, asked: 'delivery' });
  await countAttempts(ctx.db, [attemptOf('webhook:user', actor.userId)], ctx.clock.now());
  const queued = await inTransaction(ctx.db, async (tx) => {
    await loadWebhook(tx, { actor, id: webhookId, asked: 'delivery' });
    await claimAgain(tx, id);
    await recordAudit(tx, actor, {
      action: 'webhooks.redeliver',
      objectType: 'webhook',
      objectId: webhookId,
      details: { event: delivery.event, uuid: delivery.uuid },
    });
    return deliveryById(tx, { id });
  });
  if (queued === null) throw notFound('delivery');
  ctx.bus.offerDeliveries();
  return publicDelivery(queued);
}
