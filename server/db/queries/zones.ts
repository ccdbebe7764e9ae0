import { and, asc, count, eq, isNull, ne, notInArray, sql, type SQL } from 'drizzle-orm';
import { availabilityZones } from '#drizzle/schema/catalogue';
import { slices, sliceVms } from '#drizzle/schema/slices';
import type { Resources } from '#shared/primitives';
import type { Queryable, Transaction } from '#server/db/client';

export type ZoneRow = typeof availabilityZones.$inferSelect;

/** Slices that hold resources of their zone: deployed, or on the way to or from it. */
const holding = (): SQL | undefined => and(isNull(slices.deletedAt), notInArray(slices.status, ['draft', 'destroyed']));

const sums = {
  vcpus: sql<string>`coalesce(sum(${sliceVms.vcpus}), 0)`,
  ramMb: sql<string>`coalesce(sum(${sliceVms.ramMb}), 0)`,
  diskGb: sql<string>`coalesce(sum(${sliceVms.diskGb}), 0)`,
};

/**
 * What the VMs of a zone's deployed slices take together. RAM in MiB, disk in GiB. `exceptSliceId` leaves one slice out,
 * for a plan that asks what is free for it. In a transaction it sees what the transaction sees.
 */
export async function allocatedOf(
  q: Queryable,
  zoneId: number,
  options: { exceptSliceId?: number } = {},
): Promise<Resources> {
  const [row] = await q
    .select(sums)
    .from(slices)
    .innerJoin(sliceVms, eq(sliceVms.sliceId, slices.id))
    .where(
      and(
        eq(slices.zoneId, zoneId),
        holding(),
        options.exceptSliceId === undefined ? undefined : ne(slices.id, options.exceptSliceId),
      ),
    );
  return { vcpus: Number(row?.vcpus ?? 0), ramMb: Number(row?.ramMb ?? 0), diskGb: Number(row?.diskGb ?? 0) };
}

export interface ZoneUse {
  allocated: Resources;
  runningVms: number;
  slices: number;
}

/** {@link allocatedOf} for all zones at once, with their numbers of running VMs and of live slices. */
export async function zoneUses(q: Queryable): Promise<Map<number, ZoneUse>> {
  const use = new Map<number, ZoneUse>();
  const live = await q
    .select({ zoneId: slices.zoneId, slices: count() })
    .from(slices)
    .where(isNull(slices.deletedAt))
    .groupBy(slices.zoneId);
  for (const row of live)
    use.set(row.zoneId, { allocated: { vcpus: 0, ramMb: 0, diskGb: 0 }, runningVms: 0, slices: row.slices });
  const held = await q
    .select({ zoneId: slices.zoneId, ...sums, running: sql<string>`sum(${sliceVms.status} = 'running')` })
    .from(slices)
    .innerJoin(sliceVms, eq(sliceVms.sliceId, slices.id))
    .where(holding())
    .groupBy(slices.zoneId);
  for (const row of held)
    use.set(row.zoneId, {
      allocated: { vcpus: Number(row.vcpus), ramMb: Number(row.ramMb), diskGb: Number(row.diskGb) },
      runningVms: Number(row.running),
      slices: use.get(row.zoneId)?.slices ?? 0,
    });
  return use;
}

/** All zones by name. They are few. */
export function zonesByName(q: Queryable): Promise<ZoneRow[]> {
  return q.select().from(availabilityZones).orderBy(asc(availabilityZones.name), asc(availabilityZones.id));
}

export async function zoneById(q: Queryable, id: number): Promise<ZoneRow | null> {
  const [row] = await q.select().from(availabilityZones).where(eq(availabilityZones.id, id));
  return row ?? null;
}

/** Locks a zone's row until the end of the transaction: whoever takes of its capacity comes one after the other. */
export async function lockZone(tx: Transaction, id: number): Promise<void> {
  await tx
    .select({ id: availabilityZones.id })
    .from(availabilityZones)
    .where(eq(availabilityZones.id, id))
    .for('update');
}
