import { and, asc, eq, gt, inArray, isNull, lte, or, sql } from 'drizzle-orm';
import { leaseLimits, sliceActs, sliceLeases, sliceSchedules } from '#drizzle/schema/leases';
import { slices } from '#drizzle/schema/slices';
import { roles, users } from '#drizzle/schema/users';
import type { Queryable, Transaction } from '#server/db/client';
import { databaseNow } from '../clock';
import { only } from '../rows';

export type LeaseRow = typeof sliceLeases.$inferSelect;
export type LeaseLimitRow = typeof leaseLimits.$inferSelect;
export type ScheduleRow = typeof sliceSchedules.$inferSelect;
export type ActRow = typeof sliceActs.$inferSelect;

/** What the database's clock says: the one that all servers share. */
export async function databaseTime(q: Queryable): Promise<Date> {
  const rows = await q.select({ at: sql`${databaseNow}`.mapWith(sliceLeases.expiresAt) }).from(sql`(select 1) one`);
  return only(rows, 'the time').at as Date;
}

/** The slice's lease, if it has one; `lock` takes its lock, after the slice's. */
export async function leaseOf(
  q: Queryable,
  sliceId: number,
  { lock = false }: { lock?: boolean } = {},
): Promise<LeaseRow | null> {
  const query = q.select().from(sliceLeases).where(eq(sliceLeases.sliceId, sliceId));
  const [row] = await (lock ? query.for('update') : query);
  return row ?? null;
}

/** The limits of a zone and of the role that a user has, as far as there are any. */
export async function leaseLimitRows(
  q: Queryable,
  { zoneId, ownerId }: { zoneId: number; ownerId: number },
): Promise<LeaseLimitRow[]> {
  const role = q.select({ id: users.roleId }).from(users).where(eq(users.id, ownerId));
  return q
    .select()
    .from(leaseLimits)
    .where(or(eq(leaseLimits.zoneId, zoneId), inArray(leaseLimits.roleId, role)));
}

/** All of them: as many as there are zones and roles. */
export function allLeaseLimits(q: Queryable) {
  return q
    .select({ limit: leaseLimits, role: roles.name })
    .from(leaseLimits)
    .leftJoin(roles, eq(roles.id, leaseLimits.roleId));
}

/** Slices whose lease has something due up to `now`, the earliest first. */
export async function dueLeases(q: Queryable, now: Date, limit: number): Promise<number[]> {
  const rows = await q
    .select({ sliceId: sliceLeases.sliceId })
    .from(sliceLeases)
    .where(lte(sliceLeases.dueAt, now))
    .orderBy(asc(sliceLeases.dueAt))
    .limit(limit);
  return rows.map((row) => row.sliceId);
}

/** Slices with a schedule that is due up to `now`. */
export async function dueSchedules(q: Queryable, now: Date, limit: number): Promise<number[]> {
  const rows = await q
    .select({ sliceId: sliceSchedules.sliceId })
    .from(sliceSchedules)
    .where(lte(sliceSchedules.nextAt, now))
    .orderBy(asc(sliceSchedules.nextAt))
    .limit(limit);
  return [...new Set(rows.map((row) => row.sliceId))];
}

/** All schedules of a slice, as they were made. There are few: `limits.schedulesPerSlice`. */
export function schedulesOf(q: Queryable, sliceId: number): Promise<ScheduleRow[]> {
  return q.select().from(sliceSchedules).where(eq(sliceSchedules.sliceId, sliceId)).orderBy(asc(sliceSchedules.id));
}

/** Writes down something that has come due. The same for the second time is the first one. */
export async function insertAct(tx: Transaction, act: typeof sliceActs.$inferInsert): Promise<void> {
  await tx
    .insert(sliceActs)
    .values(act)
    .onDuplicateKeyUpdate({ set: { sliceId: sql`${sliceActs.sliceId}` } });
}

/** Acts of the slice that are not over, the earliest due first; of one `origin`, if that is given. */
export function openActs(q: Queryable, sliceId: number, origin?: string): Promise<ActRow[]> {
  return q
    .select()
    .from(sliceActs)
    .where(
      and(
        eq(sliceActs.sliceId, sliceId),
        sql`${sliceActs.claimableAt} is not null`,
        origin === undefined ? undefined : eq(sliceActs.origin, origin),
      ),
    )
    .orderBy(asc(sliceActs.dueAt), asc(sliceActs.id));
}

/** Acts that may be claimed at `now`. */
export function claimableActs(q: Queryable, now: Date, limit: number): Promise<ActRow[]> {
  return q
    .select()
    .from(sliceActs)
    .where(lte(sliceActs.claimableAt, now))
    .orderBy(asc(sliceActs.claimableAt))
    .limit(limit);
}

/** Takes an act until `until`, unless somebody else was faster. */
export async function claimAct(q: Queryable, act: ActRow, until: Date): Promise<boolean> {
  const [result] = await q
    .update(sliceActs)
    .set({ claimableAt: until, generation: act.generation + 1 })
    .where(
      and(
        eq(sliceActs.id, act.id),
        eq(sliceActs.generation, act.generation),
        sql`${sliceActs.claimableAt} is not null`,
      ),
    );
  return result.affectedRows === 1;
}

/** Writes what came of an act, unless it is over or was claimed by another one than the claimant of `generation`. */
export async function writeAct(
  q: Queryable,
  { id, generation }: Pick<ActRow, 'id' | 'generation'>,
  values: Partial<typeof sliceActs.$inferInsert>,
): Promise<boolean> {
  const [result] = await q
    .update(sliceActs)
    .set(values)
    .where(and(eq(sliceActs.id, id), eq(sliceActs.generation, generation), sql`${sliceActs.claimableAt} is not null`));
  return result.affectedRows === 1;
}

/** The next living slices to be held to a limit, after the id that it has come to. */
export async function slicesToSweep(q: Queryable, limit: LeaseLimitRow, size: number): Promise<number[]> {
  const living = and(isNull(slices.deletedAt), gt(slices.id, limit.sweepAfter ?? 0));
  const rows =
    limit.zoneId !== null
      ? await q
          .select({ id: slices.id })
          .from(slices)
          .where(and(eq(slices.zoneId, limit.zoneId), living))
          .orderBy(asc(slices.id))
          .limit(size)
      : await q
          .select({ id: slices.id })
          .from(slices)
          .innerJoin(users, eq(users.id, slices.ownerId))
          .where(and(eq(users.roleId, limit.roleId ?? 0), living))
          .orderBy(asc(slices.id))
          .limit(size);
  return rows.map((row) => row.id);
}
