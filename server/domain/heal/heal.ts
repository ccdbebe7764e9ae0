import { and, asc, desc, eq, isNull } from 'drizzle-orm';
import type { z } from 'zod';
import { deployments } from '#drizzle/schema/deployments';
import { slices } from '#drizzle/schema/slices';
import { liveDeploymentStatuses } from '#shared/deployment/schema';
import type { setHealInput, Slice } from '#shared/slice';
import { inTransaction } from '#server/db/transaction';
import { appendEvents, lockSlice } from '#server/events/append';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';
import { queueDeployment } from '../deployments/start';
import { assertNotDestroyed, loadSlice } from '../slices/access';
import { wholeSlice } from '../slices/read-slices';
import { nextHeal, type HealPace } from './backoff';

const because = 'slices.set-heal';
/** Of one zone and in one round. */
const atOnce = 200;

/**
 * Heals the slices of a zone that have drifted and say so, each when its turn has come by `pace`; what has failed too often in a
 * row is left to somebody, and says so. Call it when they have been observed. What cannot be healed now is logged.
 */
export async function healDrifted(ctx: DomainContext, zoneId: number, pace: HealPace): Promise<void> {
  const drifted = await ctx.db
    .select({ id: slices.id, ownerId: slices.ownerId })
    .from(slices)
    .where(
      and(
        eq(slices.zoneId, zoneId),
        eq(slices.status, 'degraded'),
        eq(slices.driftPolicy, 'heal'),
        isNull(slices.healGaveUpAt),
      ),
    )
    .orderBy(asc(slices.id))
    .limit(atOnce);
  for (const { id: sliceId, ownerId } of drifted) {
    const newest = await ctx.db
      .select()
      .from(deployments)
      .where(eq(deployments.sliceId, sliceId))
      .orderBy(desc(deployments.id))
      .limit(pace.limit);
    const live: readonly string[] = liveDeploymentStatuses;
    if (newest.some(({ status }) => live.includes(status))) continue;
    const attempts = newest.map((row) => ({
      byItself: row.because === because,
      startedAt: row.createdAt,
      endedAt: row.finishedAt,
    }));
    const next = nextHeal(attempts, ctx.clock.now(), pace);
    if (next.when === 'never') await giveUp(ctx, sliceId);
    if (next.when !== 'now') continue;
    const actor = { kind: 'system', onBehalfOf: ownerId, because } as const;
    await queueDeployment(ctx, { actor, sliceId, kind: 'heal' }).catch((error: unknown) =>
      ctx.log.warn('A slice could not be healed.', { sliceId, error }),
    );
  }
}

/** Leaves a slice as it is until somebody does something with it. */
async function giveUp(ctx: DomainContext, sliceId: number): Promise<void> {
  await inTransaction(ctx.db, async (tx) => {
    const slice = await lockSlice(tx, sliceId);
    if (slice?.status !== 'degraded') return;
    await tx.update(slices).set({ healGaveUpAt: ctx.clock.now() }).where(eq(slices.id, sliceId));
    await appendEvents(tx, sliceId, [{ type: 'slice.changed', what: 'healGaveUp' }]);
  });
  ctx.log.warn('A slice is not healed any more: it failed too often in a row.', { sliceId });
  ctx.bus.notify(sliceId);
}

/** Sets what is done about what drifts. A server that had given up begins anew. INVALID_TRANSITION for what is destroyed. */
export async function setHeal(
  ctx: DomainContext,
  { actor, slice: { id, driftPolicy } }: { actor: Actor; slice: z.infer<typeof setHealInput> },
): Promise<Slice> {
  const changed = await inTransaction(ctx.db, async (tx) => {
    const row = await loadSlice(tx, { actor, id, lock: true, need: 'manage' });
    assertNotDestroyed(row);
    await tx
      .update(slices)
      .set({ driftPolicy, healGaveUpAt: null, updatedAt: ctx.clock.now() })
      .where(eq(slices.id, id));
    await appendEvents(tx, id, [{ type: 'slice.changed', what: 'healing' }]);
    await recordAudit(tx, actor, {
      action: because,
      objectType: 'slice',
      objectId: id,
      details: { name: row.name, driftPolicy },
    });
    return wholeSlice(tx, { actor, id });
  });
  ctx.bus.notify(id);
  return changed;
}
