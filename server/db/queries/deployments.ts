import {
  and,
  desc,
  eq,
  getTableColumns,
  gt,
  gte,
  inArray,
  lt,
  max,
  sql,
  type Placeholder,
  type SQL,
} from 'drizzle-orm';
import { alias } from 'drizzle-orm/mysql-core';
import { availabilityZones } from '#drizzle/schema/catalogue';
import { deployments, deploymentSteps } from '#drizzle/schema/deployments';
import { slices } from '#drizzle/schema/slices';
import { users } from '#drizzle/schema/users';
import type { DeploymentKind, Underway } from '#shared/deployment/operations';
import { isStepDone } from '#shared/deployment/progress';
import { liveDeploymentStatuses, stepStatuses, type DeploymentStatus, type PlanStep } from '#shared/deployment/schema';
import type { Queryable, Transaction } from '#server/db/client';
import { databaseNow } from '../clock';
import { idBounds } from '../id-bounds';
import { isoText, number, optionalIsoText, prepared, preparedLists, textsOf, type RowOf } from '../prepared';
import { byId, chunked, only } from '../rows';

export type DeploymentRow = typeof deployments.$inferSelect;
export type StepRow = typeof deploymentSteps.$inferSelect;

/** The deployment, whoever asks: the caller checks the access to its slice. Null if there is none. */
export async function deploymentById(q: Queryable, id: number): Promise<DeploymentRow | null> {
  const [row] = await q.select().from(deployments).where(eq(deployments.id, id));
  return row ?? null;
}

/** The deployment's row, locked until the end of the transaction; the caller has locked its slice's before. */
export async function lockDeployment(tx: Transaction, id: number): Promise<DeploymentRow> {
  return only(await tx.select().from(deployments).where(eq(deployments.id, id)).for('update'), `deployment ${id}`);
}

const markFields = { id: deployments.id, status: deployments.status };
const ofSlice = sql.placeholder('slice');
const ofVm = sql.placeholder('vm');
const newestFor = (list: SQL) =>
  sql`select ${list} from ${deployments} where ${deployments.sliceId} = ${ofSlice}
    and (${ofVm} is null or ${deployments.sliceVmId} is null or ${deployments.sliceVmId} = ${ofVm})
    order by ${deployments.id} desc limit 1`;
const newestMark = prepared<typeof markFields, { slice: number; vm: number | null }>(markFields, newestFor);

/**
 * The newest deployment of a slice, null if there was none. The newest is live, if any is. With a VM: the newest that is aimed
 * at this one or at the whole slice.
 */
export async function newestDeployment(
  q: Queryable,
  sliceId: number,
  vmId: number | null = null,
): Promise<Pick<DeploymentRow, 'id' | 'status'> | null> {
  const [row] = await newestMark(q, { slice: sliceId, vm: vmId });
  return row ?? null;
}

/** As {@link newestDeployment}, of many slices at once, by their ids; those that never had one are not in it. */
export async function newestDeployments(
  q: Queryable,
  sliceIds: readonly number[],
): Promise<Map<number, Pick<DeploymentRow, 'id' | 'status'>>> {
  const found = new Map<number, Pick<DeploymentRow, 'id' | 'status'>>();
  for (const ids of chunked(sliceIds)) {
    const newest = q
      .select({ id: max(deployments.id).as('newest_id') })
      .from(deployments)
      .where(inArray(deployments.sliceId, ids))
      .groupBy(deployments.sliceId)
      .as('newest');
    const { sliceId, id, status } = deployments;
    // joined: by `in` MySQL would read all deployments
    const rows = await q
      .select({ sliceId, id, status })
      .from(newest)
      .innerJoin(deployments, eq(deployments.id, newest.id));
    for (const row of rows) found.set(row.sliceId, { id: row.id, status: row.status });
  }
  return found;
}

const underWay = { live: getTableColumns(deployments), newest: markFields };
const underWayIn = preparedLists<typeof underWay, { slice: number; vm: number | null }>(underWay, {
  live: (list) => sql`select ${list} from ${deployments}
    where ${deployments.sliceId} = ${ofSlice} and ${deployments.status} in (${textsOf(liveDeploymentStatuses)})`,
  newest: newestFor,
});

