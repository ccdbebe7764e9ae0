import { notFound } from '#shared/errors';
import type { Deployment, DeploymentSummary, Step } from '#shared/deployment/schema';
import type { Queryable } from '#server/db/client';
import { decodeCursor, idCursor, page } from '#server/db/keyset';
import {
  deploymentSummaries,
  newestSummary,
  stepRows,
  type DeploymentSummaryRow,
  type StepRow,
} from '#server/db/queries/deployments';
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

/** A deployment with its steps. NOT_FOUND for one of a slice that the actor may not see. */
export async function getDeployment(
  ctx: Pick<DomainContext, 'db'>,
  { actor, id }: { actor: Actor; id: number },
): Promise<Deployment> {
  const [summary] = await deploymentSummaries(ctx.db, { id });
  if (summary === undefined) throw notFound('deployment');
  await loadSlice(ctx.db, { actor, id: summary.deployment.sliceId }).catch(asDeployment);
  const steps = await stepRows(ctx.db, id);
  return { ...publicSummary(summary), steps: steps.map(publicStep) };
}

/** The live deployment of a slice, else its last one; null if there was none. The caller has checked the access. */
export async function currentDeployment(q: Queryable, sliceId: number): Promise<DeploymentSummary | null> {
  // the newest is the live one: only a destroy begins beside another, and it takes over
  const summary = await newestSummary(q, sliceId);
  return summary === null ? null : publicSummary(summary);
}

function publicSummary({ deployment, requester, stepsDone, stepsTotal }: DeploymentSummaryRow): DeploymentSummary {
  return {
    id: deployment.id,
    sliceId: deployment.sliceId,
    kind: deployment.kind,
    status: deployment.status,
    vmId: deployment.sliceVmId,
    cancelRequested: deployment.cancelRequested,
    error: deployment.error,
    sentences: deployment.sentences,
    stepsDone,
    stepsTotal,
    requestedBy: { id: deployment.requestedBy, name: requester },
    because: deployment.because,
    createdAt: iso(deployment.createdAt),
    startedAt: iso(deployment.startedAt),
    finishedAt: iso(deployment.finishedAt),
  };
}

function publicStep(row: StepRow): Step {
  const { deploymentId: _, startedAt, finishedAt, ...step } = row;
  return { ...step, startedAt: iso(startedAt), finishedAt: iso(finishedAt) };
}
