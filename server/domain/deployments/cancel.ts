import { operationOf } from '#shared/deployment/operations';
import { isLiveStatus, type Deployment } from '#shared/deployment/schema';
import { AppError } from '#shared/errors';
import { say } from '#shared/sentence';
import { lockDeployment, stepsTotal, writeCancelRequest } from '#server/db/queries/deployments';
import { inTransaction } from '#server/db/transaction';
import { appendEvents } from '#server/events/append';
import { recordAudit, vmTold } from '../audit';
import type { Actor, DomainContext } from '../context';
import { loadSlice } from '../slices/access';
import { loadDeployment } from './access';
import { getDeployment } from './read-deployments';

/**
 * Asks for a live deployment to be cancelled: it stops after the steps under way and undoes what was done. Asking twice is
 * asking once. NOT_FOUND, FORBIDDEN for who may not have asked for it, INVALID_TRANSITION for one that has ended.
 */
export async function cancelDeployment(
  ctx: DomainContext,
  { actor, id }: { actor: Actor; id: number },
): Promise<Deployment> {
  const { sliceId, kind, sliceVmId: vmId } = await loadDeployment(ctx.db, { actor, id });
  await inTransaction(ctx.db, async (tx) => {
    const slice = await loadSlice(tx, { actor, id: sliceId, lock: true, need: operationOf(kind).level });
    const { status, cancelRequested } = await lockDeployment(tx, id);
    if (!isLiveStatus(status))
      throw new AppError('INVALID_TRANSITION', say('OPERATION_ENDED'), {
        params: { status },
      });
    if (cancelRequested) return;
    await writeCancelRequest(tx, id);
    await recordAudit(tx, actor, {
      action: 'deployments.cancel',
      objectType: 'slice',
      objectId: sliceId,
      details: { name: slice.name, deploymentId: id, kind, ...(await vmTold(tx, vmId)) },
    });
    const total = await stepsTotal(tx, id);
    await appendEvents(tx, sliceId, [
      { type: 'deployment.status', deploymentId: id, kind, status, vmId, stepsTotal: total, error: null },
    ]);
  });
  ctx.bus.notify(sliceId);
  ctx.bus.offerWork();
  return getDeployment(ctx, { actor, id });
}
