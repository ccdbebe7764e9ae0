import { and, asc, eq, gt, inArray, isNull, or, sql } from 'drizzle-orm';
import { idleRules, sliceIdle } from '#drizzle/schema/idle';
import { slices } from '#drizzle/schema/slices';
import { roles, users } from '#drizzle/schema/users';
import type { IdleRule } from '#shared/idle';
import { runningSliceStatuses } from '#shared/slice-status';
import type { Queryable, Transaction } from '#server/db/client';

export type IdleRow = typeof sliceIdle.$inferSelect;
type RuleRow = typeof idleRules.$inferSelect;

/** Whether there is any rule at all. */
export async function isAnyIdleRule(q: Queryable): Promise<boolean> {
  const rows = await q.select({ id: idleRules.id }).from(idleRules).limit(1);
  return rows.length > 0;
}

const ruleOf = (row: RuleRow | undefined): IdleRule | null =>
  row === undefined ? null : { minutes: row.minutes, action: row.action };

/** The rules that hold for a slice. */
export async function idleRulesFor(
  q: Queryable,
  { id, zoneId, ownerId }: { id: number; zoneId: number; ownerId: number },
): Promise<Record<'own' | 'zone' | 'role', IdleRule | null>> {
  const role = q.select({ id: users.roleId }).from(users).where(eq(users.id, ownerId));
  const rows = await q
    .select()
    .from(idleRules)
    .where(or(eq(idleRules.sliceId, id), eq(idleRules.zoneId, zoneId), inArray(idleRules.roleId, role)));
  return {
    own: ruleOf(rows.find((row) => row.sliceId !== null)),
    zone: ruleOf(rows.find((row) => row.zoneId !== null)),
    role: ruleOf(rows.find((row) => row.roleId !== null)),
  };
}

/** The rules of zones and roles. */
export function idleRulesOfAll(q: Queryable) {
  return q
    .select({ rule: idleRules, role: roles.name })
    .from(idleRules)
    .leftJoin(roles, eq(roles.id, idleRules.roleId))
    .where(isNull(idleRules.sliceId));
}

/** The next slices of a zone that run and for which a rule holds, after the id `after`. */
export function slicesToWatch(q: Queryable, zoneId: number, after: number, limit: number) {
  const held = sql`exists (select 1 from ${idleRules} where ${idleRules.sliceId} = ${slices.id})
    or exists (select 1 from ${idleRules} where ${idleRules.zoneId} = ${slices.zoneId})
    or exists (select 1 from ${idleRules} inner join ${users} on ${users.roleId} = ${idleRules.roleId}
      where ${users.id} = ${slices.ownerId})`;
  return q
    .select({ id: slices.id, zoneId: slices.zoneId, ownerId: slices.ownerId })
    .from(slices)
    .where(
      and(
        eq(slices.zoneId, zoneId),
        inArray(slices.status, [...runningSliceStatuses]),
        gt(slices.id, after),
        sql`(${held})`,
      ),
    )
    .orderBy(asc(slices.id))
    .limit(limit);
}

/** What was seen of these slices before, by their ids. */
export async function idleRows(q: Queryable, sliceIds: readonly number[]): Promise<Map<number, IdleRow>> {
  if (sliceIds.length === 0) return new Map();
  const rows = await q
    .select()
    .from(sliceIdle)
    .where(inArray(sliceIdle.sliceId, [...sliceIds]));
  return new Map(rows.map((row) => [row.sliceId, row]));
}

export async function writeIdle(q: Queryable, row: typeof sliceIdle.$inferInsert): Promise<void> {
  const { sliceId: _key, ...set } = row;
  await q.insert(sliceIdle).values(row).onDuplicateKeyUpdate({ set });
}

/** Sets, or with null takes away, the rule of a zone, a role or a slice. */
export async function writeIdleRule(
  tx: Transaction,
  of: { zoneId: number } | { roleId: number } | { sliceId: number },
  rule: IdleRule | null,
): Promise<void> {
  const [column, id] =
    'zoneId' in of
      ? (['zoneId', of.zoneId] as const)
      : 'roleId' in of
        ? (['roleId', of.roleId] as const)
        : (['sliceId', of.sliceId] as const);
  if (rule === null) await tx.delete(idleRules).where(eq(idleRules[column], id));
  else
    await tx
      .insert(idleRules)
      .values({ [column]: id, ...rule })
      .onDuplicateKeyUpdate({ set: rule });
}

/** The watch of a slice begins anew: something happens in it. */
export async function watchAnew(tx: Transaction, sliceId: number): Promise<void> {
  await tx.delete(sliceIdle).where(eq(sliceIdle.sliceId, sliceId));
}

/** What was done about a slice that is idle is to be done anew. */
export async function forgetIdle(tx: Transaction, sliceId: number): Promise<void> {
  await tx.update(sliceIdle).set({ doneMinutes: 0, idleSince: null }).where(eq(sliceIdle.sliceId, sliceId));
}
