import { asc, eq, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/mysql-core';
import { images } from '#drizzle/schema/catalogue';
import { deployments } from '#drizzle/schema/deployments';
import { imageUploads } from '#drizzle/schema/image-uploads';
import { slices, sliceVms } from '#drizzle/schema/slices';
import { quotas, roles, users } from '#drizzle/schema/users';
import type { Role } from '#shared/auth';
import { liveDeploymentStatuses } from '#shared/deployment/schema';
import { unfinishedUploads } from '#shared/image-upload';
import {
  quotaFields,
  type CountedField,
  type QuotaField,
  type QuotaLimits,
  type QuotaUse,
  type UserQuota,
} from '#shared/quota';
import { runningVmStatuses, type SliceStatus, type VmDesired, type VmStatus, vmStatuses } from '#shared/slice-status';
import type { Queryable } from '#server/db/client';
import { number, prepared, textsOf } from '../prepared';
import { only } from '../rows';
import { keptOf } from './snapshots';

/** What stands in a row for "no limit". */
const unlimited = -1;
type Amounts = Record<QuotaField, number | null>;

function eachField<Value>(value: (field: QuotaField) => Value): Record<QuotaField, Value> {
  return {
    slices: value('slices'),
    vms: value('vms'),
    vcpus: value('vcpus'),
    ramMb: value('ramMb'),
    diskGb: value('diskGb'),
    runningVms: value('runningVms'),
    runningVcpus: value('runningVcpus'),
    runningRamMb: value('runningRamMb'),
    snapshots: value('snapshots'),
    imageMb: value('imageMb'),
    internetKbps: value('internetKbps'),
    internetMbPerMonth: value('internetMbPerMonth'),
  };
}

const amount = (value: number | null | undefined) => (value === unlimited ? null : (value ?? null));
/** What holds of a limit that is set for a user, and of their role's: null is none. */
export const limitOf = (own: number | null | undefined, role: number | null | undefined) => amount(own ?? role);
const limitsOf = (row: Amounts | null): QuotaLimits => eachField((field) => amount(row?.[field]));
const ownOf = (row: Amounts | null): UserQuota =>
  eachField((field) => {
    const value = row?.[field] ?? null;
    return value === null ? 'role' : amount(value);
  });

/** What a user's role allows, what is set for the user alone, and what holds: the latter where it says something. */
export interface LimitsRow {
  role: QuotaLimits;
  own: UserQuota;
  limits: QuotaLimits;
}

/** The limits of a user, a deleted one's too; null if there never was one. */
export async function limitsOfUser(q: Queryable, userId: number): Promise<LimitsRow | null> {
  const ofRole = alias(quotas, 'of_role');
  const ofUser = alias(quotas, 'of_user');
  const [row] = await q
    .select({ ofRole, ofUser })
    .from(users)
    .leftJoin(ofRole, eq(ofRole.roleId, users.roleId))
    .leftJoin(ofUser, eq(ofUser.userId, users.id))
    .where(eq(users.id, userId));
  if (row === undefined) return null;
  const role = limitsOf(row.ofRole);
  const own = ownOf(row.ofUser);
  const limits = eachField((field) => {
    const value = own[field];
    return value === 'role' ? role[field] : value;
  });
  return { role, own, limits };
}

/** Statuses of slices in which VMs that are asked to run need not come up: nothing works on it any more. */
const givenUp = ['failed', 'degraded'] as const satisfies readonly SliceStatus[];
/** Of these a VM certainly runs nothing. */
const notThere = ['absent', 'stopped', 'suspended', 'failed'] as const satisfies readonly VmStatus[];
const runs: readonly VmStatus[] = runningVmStatuses;
/** Of these it may run, if it is asked to. */
const mayRun = vmStatuses.filter((status) => !(notThere as readonly VmStatus[]).includes(status));

/**
 * Whether a VM counts as running in its owner's quota: it runs, or is asked to and may yet. What an operation that has
 * failed did not bring up, or what has died since, counts again when an operation on its slice is under way. Pure; the
 * same as the SQL of {@link quotaUse}.
 */
export function countsAsRunning(
  vm: { desired: VmDesired; status: VmStatus },
  slice: { status: SliceStatus; busy: boolean },
): boolean {
  if (runs.includes(vm.status)) return true;
  const isGivenUp = !slice.busy && (givenUp as readonly SliceStatus[]).includes(slice.status);
  return vm.desired === 'running' && (!isGivenUp || mayRun.includes(vm.status));
}

const busy = sql`exists (select 1 from ${deployments} where ${deployments.sliceId} = ${slices.id}
  and ${deployments.status} in (${textsOf(liveDeploymentStatuses)}))`;
const expected = sql`(${slices.status} not in (${textsOf(givenUp)}) or ${sliceVms.status} in (${textsOf(mayRun)}) or ${busy})`;
// what is asked to stop may be cancelled, or fail to
const running = sql`(${sliceVms.status} in (${textsOf(runningVmStatuses)}) or (${sliceVms.desired} = 'running' and ${expected}))`;
// what is kept on a disk is rounded up to whole GiB, all together
const kept = keptOf(sql.placeholder('owner'));
const suspendedMb = sql`coalesce(sum(case when ${sliceVms.status} = 'suspended' then ${sliceVms.ramMb} else 0 end), 0)`;
// once, however many slices; what comes, and what it becomes, counts from when it was asked for
const storedMb = sql`(select coalesce(sum(${images.sizeMb}), 0) from ${images}
    where ${images.ownerId} = ${sql.placeholder('owner')} and ${images.retiredAt} is null)
  + (select coalesce(ceil(sum(coalesce(${imageUploads.sizeBytes}, ${imageUploads.receivedBytes})) / 1048576), 0) from ${imageUploads}
    where ${imageUploads.ownerId} = ${sql.placeholder('owner')} and ${imageUploads.state} in (${textsOf(unfinishedUploads)}))`;
const useFields = {
  slices: number(sql`count(distinct ${slices.id})`),
  vms: number(sql`count(${sliceVms.id})`),
  vcpus: number(sql`sum(${sliceVms.vcpus})`),
  ramMb: number(sql`sum(${sliceVms.ramMb})`),
  diskGb: number(
    sql`coalesce(sum(${sliceVms.diskGb} + ${sliceVms.extraDiskGb}), 0) + ceil((${suspendedMb} + ${kept.snapshotMb}) / 1024)`,
  ),
  runningVms: number(sql`sum(${running})`),
  runningVcpus: number(sql`sum(case when ${running} then ${sliceVms.vcpus} else 0 end)`),
  runningRamMb: number(sql`sum(case when ${running} then ${sliceVms.ramMb} else 0 end)`),
  snapshots: number(kept.snapshots),
  imageMb: number(storedMb),
} satisfies Record<CountedField, unknown>;
const useOf = prepared<typeof useFields, { owner: number }>(
  useFields,
  (list) => sql`select ${list} from ${slices} left join ${sliceVms} on ${sliceVms.sliceId} = ${slices.id}
    where ${slices.ownerId} = ${sql.placeholder('owner')} and ${slices.deletedAt} is null
    and ${slices.status} <> 'destroyed'`,
);

/**
 * What a user's slices take that are not destroyed, counted by the database. In a transaction it sees what the
 * transaction sees.
 */
export async function quotaUse(q: Queryable, ownerId: number): Promise<QuotaUse> {
  return only(await useOf(q, { owner: ownerId }), 'the sums of an owner');
}

/** The limits of every role, in the order in which roles were made. */
export async function limitsOfRoles(q: Queryable): Promise<{ role: Role; limits: QuotaLimits }[]> {
  const rows = await q
    .select({ role: roles.name, quota: quotas })
    .from(roles)
    .leftJoin(quotas, eq(quotas.roleId, roles.id))
    .orderBy(asc(roles.id));
  return rows.map((row) => ({ role: row.role, limits: limitsOf(row.quota) }));
}

/** Writes the limits of a role. */
export async function writeRoleLimits(q: Queryable, roleId: number, limits: QuotaLimits): Promise<void> {
  await q
    .insert(quotas)
    .values({ roleId, ...limits })
    .onDuplicateKeyUpdate({ set: limits });
}

/** Writes what is set for a user alone. A user for whom all is as the role has it needs no row. */
export async function writeUserLimits(q: Queryable, userId: number, own: UserQuota): Promise<void> {
  if (quotaFields.every((field) => own[field] === 'role')) {
    await q.delete(quotas).where(eq(quotas.userId, userId));
    return;
  }
  const values = eachField((field) => {
    const value = own[field];
    return value === 'role' ? null : (value ?? unlimited);
  });
  await q
    .insert(quotas)
    .values({ userId, ...values })
    .onDuplicateKeyUpdate({ set: values });
}
