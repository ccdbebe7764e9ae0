import { and, asc, desc, eq, isNull } from 'drizzle-orm';
import type { z } from 'zod';
import { deployments } from '#drizzle/schema/deployments';
import { sliceEdges, slices, sliceVms } from '#drizzle/schema/slices';
import { isAsDesired, isBroken, isSound } from '#shared/deployment/observed-status';
import { beyondHealing } from '#shared/drift';
import type { Queryable } from '#server/db/client';
import type { setHealInput, Slice } from '#shared/slice';
import { isTakenDown } from '#server/db/queries/parts';
import { inTransaction } from '#server/db/transaction';
import { appendEvents, lockSlice } from '#server/events/append';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';
import { isLive } from '../deployments/live';
import { queueDeployment } from '../deployments/start';
import { assertNotDestroyed, loadSlice } from '../slices/access';
import { wholeSlice } from '../slices/read-slices';
import { nextHeal, type HealPace } from './backoff';

const because = 'slices.set-heal';
/** Of one zone and in one round. */
const atOnce = 200;

/** A heal that could not even begin: what kept it, its plan or the zone, may be so for long. */
interface Refused {
  byItself: true;
  startedAt: Date;
  endedAt: Date;
}

/** Heals the slices of zones that have drifted and say so. */
interface Healer {
  /**
   * Those of a zone, each when its turn has come by the pace; what has failed, or could not begin, too often in a row is left to
   * somebody, and says so. Call it when they have been observed. What cannot be healed now is logged.
   */
  heal(zoneId: number): Promise<void>;
}

/** One per server process: it remembers what could not begin, which is in no row. */
export function createHealer(ctx: DomainContext, pace: HealPace): Healer {
  const refused = new Map<number, Refused[]>();
  return {
    async heal(zoneId) {
      for (const { id: sliceId, ownerId } of await drifted(ctx, zoneId)) {
        const newest = await ctx.db
          .select()
          .from(deployments)
          .where(eq(deployments.sliceId, sliceId))
          .orderBy(desc(deployments.id))
          .limit(pace.limit);
        if (newest.some(isLive)) continue;
        const begun = newest.map((row) => ({
          byItself: row.because === because,
          startedAt: row.createdAt,
          endedAt: row.finishedAt,
        }));
        const attempts = [...begun, ...(refused.get(sliceId) ?? [])];
        const next = nextHeal(
          attempts.toSorted((a, b) => b.startedAt.getTime() - a.startedAt.getTime()),
          ctx.clock.now(),
          pace,
        );
        if (next.when === 'never') {
          refused.delete(sliceId);
          await giveUp(ctx, sliceId);
        }
        if (next.when !== 'now' || !(await helps(ctx.db, sliceId))) continue;
        const actor = { kind: 'system', onBehalfOf: ownerId, because } as const;
        const error = await queueDeployment(ctx, { actor, sliceId, kind: 'heal' }).then(
          () => null,
          (cause: unknown) => ({ cause }),
        );
        if (error === null) {
          refused.delete(sliceId);
          continue;
        }
        ctx.log.warn('A slice could not be healed.', { sliceId, error: error.cause });
        const at = ctx.clock.now();
        const before = refused.get(sliceId) ?? [];
        refused.set(sliceId, [{ byItself: true as const, startedAt: at, endedAt: at }, ...before].slice(0, pace.limit));
      }
    },
  };
}

/** Slices of a zone that have drifted and are to be healed, as many as are in one round. */
function drifted({ db }: DomainContext, zoneId: number): Promise<{ id: number; ownerId: number }[]> {
  return db
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
}

/** Whether there is anything to heal: what is not ours is told of, and left to somebody. */
async function helps(q: Queryable, sliceId: number): Promise<boolean> {
  const vms = await q.select().from(sliceVms).where(eq(sliceVms.sliceId, sliceId));
  const isLeftAlone = (vm: (typeof vms)[number]) =>
    isAsDesired(vm) && (vm.sentences ?? []).every(({ code }) => beyondHealing.includes(code));
  if (!vms.every((vm) => isSound(vm) || isLeftAlone(vm))) return true;
  const statuses = new Map(vms.map(({ id, status }) => [id, status]));
  const edges = await q.select().from(sliceEdges).where(eq(sliceEdges.sliceId, sliceId));
  return edges.some(({ status, sourceVmId, targetVmId, properties }) =>
    isBroken(
      { status, down: isTakenDown({ properties }) },
      [sourceVmId, targetVmId].flatMap((id) => (id === null ? [] : [statuses.get(id)])),
    ),
  );
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
