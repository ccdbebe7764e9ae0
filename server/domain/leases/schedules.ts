import { and, eq } from 'drizzle-orm';
import type { z } from 'zod';
import { sliceSchedules } from '#drizzle/schema/leases';
import { AppError, notFound } from '#shared/errors';
import type { addScheduleInput, Schedule, scheduleListSchema } from '#shared/lease';
import { limits } from '#shared/limits';
import { nextMoment } from '#shared/schedule/rule';
import { say } from '#shared/sentence';
import type { Queryable, Transaction } from '#server/db/client';
import { schedulesOf, type ScheduleRow } from '#server/db/queries/leases';
import { touchSlice } from '#server/db/queries/slices';
import { iso } from '#server/db/rows';
import { inTransaction } from '#server/db/transaction';
import { insertEvents } from '#server/events/append';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';
import { assertNotDestroyed, loadSlice, maySlice, type SliceRow } from '../slices/access';

type Schedules = z.infer<typeof scheduleListSchema>;

function publicSchedule({ id, sliceId, kind, rule, nextAt }: ScheduleRow): Schedule {
  return { id, sliceId, kind, rule, nextAt: iso(nextAt) };
}

async function list(q: Queryable, sliceId: number): Promise<Schedules> {
  return { items: (await schedulesOf(q, sliceId)).map(publicSchedule) };
}

/** What is done to the slice at times, in the order in which that was set. NOT_FOUND. */
export async function listSchedules(
  ctx: DomainContext,
  { actor, id }: { actor: Actor; id: number },
): Promise<Schedules> {
  return list(ctx.db, (await loadSlice(ctx.db, { actor, id })).id);
}

/**
 * Has an operation done at a time. It is begun by the system, for the owner, and refused then like any other. INVALID_INPUT for a moment
 * that has passed, and for too many; INVALID_TRANSITION for a slice that was destroyed.
 */
export async function addSchedule(
  ctx: DomainContext,
  { actor, schedule: { sliceId, kind, rule } }: { actor: Actor; schedule: z.infer<typeof addScheduleInput> },
): Promise<Schedules> {
  return change(ctx, { actor, sliceId }, async (tx, slice) => {
    assertNotDestroyed(slice);
    if ((await schedulesOf(tx, sliceId)).length >= limits.schedulesPerSlice)
      throw new AppError('INVALID_INPUT', say('SCHEDULES_TOO_MANY', { max: limits.schedulesPerSlice }));
    const nextAt = nextMoment(rule, ctx.clock.now());
    if (nextAt === null) throw new AppError('INVALID_INPUT', say('SCHEDULE_PAST'), { field: 'rule.date' });
    await tx.insert(sliceSchedules).values({ sliceId, kind, rule, nextAt, createdBy: actor.userId });
    await recordAudit(tx, actor, {
      action: 'schedules.add',
      objectType: 'slice',
      objectId: sliceId,
      details: { name: slice.name, kind, rule, nextAt: iso(nextAt) },
    });
  });
}

/** NOT_FOUND. What has come due of it already is done all the same. */
export async function removeSchedule(
  ctx: DomainContext,
  { actor, id }: { actor: Actor; id: number },
): Promise<Schedules> {
  const [row] = await ctx.db.select().from(sliceSchedules).where(eq(sliceSchedules.id, id));
  // for who may not see the slice there is none either
  if (row === undefined || !(await maySlice(ctx.db, { actor, id: row.sliceId, need: 'read' })))
    throw notFound('schedule');
  const { sliceId } = row;
  return change(ctx, { actor, sliceId }, async (tx, slice) => {
    const [result] = await tx
      .delete(sliceSchedules)
      .where(and(eq(sliceSchedules.id, id), eq(sliceSchedules.sliceId, sliceId)));
    if (result.affectedRows === 0) throw notFound('schedule');
    await recordAudit(tx, actor, {
      action: 'schedules.remove',
      objectType: 'slice',
      objectId: sliceId,
      details: { name: slice.name, kind: row.kind, rule: row.rule },
    });
  });
}

async function change(
  ctx: DomainContext,
  { actor, sliceId }: { actor: Actor; sliceId: number },
  work: (tx: Transaction, slice: SliceRow) => Promise<void>,
): Promise<Schedules> {
  const changed = await inTransaction(ctx.db, async (tx) => {
    await work(tx, await loadSlice(tx, { actor, id: sliceId, lock: true, need: 'manage' }));
    await touchSlice(tx, sliceId);
    await insertEvents(tx, sliceId, [{ type: 'slice.changed', what: 'schedules' }]);
    return list(tx, sliceId);
  });
  ctx.bus.notify(sliceId);
  return changed;
}
