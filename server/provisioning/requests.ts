import { desc, eq } from 'drizzle-orm';
import { deployments, deploymentSteps } from '#drizzle/schema/deployments';
import { levelOfKind, liveDeploymentStatuses, type DeploymentKind } from '#shared/deployment/schema';
import { AppError, notFound } from '#shared/errors';
import { only } from '#server/db/rows';
import { inTransaction } from '#server/db/transaction';
import { recordAudit } from '#server/domain/audit';
import type { Actor, DomainContext } from '#server/domain/context';
import { loadSlice } from '#server/domain/slices/access';
import { appendEvents } from '#server/events/append';
import { queueDeployment } from './start';

/** A failed deployment is taken up by a new one of its kind: what is satisfied already is not in its plan. */
export async function queueRetry(context: DomainContext, actor: Actor, deploymentId: number): Promise<number> {
  const [row] = await context.db.select().from(deployments).where(eq(deployments.id, deploymentId));
  if (row === undefined) throw notFound('deployment');
  await assertMay(context, actor, row);
  const [newest] = await context.db
    .select({ id: deployments.id })
    .from(deployments)
    .where(eq(deployments.sliceId, row.sliceId))
    .orderBy(desc(deployments.id))
    .limit(1);
  if (row.status !== 'failed' || newest?.id !== row.id)
    throw new AppError(
      'INVALID_TRANSITION',
      row.status === 'failed'
        ? 'Another operation on the slice has begun since this one failed.'
        : `Only a failed operation can be taken up again; this one is ${row.status}.`,
      { params: { status: row.status } },
    );
  return queueDeployment(context, actor, {
    sliceId: row.sliceId,
    kind: row.kind,
    vmId: row.sliceVmId,
    retryOf: row.id,
  });
}

/** Asks for a live deployment to be cancelled. Asking twice is asking once. The caller wakes the worker. */
export async function requestCancel(context: DomainContext, actor: Actor, deploymentId: number): Promise<void> {
  const [known] = await context.db
    .select({ sliceId: deployments.sliceId, kind: deployments.kind })
    .from(deployments)
    .where(eq(deployments.id, deploymentId));
  if (known === undefined) throw notFound('deployment');
  await assertMay(context, actor, known);
  await inTransaction(context.db, async (tx) => {
    await loadSlice(tx, { actor, id: known.sliceId, lock: true, need: levelOfKind[known.kind] });
    const row = only(
      await tx.select().from(deployments).where(eq(deployments.id, deploymentId)).for('update'),
      'the deployment',
    );
    const live: readonly string[] = liveDeploymentStatuses;
    if (!live.includes(row.status))
      throw new AppError('INVALID_TRANSITION', `This operation has ended already: it is ${row.status}.`, {
        params: { status: row.status },
      });
    if (row.cancelRequested) return;
    await tx.update(deployments).set({ cancelRequested: true }).where(eq(deployments.id, row.id));
    await recordAudit(tx, actor, {
      action: 'deployments.cancel',
      objectType: 'slice',
      objectId: row.sliceId,
      details: { deploymentId },
    });
    const stepsTotal = await tx.$count(deploymentSteps, eq(deploymentSteps.deploymentId, row.id));
    const { kind, status, sliceVmId: vmId } = row;
    await appendEvents(tx, row.sliceId, [
      { type: 'deployment.status', deploymentId, kind, status, vmId, stepsTotal, error: null },
    ]);
  });
  context.bus.notify(known.sliceId);
}

/** NOT_FOUND for a deployment of a slice that the actor may not see, FORBIDDEN when they may not have asked for it. */
async function assertMay(
  context: DomainContext,
  actor: Actor,
  { sliceId, kind }: { sliceId: number; kind: DeploymentKind },
): Promise<void> {
  try {
    await loadSlice(context.db, { actor, id: sliceId, need: levelOfKind[kind] });
  } catch (error) {
    throw error instanceof AppError && error.code === 'NOT_FOUND' ? notFound('deployment') : error;
  }
}
