import { eq } from 'drizzle-orm';
import { webhooks } from '#drizzle/schema/webhooks';
import { can } from '#shared/auth';
import { asError, say } from '#shared/sentence';
import type { Transaction } from '#server/db/client';
import {
  claimDeliveries,
  giveBackDelivery,
  isPast,
  pruneDeliveries,
  webhookInForce,
  writeAttempt,
  type DeliveryRow,
  type OwnedWebhook,
} from '#server/db/queries/webhooks';
import { inTransaction } from '#server/db/transaction';
import { startBackgroundLoop } from '#server/lib/background-loop';
import type { DomainContext } from '../context';
import { announce, tell, type Told } from '../notifications/tell';
import { attempt, type Attempt } from './attempt';

const lookMs = 2_000;
/** Longer than an attempt can take: whoever still has it then is dead. */
const leaseMs = 60_000;
/** Calls under way at this server at once, and of one account: one that is slow does not hold up others. */
const atOnce = 16;
const atOncePerUser = 4;
const firstPauseMs = 10_000;
const longestPauseMs = 3_600_000;
/** A webhook that has failed for so long is switched off. */
const patienceMs = 3 * 24 * 3_600_000;

/** How long to wait after so many attempts: twice as long each time, and by chance up to a half less, so that not all come at once. */
export function pauseAfter(attempts: number, chance: number): number {
  return Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(attempts - 1, 20)) * (1 - chance / 2);
}

/** Calls webhooks that are due, at this server, beside everything else. Answers what stops it: calls under way are given back. */
export function startWebhookCaller(ctx: DomainContext): () => Promise<void> {
  const caller = createWebhookCaller(ctx);
  const stopLoop = startBackgroundLoop({
    everyMs: lookMs,
    atOnce: true,
    round: () => caller.look(),
    // a database that is away: there is a next time
    onError: (error) => ctx.log.warn('Webhooks could not be called.', { error }),
  });
  const stopListening = ctx.bus.onDeliveries(() => void caller.look().catch(() => undefined));
  return async () => {
    stopListening();
    await stopLoop();
    await caller.stop();
  };
}

interface WebhookCaller {
  /** Takes what is due and begins to call. Resolves when it has begun. */
  look(): Promise<void>;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

/** The caller without its clock. `leaseMs` is shorter in tests. */
export function createWebhookCaller(ctx: DomainContext, options: { leaseMs?: number } = {}): WebhookCaller {
  const underWay = new Map<number, { userId: number; work: Promise<void> }>();
  const stopping = new AbortController();
  let looking: Promise<void> = Promise.resolve();

  const take = async () => {
    while (!stopping.signal.aborted && underWay.size < atOnce) {
      const busy = new Map<number, number>();
      for (const { userId } of underWay.values()) busy.set(userId, (busy.get(userId) ?? 0) + 1);
      const without = [...busy].flatMap(([userId, count]) => (count >= atOncePerUser ? [userId] : []));
      // one by one, so that none is taken that has no place
      const [delivery] = await claimDeliveries(ctx.db, { leaseMs: options.leaseMs ?? leaseMs, limit: 1, without });
      if (delivery === undefined) return;
      const work = call(ctx, delivery, stopping.signal)
        .catch((error: unknown) => ctx.log.warn('A call of a webhook could not be written down.', { error }))
        .finally(() => {
          underWay.delete(delivery.id);
          if (!stopping.signal.aborted) void look().catch(() => undefined);
        });
      underWay.set(delivery.id, { userId: delivery.userId, work });
    }
  };
  const look = () => {
    looking = looking.then(take, take);
    return looking;
  };
  const idle = async () => {
    await looking.catch(() => undefined);
    while (underWay.size > 0) {
      await Promise.all([...underWay.values()].map(({ work }) => work));
      await looking.catch(() => undefined);
    }
  };
  return {
    look,
    idle,
    async stop() {
      stopping.abort();
      await idle();
    },
  };
}

async function call(ctx: DomainContext, delivery: DeliveryRow, signal: AbortSignal): Promise<void> {
  const hook = await webhookInForce(ctx.db, delivery.webhookId);
  const began = performance.now();
  const result = isCallable(hook, delivery) ? await attempt(ctx, { webhook: hook.webhook, delivery, signal }) : null;
  if (signal.aborted && result !== null && result.status === null) return giveBackDelivery(ctx.db, delivery);
  let told: Told[] = [];
  await inTransaction(ctx.db, async (tx) => {
    told = await end(ctx, tx, { hook, delivery, result, durationMs: Math.round(performance.now() - began) });
  });
  announce(ctx, told);
}

/** A test is made of one that is switched off, too. */
function isCallable(hook: OwnedWebhook | null, { event }: DeliveryRow): hook is OwnedWebhook {
  if (hook === null) return false;
  const { webhook, owner } = hook;
  return (webhook.active || event === 'test') && (!webhook.allSlices || can(owner.role, 'slices:see-all'));
}

interface Ended {
  hook: OwnedWebhook | null;
  delivery: DeliveryRow;
  /** Null where nothing could be called. */
  result: Attempt | null;
  durationMs: number;
}

/** Writes how an attempt ended, and what follows of it for the webhook: once, by who holds the lease. */
async function end(
  ctx: DomainContext,
  tx: Transaction,
  { hook, delivery, result, durationMs }: Ended,
): Promise<Told[]> {
  const why = result === null ? say('WEBHOOK_OFF') : result.why;
  const last = why !== null && (result === null || (await isPast(tx, delivery.id)));
  const written = await writeAttempt(tx, delivery, {
    status: why === null ? 'delivered' : last ? 'failed' : 'pending',
    attemptedAt: ctx.clock.now(),
    durationMs,
    responseStatus: result?.status ?? null,
    responseBody: result?.body ?? null,
    ...asError(why),
    againInMs: why === null || last ? null : pauseAfter(delivery.attempts, Math.random()),
  });
  if (!written || hook === null || result === null) return [];
  await pruneDeliveries(tx, delivery.webhookId);
  return follow(ctx, tx, { hook, delivery, why, last });
}

/** What the end of an attempt means for its webhook: it works, it fails, or it has failed for too long. */
async function follow(
  ctx: DomainContext,
  tx: Transaction,
  { hook, delivery, why, last }: { hook: OwnedWebhook; delivery: DeliveryRow; why: Attempt['why']; last: boolean },
): Promise<Told[]> {
  const { webhook, owner } = hook;
  const change = (values: Partial<typeof webhooks.$inferInsert>) =>
    tx.update(webhooks).set(values).where(eq(webhooks.id, webhook.id));
  const now = ctx.clock.now();
  if (why === null) {
    if (webhook.failingSince !== null) await change({ failingSince: null, toldAt: null });
    return [];
  }
  if (delivery.event === 'test') return [];
  const since = webhook.failingSince ?? now;
  if (webhook.failingSince === null) await change({ failingSince: now });
  if (!last) return [];
  const facts = { webhook: { id: webhook.id, name: webhook.name }, to: [owner.id], ...asError(why) };
  if (now.getTime() - since.getTime() >= patienceMs && webhook.active) {
    await change({ active: false, disabledAt: now, toldAt: now });
    return [await tell(tx, { kind: 'webhook.disabled', ...facts })];
  }
  // once for as long as it fails
  if (webhook.toldAt !== null) return [];
  await change({ toldAt: now });
  return [await tell(tx, { kind: 'webhook.failing', ...facts })];
}