/** The live deployments of a slice, oldest first, and its {@link newestDeployment}, for a VM if one is given. */
export async function deploymentsUnderWay(
  q: Queryable,
  sliceId: number,
  vmId: number | null = null,
): Promise<{ live: DeploymentRow[]; newest: Pick<DeploymentRow, 'id' | 'status'> | null }> {
  const { live, newest } = await underWayIn(q, { slice: sliceId, vm: vmId });
  return { live: live.toSorted(byId), newest: newest[0] ?? null };
}

/** What of the slice live deployments are aimed at. */
export function underwayOf(live: readonly Pick<DeploymentRow, 'sliceVmId'>[]): Underway {
  return live.map(({ sliceVmId }) => sliceVmId);
}

/** Id of the deployment of a slice that was asked for with the key, null if none was. */
export async function deploymentByKey(q: Queryable, sliceId: number, idempotencyKey: string): Promise<number | null> {
  const [row] = await q
    .select({ id: deployments.id })
    .from(deployments)
    .where(and(eq(deployments.sliceId, sliceId), eq(deployments.idempotencyKey, idempotencyKey)));
  return row?.id ?? null;
}

/** Id of the newest deployment of the kind that succeeded, null if none did. */
export async function newestSuccess(q: Queryable, sliceId: number, kind: DeploymentKind): Promise<number | null> {
  const [row] = await q
    .select({ id: deployments.id })
    .from(deployments)
    .where(and(eq(deployments.sliceId, sliceId), eq(deployments.kind, kind), eq(deployments.status, 'succeeded')))
    .orderBy(desc(deployments.id))
    .limit(1);
  return row?.id ?? null;
}

/** Adds a deployment with its steps, to be claimed at once, or `waiting` for those before it. Answers its id. */
export async function insertDeployment(
  tx: Transaction,
  deployment: Pick<
    DeploymentRow,
    | 'sliceId'
    | 'zoneId'
    | 'kind'
    | 'sliceVmId'
    | 'snapshotId'
    | 'requestedBy'
    | 'because'
    | 'onFailure'
    | 'idempotencyKey'
    | 'waitingSince'
  > & {
    waiting: boolean;
    steps: readonly PlanStep[];
  },
): Promise<number> {
  const { waiting, steps, ...values } = deployment;
  const [inserted] = await tx.insert(deployments).values({
    ...values,
    ownerId: sql`(select ${slices.ownerId} from ${slices} where ${slices.id} = ${values.sliceId})`,
    status: waiting ? 'queued' : 'pending',
    claimableAt: waiting ? null : databaseNow,
  });
  const deploymentId = inserted.insertId;
  for (const chunk of chunked(steps))
    await tx.insert(deploymentSteps).values(chunk.map((step) => ({ ...step, deploymentId })));
  return deploymentId;
}

/** Has live deployments give way to one that takes over: they end where they are. */
export async function supersedeDeployments(tx: Transaction, ids: readonly number[]): Promise<void> {
  if (ids.length > 0)
    await tx
      .update(deployments)
      .set({ cancelRequested: true, superseded: true })
      .where(inArray(deployments.id, [...ids]));
}

/** Asks for a deployment to be cancelled, whose row is locked. */
export async function writeCancelRequest(tx: Transaction, id: number): Promise<void> {
  await tx.update(deployments).set({ cancelRequested: true }).where(eq(deployments.id, id));
}

/** How many steps a deployment has. */
export function stepsTotal(q: Queryable, deploymentId: number): Promise<number> {
  return q.$count(deploymentSteps, eq(deploymentSteps.deploymentId, deploymentId));
}

const stepFields = getTableColumns(deploymentSteps);
const stepsOf = prepared<typeof stepFields, { deployment: number }>(
  stepFields,
  (list) => sql`select ${list} from ${deploymentSteps}
    where ${deploymentSteps.deploymentId} = ${sql.placeholder('deployment')} order by ${deploymentSteps.seq}`,
);

