import { and, eq, inArray } from 'drizzle-orm';
import { firstDisks } from '#drizzle/schema/snapshots';
import type { Queryable, Transaction } from '#server/db/client';

export type FirstDiskRow = typeof firstDisks.$inferSelect;

/** Keeps with which disks of a snapshot VMs begin that are not deployed yet. */
export async function insertFirstDisks(tx: Transaction, rows: readonly FirstDiskRow[]): Promise<void> {
  if (rows.length > 0) await tx.insert(firstDisks).values([...rows]);
}

/** By the ids of the slice's VMs that are not deployed yet: with which disks they begin. Empty for nearly all slices. */
export async function firstDisksOf(q: Queryable, sliceId: number): Promise<ReadonlyMap<number, FirstDiskRow>> {
  const rows = await q.select().from(firstDisks).where(eq(firstDisks.sliceId, sliceId));
  return new Map(rows.map((row) => [row.sliceVmId, row]));
}

/** These VMs of the slice, or with null all, have their disks, or never will. */
export async function forgetFirstDisks(
  tx: Transaction,
  sliceId: number,
  vmIds: readonly number[] | null,
): Promise<void> {
  if (vmIds?.length === 0) return;
  const these = vmIds === null ? undefined : inArray(firstDisks.sliceVmId, [...vmIds]);
  await tx.delete(firstDisks).where(and(eq(firstDisks.sliceId, sliceId), these));
}
