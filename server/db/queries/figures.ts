import { eq, inArray } from 'drizzle-orm';
import { sliceEdges, slices, sliceVms } from '#drizzle/schema/slices';
import type { Queryable } from '#server/db/client';

/** Of which VMs the links of a slice are; null where one leads to a network. */
export function linksOf(q: Queryable, sliceId: number) {
  const { id, sourceVmId, targetVmId } = sliceEdges;
  return q.select({ id, sourceVmId, targetVmId }).from(sliceEdges).where(eq(sliceEdges.sliceId, sliceId));
}

/** What VMs and their slices are called, by the VMs' ids: of those that are there. */
export async function vmNames(q: Queryable, vmIds: readonly number[]) {
  if (vmIds.length === 0) return new Map<number, never>();
  const rows = await q
    .select({ vm: { id: sliceVms.id, name: sliceVms.name }, slice: { id: slices.id, name: slices.name } })
    .from(sliceVms)
    .innerJoin(slices, eq(slices.id, sliceVms.sliceId))
    .where(inArray(sliceVms.id, [...vmIds]));
  return new Map(rows.map((row) => [row.vm.id, row]));
}
