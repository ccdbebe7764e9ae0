import { eq } from 'drizzle-orm';
import { sliceLeases, sliceSchedules } from '#drizzle/schema/leases';
import type { ActOutcome, ActSource, EventData } from '#shared/deployment/events';
import { lastMoment, nextMoment } from '#shared/schedule/rule';
import { asError, say as sentence, type Said } from '#shared/sentence';
import type { Transaction } from '#server/db/client';
import {
  insertAct,
  leaseOf,
  openActs,
  schedulesOf,
  writeAct,
  type ActRow,
  type LeaseRow,
  type ScheduleRow,
} from '#server/db/queries/leases';
import { iso } from '#server/db/rows';
import { insertEvents, lockSlice } from '#server/events/append';
import type { SliceRow } from '../slices/access';
import { leaseLimitFor } from './limits';
import { leaseNews, type Say } from './news';

const minute = 60_000;
/** A warning that comes later than this after its time has the lease end later, too. */
const lateMs = minute;
/** What a schedule says is done until so long after it was due, and no later. */
export const scheduleAgeMs = 6 * 60 * minute;

/** What an act came of, by its origin. */
export const sourceOf = (act: Pick<ActRow, 'origin'>): ActSource => (act.origin === 'lease' ? 'lease' : 'schedule');

/** What the history says of an act. */
export function actEvent(
  act: Pick<ActRow, 'origin' | 'kind' | 'dueAt'> & { missedFrom?: Date | null },
  outcome: ActOutcome,
  { deploymentId = null, why = null }: { deploymentId?: number | null; why?: Said | null } = {},
): EventData {
  return {
    type: 'slice.act',
    of: sourceOf(act),
    kind: act.kind,
    dueAt: iso(act.dueAt),
    outcome,
    missedFrom: iso(act.missedFrom ?? null),
    deploymentId,
    ...asError(why),
  };
}

/**
 * What of the slice's lease is due at `now` by the database's clock: it is warned of, or its end becomes an act. Whichever server comes
 * first does it, on the slice's locked row; the others find nothing due. Answers whether there was something.
 */
export async function leaseFallsDue(tx: Transaction, sliceId: number, now: Date, say: Say): Promise<boolean> {
  const slice = await lockSlice(tx, sliceId);
  const lease = await leaseOf(tx, sliceId, { lock: true });
  if (slice === undefined || lease === null || lease.dueAt === null || lease.dueAt > now) return false;
  if (slice.deletedAt !== null) {
    await tx.delete(sliceLeases).where(eq(sliceLeases.sliceId, sliceId));
    return false;
  }
  if (lease.warnedAt === null) await warn(tx, slice, { lease, dueAt: lease.dueAt, now }, say);
  else await end(tx, slice, { lease, now }, say);
  return true;
}

/** Nobody was there to warn in time: then the end waits as long as a warning takes. */
async function warn(
  tx: Transaction,
  slice: SliceRow,
  { lease, dueAt, now }: { lease: LeaseRow; dueAt: Date; now: Date },
  say: Say,
): Promise<void> {
  const { warnMinutes } = await leaseLimitFor(tx, slice);
  const isLate = now.getTime() - dueAt.getTime() > lateMs;
  const earliest = new Date(now.getTime() + warnMinutes * minute);
  const expiresAt = isLate && lease.expiresAt < earliest ? earliest : lease.expiresAt;
  await tx
    .update(sliceLeases)
    .set({ warnedAt: now, expiresAt, dueAt: expiresAt })
    .where(eq(sliceLeases.sliceId, slice.id));
  const { atEnd } = lease;
  await insertEvents(tx, slice.id, [{ type: 'slice.lease', what: 'warned', expiresAt: iso(expiresAt), atEnd }]);
  await leaseNews(say, 'lease.expiring', slice, { expiresAt, atEnd });
}

async function end(
  tx: Transaction,
  slice: SliceRow,
  { lease: { sliceId, expiresAt, atEnd }, now }: { lease: LeaseRow; now: Date },
  say: Say,
): Promise<void> {
  await tx.update(sliceLeases).set({ endedAt: now, dueAt: null }).where(eq(sliceLeases.sliceId, sliceId));
  await overtake(tx, sliceId);
  await insertAct(tx, { sliceId, origin: 'lease', kind: atEnd, dueAt: expiresAt, claimableAt: now });
  await insertEvents(tx, sliceId, [{ type: 'slice.lease', what: 'ended', expiresAt: iso(expiresAt), atEnd }]);
  await leaseNews(say, 'lease.expired', slice, { expiresAt, atEnd });
}

/** What was due before, and was not begun, is left for what is due now. */
async function overtake(tx: Transaction, sliceId: number): Promise<void> {
  const why = sentence('ACT_OVERTAKEN');
  for (const act of await openActs(tx, sliceId)) {
    if (sourceOf(act) !== 'schedule') continue;
    if (await writeAct(tx, act, { claimableAt: null, ...asError(why) }))
      await insertEvents(tx, sliceId, [actEvent(act, 'left', { why })]);
  }
}

/**
 * What of the slice's schedules is due at `now`: the latest of all of it becomes an act, the rest is left, and so is what is too old; the
 * history says so. Each schedule then waits for its next moment after now, which only ever grows.
 */
export async function schedulesFallDue(tx: Transaction, sliceId: number, now: Date): Promise<boolean> {
  const slice = await lockSlice(tx, sliceId);
  const schedules = await schedulesOf(tx, sliceId);
  const due = schedules.flatMap((schedule) =>
    schedule.nextAt === null || schedule.nextAt > now ? [] : [actOf(schedule, schedule.nextAt, now)],
  );
  if (slice === undefined || due.length === 0) return false;
  if (slice.deletedAt !== null) {
    await tx.delete(sliceSchedules).where(eq(sliceSchedules.sliceId, sliceId));
    return false;
  }
  // of what is due at the same moment, what was set last
  const latest = due.reduce((best, act) => (act.dueAt >= best.dueAt ? act : best));
  await overtake(tx, sliceId);
  for (const { schedule, ...act } of due) {
    await tx
      .update(sliceSchedules)
      .set({ nextAt: nextMoment(schedule.rule, act.dueAt > now ? act.dueAt : now) })
      .where(eq(sliceSchedules.id, schedule.id));
    const why =
      act.dueAt < latest.dueAt || schedule !== latest.schedule ? sentence('ACT_OVERTAKEN') : tooLate(act.dueAt, now);
    await insertAct(tx, { ...act, claimableAt: why === null ? now : null, ...asError(why) });
    if (why !== null) await insertEvents(tx, sliceId, [actEvent(act, 'left', { why })]);
  }
  return true;
}

function actOf(schedule: ScheduleRow, nextAt: Date, now: Date) {
  const last = lastMoment(schedule.rule, now);
  const dueAt = last !== null && last > nextAt ? last : nextAt;
  const { sliceId, kind } = schedule;
  const missedFrom = dueAt > nextAt ? nextAt : null;
  return { schedule, sliceId, kind, origin: `schedule:${schedule.id}`, dueAt, missedFrom };
}

/** Why what was due then is not done any more; null if it still is. */
export function tooLate(dueAt: Date, now: Date): Said | null {
  if (now.getTime() - dueAt.getTime() <= scheduleAgeMs) return null;
  return sentence('ACT_TOO_LATE', { hours: scheduleAgeMs / 60 / minute });
}
