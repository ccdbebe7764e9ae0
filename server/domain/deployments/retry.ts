import type { Deployment } from '#shared/deployment/schema';
import { needsSnapshot } from '#shared/deployment/operations';
import { AppError } from '#shared/errors';
import { say } from '#shared/sentence';
import { newestDeployment } from '#server/db/queries/deployments';
import { snapshotOf } from '#server/db/queries/snapshots';
import type { Actor, DomainContext } from '../context';
import { loadDeployment } from './access';
import { startDeployment } from './start';

/**
 * A failed deployment is taken up by a new one of its kind: what is satisfied already is not in its plan. NOT_FOUND and
 * what {@link startDeployment} refuses; INVALID_TRANSITION for one that did not fail or is not the slice's last.
 */
export async function retryDeployment(
  ctx: DomainContext,
  { actor, id }: { actor: Actor; id: number },
): Promise<Deployment> {
  const { sliceId, kind, status, sliceVmId: vmId, snapshotId, onFailure } = await loadDeployment(ctx.db, { actor, id });
  const newest = await newestDeployment(ctx.db, sliceId);
  if (status !== 'failed' || newest?.id !== id)
    throw new AppError('INVALID_TRANSITION', say(status === 'failed' ? 'RETRY_OVERTAKEN' : 'RETRY_NOT_FAILED'), {
      params: { status },
    });
  const snapshot = await snapshotOf(ctx.db, snapshotId);
  const which = needsSnapshot(kind) ? { snapshotId: snapshotId ?? 0 } : { snapshotName: snapshot?.name };
  return startDeployment(ctx, { actor, sliceId, kind, vmId, onFailure, ...(snapshot && which), retryOf: id });
}
