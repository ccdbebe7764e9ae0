import assert from 'node:assert/strict';
import { eq, inArray, isNotNull, and, isNull, ne } from 'drizzle-orm';
import { auditLog } from '#drizzle/schema/audit';
import { deployments } from '#drizzle/schema/deployments';
import { notifications } from '#drizzle/schema/notifications';
import { sliceNetworks, slices, sliceVms, zoneSums } from '#drizzle/schema/slices';
import { sliceSnapshots } from '#drizzle/schema/snapshots';
import { accountSums } from '#drizzle/schema/users';
import { endResults } from '#shared/audit';
import { liveDeploymentStatuses } from '#shared/deployment/schema';
import type { Database } from '#server/db/client';
import type { SimulatorState } from '#server/providers/simulator/simulator-state';

/**
 * What is there that nobody knows of, or counted though it is not there, in words, once nothing is under way: no VM may be left
 * over or twice, no port, quota or lease held for nothing. `states`: of each place that has VMs.
 */
export async function leaksOf(db: Database, ...states: SimulatorState[]): Promise<string[]> {
  return [
    ...(await leftOver(db, states)),
    ...(await lostSnapshots(db, states)),
    ...states.flatMap(heldPorts),
    ...(await miscounted(db)),
  ];
}

async function leftOver(db: Database, states: readonly SimulatorState[]): Promise<string[]> {
  const found: string[] = [];
  const known = new Map((await db.select().from(slices)).map((slice) => [slice.id, slice]));
  const vms = new Map((await db.select().from(sliceVms)).map(({ id, sliceId }) => [id, sliceId]));
  const networks = new Map((await db.select().from(sliceNetworks)).map(({ id, sliceId }) => [id, sliceId]));
  const seen = new Set<number>();
  for (const { slices: there } of states)
    for (const [id, slice] of there) {
      const row = known.get(id);
      if (row === undefined || row.deletedAt !== null || row.status === 'draft' || row.status === 'destroyed')
        found.push(
          `slice ${id}, ${row?.status ?? 'unknown'}, has ${slice.vms.size} VMs, ${slice.networks.size} networks`,
        );
      for (const vmId of slice.vms.keys()) {
        if (vms.get(vmId) !== id) found.push(`VM ${vmId} is not of slice ${id}`);
        if (seen.has(vmId)) found.push(`VM ${vmId} is there twice`);
        seen.add(vmId);
      }
      for (const network of slice.networks.keys())
        if (networks.get(network) !== id) found.push(`network ${network} is not of slice ${id}`);
    }
  return found;
}

/** A snapshot without a row, or a row of what is not there; what is being let go of may be either. */
async function lostSnapshots(db: Database, states: readonly SimulatorState[]): Promise<string[]> {
  const found: string[] = [];
  const rows = await db.select().from(sliceSnapshots);
  const known = new Map(rows.map(({ id, sliceId }) => [id, sliceId]));
  const there = new Set<number>();
  for (const { slices: simulated } of states)
    for (const [sliceId, { snapshots }] of simulated)
      for (const id of snapshots.keys()) {
        there.add(id);
        if (known.get(id) !== sliceId) found.push(`snapshot ${id} is not of slice ${sliceId}`);
      }
  for (const { id, status } of rows.filter(({ removedAt }) => removedAt === null)) {
    if (status === 'making') found.push(`snapshot ${id} is taken by nobody`);
    if (status === 'ready' && !there.has(id)) found.push(`snapshot ${id} is not there`);
  }
  return found;
}

function heldPorts({ slices: there, usedPorts }: SimulatorState): string[] {
  const held = [...there.values()].flatMap(({ vms }) => [...vms.values()].flatMap((vm) => [...vm.hostPorts.values()]));
  const twice = held.filter((port, at) => held.indexOf(port) !== at);
  const lost = [...usedPorts].filter((port) => !held.includes(port));
  const unkept = held.filter((port) => !usedPorts.has(port));
  return [
    ...twice.map((port) => `port ${port} has two VMs`),
    ...lost.map((port) => `port ${port} is held by none`),
    ...unkept.map((port) => `port ${port} counts as free`),
  ];
}

async function miscounted(db: Database): Promise<string[]> {
  const found: string[] = [];
  const rows = await db
    .select()
    .from(slices)
    .where(and(isNull(slices.deletedAt), ne(slices.status, 'destroyed')));
  const holding = new Set(rows.filter(({ status }) => status !== 'draft').map(({ id }) => id));
  const vms = (await db.select().from(sliceVms)).filter(({ sliceId }) => holding.has(sliceId));
  const zoneOf = new Map(rows.map(({ id, zoneId }) => [id, zoneId]));
  for (const sum of await db.select().from(zoneSums)) {
    const mine = vms.filter(({ sliceId }) => zoneOf.get(sliceId) === sum.zoneId);
    const add = (of: 'vcpus' | 'ramMb' | 'diskGb') => mine.reduce((total, vm) => total + vm[of], 0);
    const right = {
      zoneId: sum.zoneId,
      slices: rows.filter(({ zoneId }) => zoneId === sum.zoneId).length,
      vcpus: add('vcpus'),
      ramMb: add('ramMb'),
      diskGb: add('diskGb'),
    };
    const [now, due] = [JSON.stringify(sum, Object.keys(right)), JSON.stringify(right)];
    if (now !== due) found.push(`zone's sums are ${now}, not ${due}`);
  }
  for (const { userId, slices: count } of await db.select().from(accountSums)) {
    const right = rows.filter(({ ownerId }) => ownerId === userId).length;
    if (count !== right) found.push(`account ${userId} has ${right} slices, not ${count}`);
  }
  const live = await db
    .select({ id: deployments.id })
    .from(deployments)
    .where(inArray(deployments.status, [...liveDeploymentStatuses]));
  found.push(...live.map(({ id }) => `deployment ${id} has not ended`));
  for (const column of ['leaseOwner', 'claimableAt'] as const) {
    const held = await db
      .select({ id: deployments.id })
      .from(deployments)
      .where(and(isNotNull(deployments[column]), isNotNull(deployments.finishedAt)));
    found.push(...held.map(({ id }) => `deployment ${id} has ended and keeps its ${column}`));
  }
  return found;
}

/** Of each deployment that has ended the log has one end, and its owner one notification, the right one, and of others none. */
export async function checkEnds(db: Database): Promise<void> {
  const rows = await db.select().from(deployments);
  const deeds = await db.select().from(auditLog).where(eq(auditLog.action, 'deployments.end'));
  const told = deeds.map(({ details, result }) => [details?.['deploymentId'], result]);
  const due = rows.flatMap(({ id, status }) =>
    status === 'succeeded' || status === 'failed' || status === 'cancelled' ? [[id, endResults[status]]] : [],
  );
  const byId = (a: unknown[], b: unknown[]) => Number(a[0]) - Number(b[0]);
  assert.deepEqual(told.toSorted(byId), due.toSorted(byId));
  // who asked was told of it as often
  const notified = (await db.select().from(notifications)).flatMap(({ happening }) =>
    'deploymentId' in happening ? [[happening.deploymentId, happening.kind]] : [],
  );
  const ends = rows.flatMap(({ id, finishedAt, status }) =>
    finishedAt === null ? [] : [[id, `deployment.${status}`]],
  );
  assert.deepEqual(notified.toSorted(byId), ends.toSorted(byId));
}

/** The slice's status. */
export async function statusOf(db: Database, sliceId: number) {
  const [row] = await db.select({ status: slices.status }).from(slices).where(eq(slices.id, sliceId));
  return row?.status;
}