/** The steps of a deployment in the order of its plan. */
export function stepRows(q: Queryable, deploymentId: number): Promise<StepRow[]> {
  return stepsOf(q, { deployment: deploymentId });
}

export interface DeploymentSummaryRow {
  deployment: DeploymentRow;
  /** Who asked for it. */
  requester: string;
  stepsDone: number;
  stepsTotal: number;
}

/** A slice's deployments below `beforeId` with their numbers of steps, newest first. */
export function deploymentSummaries(
  q: Queryable,
  { sliceId, beforeId, limit }: { sliceId: number; beforeId: number | null; limit: number },
): Promise<DeploymentSummaryRow[]> {
  const before = beforeId === null ? undefined : lt(deployments.id, beforeId);
  return summaries(q, and(eq(deployments.sliceId, sliceId), before), limit);
}

/** Whether a step's row is done, by the same function as everywhere. */
const isDone = sql`${deploymentSteps.status} in (${textsOf(stepStatuses.filter(isStepDone))})`;

/** What is shown of a slice's newest deployment. */
export const newestFields = {
  id: deployments.id,
  sliceId: deployments.sliceId,
  kind: deployments.kind,
  status: deployments.status,
  sliceVmId: deployments.sliceVmId,
  cancelRequested: deployments.cancelRequested,
  onFailure: deployments.onFailure,
  error: deployments.error,
  sentences: deployments.sentences,
  requestedBy: deployments.requestedBy,
  requester: users.name,
  because: deployments.because,
  createdAt: isoText(deployments.createdAt),
  waitingSince: optionalIsoText(deployments.waitingSince),
  startedAt: optionalIsoText(deployments.startedAt),
  finishedAt: optionalIsoText(deployments.finishedAt),
  stepsDone: number(
    sql`(select count(*) from ${deploymentSteps} where ${deploymentSteps.deploymentId} = ${deployments.id}
      and ${isDone})`,
  ),
  stepsTotal: number(
    sql`(select count(*) from ${deploymentSteps} where ${deploymentSteps.deploymentId} = ${deployments.id})`,
  ),
};
export type NewestRow = RowOf<typeof newestFields>;

/** The newest deployment of a slice, for a prepared statement of which it is a part. */
export const newestOf = (fields: SQL, sliceId: Placeholder) =>
  sql`select ${fields} from ${deployments} inner join ${users} on ${users.id} = ${deployments.requestedBy}
    where ${deployments.sliceId} = ${sliceId} order by ${deployments.id} desc limit 1`;

const summaryOf = prepared<typeof newestFields, { id: number }>(
  newestFields,
  (list) => sql`select ${list} from ${deployments}
    inner join ${users} on ${users.id} = ${deployments.requestedBy} where ${deployments.id} = ${sql.placeholder('id')}`,
);

/** One deployment with its numbers of steps. The caller checks the access to its slice. */
export async function deploymentSummaryRow(q: Queryable, id: number): Promise<NewestRow | null> {
  const [row] = await summaryOf(q, { id });
  return row ?? null;
}

const withSteps = { deployment: newestFields, steps: stepFields };
const withStepsOf = preparedLists<typeof withSteps, { id: number }>(withSteps, {
  deployment: (list) => sql`select ${list} from ${deployments}
    inner join ${users} on ${users.id} = ${deployments.requestedBy} where ${deployments.id} = ${sql.placeholder('id')}`,
  steps: (list) => sql`select ${list} from ${deploymentSteps}
    where ${deploymentSteps.deploymentId} = ${sql.placeholder('id')}`,
});

/** A deployment with its steps in the order of its plan; null if there is none. The caller checks the access to its slice. */
export async function deploymentWithSteps(
  q: Queryable,
  id: number,
): Promise<{ deployment: NewestRow; steps: StepRow[] } | null> {
  const { deployment, steps } = await withStepsOf(q, { id });
  const [row] = deployment;
  return row === undefined ? null : { deployment: row, steps: steps.toSorted((a, b) => a.seq - b.seq) };
}

