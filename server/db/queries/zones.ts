import { and, asc, eq, getTableColumns, sql, type SQL } from 'drizzle-orm';
import { availabilityZones } from '#drizzle/schema/catalogue';
import { slices, sliceVms, zoneSums } from '#drizzle/schema/slices';
import type { Resources } from '#shared/primitives';
import type { SliceStatus } from '#shared/slice-status';
import type { Queryable, Transaction } from '#server/db/client';
import { number, prepared, preparedLists, textsOf } from '../prepared';
import { countOwned } from './account-sums';

export type ZoneRow = typeof availabilityZones.$inferSelect;

/** What of a zone's row its provider is made by, and whose work it is. */
export const providerZone = {
  id: availabilityZones.id,
  name: availabilityZones.name,
  provider: availabilityZones.provider,
  homeId: availabilityZones.homeId,
  released: availabilityZones.released,
  settings: availabilityZones.settings,
  secrets: availabilityZones.secrets,
  settingsVersion: availabilityZones.settingsVersion,
  createdAt: availabilityZones.createdAt,
};
export type ProviderZone = Pick<ZoneRow, keyof typeof providerZone>;

/** Statuses of slices that hold no resources of their zone. */
const holdNothing = ['draft', 'destroyed'] as const satisfies readonly SliceStatus[];
/** Slices that hold resources of their zone: deployed, or on the way to or from it. */
export const holding = sql`${slices.deletedAt} is null and ${slices.status} not in (${textsOf(holdNothing)})`;

const sums = {
  vcpus: number(sql`sum(${sliceVms.vcpus})`),
  ramMb: number(sql`sum(${sliceVms.ramMb})`),
  diskGb: number(sql`sum(${sliceVms.diskGb} + ${sliceVms.extraDiskGb})`),
};
const nothing: Resources = { vcpus: 0, ramMb: 0, diskGb: 0 };
const theSlice = sql`${slices.id} = ${sql.placeholder('slice')}`;

/** Whether a slice in this status holds resources of its zone; as {@link holding} asks the database. */
const holds = (status: SliceStatus) => !(holdNothing as readonly SliceStatus[]).includes(status);

const standing = {
  zoneId: slices.zoneId,
  ownerId: slices.ownerId,
  status: slices.status,
  deletedAt: slices.deletedAt,
  ...sums,
};
const standingOf = prepared<typeof standing, { slice: number }>(
  standing,
  (list) => sql`select ${list} from ${slices} left join ${sliceVms} on ${sliceVms.sliceId} = ${slices.id}
    where ${theSlice} group by ${slices.id}, ${slices.zoneId}, ${slices.ownerId}, ${slices.status}, ${slices.deletedAt}`,
);

/**
 * Brings the sums of a slice's zone, and of its owner, after it: call it before the slice's status is written, on its locked
 * row, with what that will be, or null for a new slice, that is a draft. Takes the locks of the sums, after all others.
 */
export async function countSlice(tx: Queryable, sliceId: number, next: SliceStatus | null): Promise<void> {
  const [slice] = await standingOf(tx, { slice: sliceId });
  if (slice === undefined) return;
  const { zoneId, ownerId, status, deletedAt } = slice;
  if (next === null) {
    await countOwned(tx, ownerId, { slices: 1 });
    return addToZone(tx, zoneId, 1, nothing);
  }
  const gone = next === 'destroyed' && deletedAt === null ? -1 : 0;
  await countOwned(tx, ownerId, { slices: gone });
  const sign = Number(holds(next)) - Number(holds(status) && deletedAt === null);
  if (gone === 0 && sign === 0) return;
  const { vcpus, ramMb, diskGb } = slice;
  await addToZone(tx, zoneId, gone, { vcpus: sign * vcpus, ramMb: sign * ramMb, diskGb: sign * diskGb });
}

/** What a VM's row says of its size. */
type Sized = Pick<typeof sliceVms.$inferSelect, keyof Resources | 'extraDiskGb'>;

