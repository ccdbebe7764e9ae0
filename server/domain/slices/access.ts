import { and, eq, type SQL } from 'drizzle-orm';
import { slices, sliceVms } from '#drizzle/schema/slices';
import { can } from '#shared/auth';
import { notFound } from '#shared/errors';
import type { Queryable } from '#server/db/client';
import type { Actor } from '../context';

export type SliceRow = typeof slices.$inferSelect;
export type SliceVmRow = typeof sliceVms.$inferSelect;

/** Restricts a query on `slices` to what the actor may see: their own, or all with `slices:see-all`. */
export function visibleSlices(actor: Actor): SQL | undefined {
  return can(actor.role, 'slices:see-all') ? undefined : eq(slices.ownerId, actor.userId);
}

/**
 * The slice, if the actor may see it, destroyed ones too; NOT_FOUND otherwise. `lock` takes the row's lock until the
 * end of the transaction: for whoever changes the slice, its VMs or its deployments.
 */
export async function loadSlice(
  q: Queryable,
  actor: Actor,
  id: number,
  options: { lock?: boolean } = {},
): Promise<SliceRow> {
  const query = q
    .select()
    .from(slices)
    .where(and(eq(slices.id, id), visibleSlices(actor)));
  const [row] = await (options.lock === true ? query.for('update') : query);
  if (row === undefined) throw notFound('slice');
  return row;
}

/** A VM and its slice, if the actor may see the slice; NOT_FOUND otherwise. */
export async function loadSliceVm(
  q: Queryable,
  actor: Actor,
  vmId: number,
): Promise<{ slice: SliceRow; vm: SliceVmRow }> {
  const [row] = await q
    .select({ slice: slices, vm: sliceVms })
    .from(sliceVms)
    .innerJoin(slices, eq(slices.id, sliceVms.sliceId))
    .where(and(eq(sliceVms.id, vmId), visibleSlices(actor)));
  if (row === undefined) throw notFound('VM');
  return row;
}
