import type { z } from 'zod';
import type { events } from '#drizzle/schema/deployments';
import { notFound } from '#shared/errors';
import { eventsOfDeployment, type SliceEvent } from '#shared/deployment/events';
import type {
  Deployment,
  deploymentEventsInput,
  deploymentRowPage,
  DeploymentSummary,
  listAllDeploymentsInput,
  Step,
} from '#shared/deployment/schema';
import type { eventPage, Slice } from '#shared/slice';
import { operationOf } from '#shared/deployment/operations';
import type { Queryable } from '#server/db/client';
import { decodeCursor, idCursor, page } from '#server/db/keyset';
import {
  deploymentById,
  deploymentsAcross,
  deploymentSummaries,
  deploymentSummaryRow,
  deploymentsUnderWay,
  deploymentWithSteps,
  type DeploymentSummaryRow,
  type NewestRow,
  type StepRow,
} from '#server/db/queries/deployments';
import { sliceEventRowsSince } from '#server/db/queries/slices';
import { topologyChangeOf } from '#server/db/queries/topology-changes';
import { iso } from '#server/db/rows';
import type { Actor, DomainContext } from '../context';
import { loadSlice } from '../slices/access';
import { asDeployment } from './access';

/** One page of a slice's deployments, newest first. NOT_FOUND for a slice that the actor may not see. */
export async function listDeployments(
  ctx: Pick<DomainContext, 'db'>,
  {
    actor,
    sliceId,
    limit,
    cursor,
  }: { actor: Actor; sliceId: number; limit: number; cursor?: string | null | undefined },
): Promise<{ items: DeploymentSummary[]; nextCursor: string | null }> {
  await loadSlice(ctx.db, { actor, id: sliceId });
  const beforeId = decodeCursor(idCursor, cursor)?.[0] ?? null;
  const rows = await deploymentSummaries(ctx.db, { sliceId, beforeId, limit: limit + 1 });
  return page(rows, limit, publicSummary, (row) => [row.deployment.id]);
}

/** One page of the deployments of all slices, newest first. For who sees everybody's: the procedure asks for that right. */
export async function listAllDeployments(
  ctx: Pick<DomainContext, 'db'>,
  { limit, cursor, ...filters }: z.infer<typeof listAllDeploymentsInput>,
): Promise<z.infer<typeof deploymentRowPage>> {
  const beforeId = decodeCursor(idCursor, cursor)?.[0] ?? null;
  const rows = await deploymentsAcross(ctx.db, { filters, beforeId, limit: limit + 1 });
  return page(
    rows,
    limit,
    ({ slice, owner, zone, ...row }) => ({ ...publicSummary(row), slice, owner, zone }),
    (row) => [row.deployment.id],
  );
}

/** A deployment with its steps. NOT_FOUND for one of a slice that the actor may not see. */
export async function getDeployment(
  ctx: Pick<DomainContext, 'db'>,
  { actor, id }: { actor: Actor; id: number },
): Promise<Deployment> {
  const found = await deploymentWithSteps(ctx.db, id);
  if (found === null) throw notFound('deployment');
  await loadSlice(ctx.db, { actor, id: found.deployment.sliceId }).catch(asDeployment);
  return {
    ...deploymentSummary(found.deployment),
    steps: found.steps.map(publicStep),
    topologyChange: operationOf(found.deployment.kind).changesTopology ? await topologyChangeOf(ctx.db, id) : null,
  };
}

/** Between the moment that ends a deployment and its last event, in ms: both are written in one transaction. */
const endSlackMs = 60_000;

/**
 * A page of what happened while a deployment went on, oldest first: its own events, and those of the slice and its parts. A page may hold
 * fewer than `limit` and there be more. NOT_FOUND for a deployment of a slice that the actor may not see.
 */
export async function deploymentEvents(
  ctx: Pick<DomainContext, 'db'>,
  { actor, ...query }: z.infer<typeof deploymentEventsInput> & { actor: Actor },
): Promise<z.infer<typeof eventPage>> {
  const { id, limit, cursor } = query;
  const deployment = await deploymentById(ctx.db, id);
  if (deployment === null) throw notFound('deployment');
  await loadSlice(ctx.db, { actor, id: deployment.sliceId }).catch(asDeployment);
  const { sliceId, createdAt, finishedAt } = deployment;
  const until = finishedAt === null ? null : new Date(finishedAt.getTime() + endSlackMs);
  const rows = await sliceEventRowsSince(ctx.db, { sliceId, from: createdAt, until, limit, cursor });
  const all = page(rows, limit, publicEvent, (row) => [iso(row.createdAt), row.id]);
  const { events: items, ended } = eventsOfDeployment(all.items, id);
  return { items, nextCursor: ended ? null : all.nextCursor };
}

/**
 * From the newest deployment of a slice, null if there was none: the one that is under way, else the last one, and the operations
 * on other VMs that wait for it. The caller has checked the access.
 */
export async function currentDeployment(
  q: Queryable,
  row: NewestRow | null,
): Promise<{ deployment: DeploymentSummary | null; waiting: Slice['waiting'] }> {
  if (row === null) return { deployment: null, waiting: [] };
  const newest = deploymentSummary(row);
  // the newest is the live one, if any is: a destroy takes over from those before it, and only what is aimed at a VM waits for others
  const behind = newest.status === 'queued' && newest.vmId !== null;
  const [first, ...rest] = behind ? (await deploymentsUnderWay(q, newest.sliceId)).live : [];
  if (first === undefined) return { deployment: newest, waiting: [] };
  const current = await deploymentSummaryRow(q, first.id);
  return {
    deployment: current === null ? newest : deploymentSummary(current),
    waiting: rest.map(({ id, kind, sliceVmId: vmId, cancelRequested }) => ({ id, kind, vmId, cancelRequested })),
  };
}

/** An event for the wire. */
export function publicEvent({ id, sliceId, createdAt, data }: typeof events.$inferSelect): SliceEvent {
  return { id, sliceId, at: iso(createdAt), data };
}

/** A deployment for the wire. */
function deploymentSummary(row: NewestRow): DeploymentSummary {
  return {
    id: row.id,
    sliceId: row.sliceId,
    kind: row.kind,
    status: row.status,
    vmId: row.sliceVmId,
    cancelRequested: row.cancelRequested,
    onFailure: row.onFailure,
    error: row.error,
    sentences: row.sentences,
    stepsDone: row.stepsDone,
    stepsTotal: row.stepsTotal,
    requestedBy: { id: row.requestedBy, name: row.requester },
    because: row.because,
    waitingSince: row.waitingSince,
    createdAt: row.createdAt,
    startedAt: row.startedAt,
    finishedAt: row.finishedAt,
  };
}

function publicSummary({ deployment, requester, stepsDone, stepsTotal }: DeploymentSummaryRow): DeploymentSummary {
  return deploymentSummary({
    ...deployment,
    requester,
    stepsDone,
    stepsTotal,
    waitingSince: iso(deployment.waitingSince),
    createdAt: iso(deployment.createdAt),
    startedAt: iso(deployment.startedAt),
    finishedAt: iso(deployment.finishedAt),
  });
}

function publicStep(row: StepRow): Step {
  const { deploymentId: _, startedAt, finishedAt, ...step } = row;
  return { ...step, startedAt: iso(startedAt), finishedAt: iso(finishedAt) };
}