/** As {@link countSlice}, of a slice that keeps its status and whose VMs have become others. */
export async function countResized(
  tx: Queryable,
  { zoneId, status }: Pick<typeof slices.$inferSelect, 'zoneId' | 'status'>,
  before: readonly Sized[],
  after: readonly Sized[],
): Promise<void> {
  if (!holds(status)) return;
  const more = (of: (vm: Sized) => number) =>
    after.reduce((sum, vm) => sum + of(vm), 0) - before.reduce((sum, vm) => sum + of(vm), 0);
  const amount = {
    vcpus: more((vm) => vm.vcpus),
    ramMb: more((vm) => vm.ramMb),
    diskGb: more((vm) => vm.diskGb + vm.extraDiskGb),
  };
  if (Object.values(amount).some((value) => value !== 0)) await addToZone(tx, zoneId, 0, amount);
}

async function addToZone(tx: Queryable, zoneId: number, count: number, amount: Resources): Promise<void> {
  const added = { slices: count, ...amount };
  await tx
    .insert(zoneSums)
    .values({ zoneId, ...added })
    .onDuplicateKeyUpdate({
      set: {
        slices: sql`${zoneSums.slices} + ${added.slices}`,
        vcpus: sql`${zoneSums.vcpus} + ${added.vcpus}`,
        ramMb: sql`${zoneSums.ramMb} + ${added.ramMb}`,
        diskGb: sql`${zoneSums.diskGb} + ${added.diskGb}`,
      },
    });
}

const held = { all: { vcpus: zoneSums.vcpus, ramMb: zoneSums.ramMb, diskGb: zoneSums.diskGb }, own: sums };
const heldIn = preparedLists<typeof held, Record<'zone' | 'slice', number>>(held, {
  all: (list) => sql`select ${list} from ${zoneSums} where ${zoneSums.zoneId} = ${sql.placeholder('zone')}`,
  own: (list) => sql`select ${list} from ${slices} inner join ${sliceVms} on ${sliceVms.sliceId} = ${slices.id}
    where ${theSlice} and ${holding}`,
});

/**
 * What the VMs of a zone's deployed slices take together. RAM in MiB, disk in GiB. `exceptSliceId` leaves one slice out,
 * for a plan that asks what is free for it. In a transaction it sees what the transaction sees.
 */
export async function allocatedOf(
  q: Queryable,
  zoneId: number,
  options: { exceptSliceId?: number } = {},
): Promise<Resources> {
  const found = await heldIn(q, { zone: zoneId, slice: options.exceptSliceId ?? 0 });
  const [all = nothing] = found.all;
  const [own = nothing] = found.own;
  return {
    vcpus: Math.max(0, all.vcpus - own.vcpus),
    ramMb: Math.max(0, all.ramMb - own.ramMb),
    diskGb: Math.max(0, all.diskGb - own.diskGb),
  };
}

/** All zones by name. They are few. */
export function zonesByName(q: Queryable): Promise<ZoneRow[]> {
  return q.select().from(availabilityZones).orderBy(asc(availabilityZones.sortKey), asc(availabilityZones.id));
}

const zoneColumns = getTableColumns(availabilityZones);
const oneZone = (lock: SQL) =>
  prepared<typeof zoneColumns, { id: number }>(
    zoneColumns,
    (list) =>
      sql`select ${list} from ${availabilityZones} where ${availabilityZones.id} = ${sql.placeholder('id')}${lock}`,
  );
const zoneOf = oneZone(sql``);
const lockedZoneOf = oneZone(sql` for update`);

export async function zoneById(q: Queryable, id: number): Promise<ZoneRow | null> {
  const [row] = await zoneOf(q, { id });
  return row ?? null;
}

/** How many slices of the zone hold resources of it: deployed, or on the way to or from it. */
export function countHolding(q: Queryable, zoneId: number): Promise<number> {
  return q.$count(slices, and(eq(slices.zoneId, zoneId), holding));
}

/** Locks a zone's row until the end of the transaction: whoever takes of its capacity comes one after the other. Answers it. */
export async function lockZone(tx: Transaction, id: number): Promise<ZoneRow | null> {
  const [row] = await lockedZoneOf(tx, { id });
  return row ?? null;
}
