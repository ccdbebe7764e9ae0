import { eq } from 'drizzle-orm';
import { leaseLimits } from '#drizzle/schema/leases';
import type { Transaction } from '#server/db/client';
import {
  claimableActs,
  databaseTime,
  dueLeases,
  dueSchedules,
  slicesToSweep,
  type LeaseLimitRow,
} from '#server/db/queries/leases';
import { inTransaction } from '#server/db/transaction';
import { lockSlice } from '#server/events/append';
import { startBackgroundLoop } from '#server/lib/background-loop';
import type { DomainContext } from '../context';
import { telling } from '../notifications/tell';
import { carryOut } from './carry-out';
import { leaseFallsDue, schedulesFallDue } from './due';
import { holdToLimit } from './lease';
import type { Say } from './news';

/** As much of each kind in one round. */
const batch = 50;

/**
 * One look at what is due: leases, schedules, what came of them, and limits that were set. `now` is the database's, so that all servers
 * mean the same; each may do this at the same time as others. What fails for one slice holds up no other.
 */
export async function timetableRound(
  ctx: DomainContext,
  now: Date,
  signal = new AbortController().signal,
): Promise<void> {
  await each(ctx, signal, await dueLeases(ctx.db, now, batch), (tx, id, say) => leaseFallsDue(tx, id, now, say));
  await each(ctx, signal, await dueSchedules(ctx.db, now, batch), (tx, id) => schedulesFallDue(tx, id, now));
  for (const act of await claimableActs(ctx.db, now, batch)) {
    if (signal.aborted) return;
    await carryOut(ctx, act, now).catch((error: unknown) =>
      ctx.log.warn('What was due could not be carried out.', { actId: act.id, sliceId: act.sliceId, error }),
    );
  }
  const [limit] = await ctx.db.select().from(leaseLimits).where(eq(leaseLimits.sweeping, true)).limit(1);
  if (limit !== undefined) await sweep(ctx, { limit, now, signal });
}

async function each(
  ctx: DomainContext,
  signal: AbortSignal,
  sliceIds: readonly number[],
  work: (tx: Transaction, sliceId: number, say: Say) => Promise<boolean>,
): Promise<void> {
  for (const sliceId of sliceIds) {
    if (signal.aborted) return;
    try {
      if (await telling(ctx, (tx, say) => work(tx, sliceId, say))) ctx.bus.notify(sliceId);
    } catch (error) {
      ctx.log.warn('What is due of a slice could not be looked at.', { sliceId, error });
    }
  }
}

/** Holds the next slices to a limit that was set. Several servers may do it: the second finds nothing to change. */
async function sweep(
  ctx: DomainContext,
  { limit, now, signal }: { limit: LeaseLimitRow; now: Date; signal: AbortSignal },
): Promise<void> {
  const ids = await slicesToSweep(ctx.db, limit, batch);
  await each(ctx, signal, ids, async (tx, id, say) => {
    const slice = await lockSlice(tx, id);
    return slice !== undefined && slice.deletedAt === null && holdToLimit(tx, slice, now, say);
  });
  if (signal.aborted) return;
  const last = ids.at(-1);
  await inTransaction(ctx.db, async (tx) => {
    const [row] = await tx.select().from(leaseLimits).where(eq(leaseLimits.id, limit.id)).for('update');
    // set anew meanwhile, or another server is further
    if (row === undefined || row.sweepAfter !== limit.sweepAfter) return;
    const values = last === undefined ? { sweeping: false, sweepAfter: null } : { sweepAfter: last };
    await tx.update(leaseLimits).set(values).where(eq(leaseLimits.id, limit.id));
  });
}

/** Looks at once and every five seconds. Answers what stops it, and waits for what is under way. */
export function startTimetable(ctx: DomainContext, everyMs = 5_000): () => Promise<void> {
  return startBackgroundLoop({
    everyMs,
    atOnce: true,
    round: async (signal) => timetableRound(ctx, await databaseTime(ctx.db), signal),
    onError: (error) => ctx.log.warn('What is due could not be looked for.', { error }),
  });
}
