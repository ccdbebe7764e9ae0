import { and, asc, desc, eq, inArray, lt, sql, type SQL } from 'drizzle-orm';
import { deployments, deploymentSteps } from '#drizzle/schema/deployments';
import { users } from '#drizzle/schema/users';
import { AppError, notFound } from '#shared/errors';
import type { Deployment, DeploymentSummary, Step } from '#shared/deployment/schema';
import type { Queryable } from '#server/db/client';
import { decodeCursor, idCursor, page } from '#server/db/keyset';
import { iso } from '#server/db/rows';
import type { Actor, DomainContext } from '../context';
import { loadSlice } from '../slices/access';

/** One page of a slice's deployments, newest first. NOT_FOUND for a slice that the actor may not see. */
export async function listDeployments(
  { db }: Pick<DomainContext, 'db'>,
  {
    actor,
    sliceId,
    limit,
    cursor,
  }: { actor: Actor; sliceId: number; limit: number; cursor?: string | null | undefined },
): Promise<{ items: DeploymentSummary[]; nextCursor: string | null }> {
  await loadSlice(db, { actor, id: sliceId });
  const position = decodeCursor(idCursor, cursor);
  const rows = await summaries(
    db,
    and(eq(deployments.sliceId, sliceId), position === null ? undefined : lt(deployments.id, position[0])),
    limit + 1,
  );
  return page(
    rows,
    limit,
    (row) => row,
    (row) => [row.id],
  );
}

/** A deployment with its steps. NOT_FOUND for one of a slice that the actor may not see. */
export async function getDeployment(
  { db }: Pick<DomainContext, 'db'>,
  { actor, id }: { actor: Actor; id: number },
): Promise<Deployment> {
  const [summary] = await summaries(db, eq(deployments.id, id), 1);
  if (summary === undefined) throw notFound('deployment');
  await loadSlice(db, { actor, id: summary.sliceId }).catch((error: unknown) => {
    throw error instanceof AppError && error.code === 'NOT_FOUND' ? notFound('deployment') : error;
  });
  const rows = await db
    .select()
    .from(deploymentSteps)
    .where(eq(deploymentSteps.deploymentId, id))
    .orderBy(asc(deploymentSteps.seq));
  return { ...summary, steps: rows.map(publicStep) };
}

/** The live deployment of a slice, else its last one; null if there was none. The caller has checked the access. */
export async function currentDeployment(q: Queryable, sliceId: number): Promise<DeploymentSummary | null> {
  // the newest is the live one: only a destroy begins beside another, and it takes over
  const [summary] = await summaries(q, eq(deployments.sliceId, sliceId), 1);
  return summary ?? null;
}

async function summaries(q: Queryable, where: SQL | undefined, limit: number): Promise<DeploymentSummary[]> {
  const rows = await q
    .select({ deployment: deployments, requester: users.name })
    .from(deployments)
    .innerJoin(users, eq(users.id, deployments.requestedBy))
    .where(where)
    .orderBy(desc(deployments.id))
    .limit(limit);
  if (rows.length === 0) return [];
  const counts = await q
    .select({
      id: deploymentSteps.deploymentId,
      total: sql<string | number>`count(*)`,
      done: sql<string | number>`sum(${deploymentSteps.status} = 'done')`,
    })
    .from(deploymentSteps)
    .where(
      inArray(
        deploymentSteps.deploymentId,
        rows.map((row) => row.deployment.id),
      ),
    )
    .groupBy(deploymentSteps.deploymentId);
  const byId = new Map(counts.map((row) => [row.id, row]));
  return rows.map(({ deployment, requester }) => ({
    id: deployment.id,
    sliceId: deployment.sliceId,
    kind: deployment.kind,
    status: deployment.status,
    vmId: deployment.sliceVmId,
    cancelRequested: deployment.cancelRequested,
    error: deployment.error,
    stepsDone: Number(byId.get(deployment.id)?.done ?? 0),
    stepsTotal: Number(byId.get(deployment.id)?.total ?? 0),
    requestedBy: { id: deployment.requestedBy, name: requester },
    createdAt: iso(deployment.createdAt),
    startedAt: iso(deployment.startedAt),
    finishedAt: iso(deployment.finishedAt),
  }));
}

function publicStep(row: typeof deploymentSteps.$inferSelect): Step {
  const { id, seq, key, resource, resourceId, label, action, dependsOn, status, attempts, error } = row;
  return {
    id,
    seq,
    key,
    resource,
    resourceId,
    label,
    action,
    dependsOn,
    status,
    attempts,
    error,
    startedAt: iso(row.startedAt),
    finishedAt: iso(row.finishedAt),
  };
}