async function summaries(q: Queryable, where: SQL | undefined, limit: number): Promise<DeploymentSummaryRow[]> {
  const rows = await q
    .select({ deployment: deployments, requester: users.name })
    .from(deployments)
    .innerJoin(users, eq(users.id, deployments.requestedBy))
    .where(where)
    .orderBy(desc(deployments.id))
    .limit(limit);
  return withCounts(q, rows);
}

/** Beside each deployment, how many steps it has and how many of them are done. */
async function withCounts<Row extends { deployment: { id: number } }>(
  q: Queryable,
  rows: readonly Row[],
): Promise<(Row & Pick<DeploymentSummaryRow, 'stepsDone' | 'stepsTotal'>)[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.deployment.id);
  const counts = await q
    .select({
      id: deploymentSteps.deploymentId,
      total: sql<string | number>`count(*)`,
      done: sql<string | number>`sum(${isDone})`,
    })
    .from(deploymentSteps)
    .where(inArray(deploymentSteps.deploymentId, ids))
    .groupBy(deploymentSteps.deploymentId);
  const counted = new Map(counts.map((row) => [row.id, row]));
  return rows.map((row) => ({
    ...row,
    stepsDone: Number(counted.get(row.deployment.id)?.done ?? 0),
    stepsTotal: Number(counted.get(row.deployment.id)?.total ?? 0),
  }));
}

export interface DeploymentFilters {
  status?: DeploymentStatus | undefined;
  kind?: DeploymentKind | undefined;
  /** Of whom the slice is. */
  ownerId?: number | undefined;
  zoneId?: number | undefined;
  from?: string | undefined;
  /** Exclusive. */
  until?: string | undefined;
}

/** What narrows most comes first: its index has the rows in their order, and whatever else is asked is looked at along it. */
function indexFor({ ownerId, status, zoneId, kind }: DeploymentFilters): string {
  if (ownerId !== undefined) return 'deployments_owner_index';
  if (status !== undefined) return 'deployments_status_index';
  if (zoneId !== undefined) return 'deployments_zone_index';
  return kind === undefined ? 'PRIMARY' : 'deployments_kind_index';
}

/** Deployments of all slices below `beforeId`, newest first, with what their slices are called, whose they are and where. */
export async function deploymentsAcross(
  q: Queryable,
  { filters, beforeId, limit }: { filters: DeploymentFilters; beforeId: number | null; limit: number },
) {
  const { status, kind, ownerId, zoneId, from, until } = filters;
  const { above, below } = await idBounds(q, deployments, filters);
  const asked = and(
    status === undefined ? undefined : eq(deployments.status, status),
    kind === undefined ? undefined : eq(deployments.kind, kind),
    ownerId === undefined ? undefined : eq(deployments.ownerId, ownerId),
    zoneId === undefined ? undefined : eq(deployments.zoneId, zoneId),
    from === undefined ? undefined : gte(deployments.createdAt, new Date(from)),
    until === undefined ? undefined : lt(deployments.createdAt, new Date(until)),
    above === null ? undefined : gt(deployments.id, above),
    below === null ? undefined : lt(deployments.id, below),
    beforeId === null ? undefined : lt(deployments.id, beforeId),
  );
  // first which, then the rest of these: joined at once, all might be read and sorted
  const picked = await q
    .select({ id: deployments.id })
    .from(deployments, { forceIndex: indexFor(filters) })
    .where(asked)
    .orderBy(desc(deployments.id))
    .limit(limit);
  const ids = picked.map(({ id }) => id);
  if (ids.length === 0) return [];
  const owners = alias(users, 'owners');
  const rows = await q
    .select({
      deployment: deployments,
      requester: users.name,
      slice: { id: slices.id, name: slices.name },
      owner: { id: owners.id, name: owners.name },
      zone: { id: availabilityZones.id, name: availabilityZones.name },
    })
    .from(deployments)
    .innerJoin(users, eq(users.id, deployments.requestedBy))
    .innerJoin(slices, eq(slices.id, deployments.sliceId))
    .innerJoin(owners, eq(owners.id, deployments.ownerId))
    .innerJoin(availabilityZones, eq(availabilityZones.id, deployments.zoneId))
    .where(inArray(deployments.id, ids))
    .orderBy(desc(deployments.id));
  return withCounts(q, rows);
}
