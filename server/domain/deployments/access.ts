import { operationOf } from '#shared/deployment/operations';
import { AppError, notFound } from '#shared/errors';
import type { Queryable } from '#server/db/client';
import { deploymentById, type DeploymentRow } from '#server/db/queries/deployments';
import type { Actor } from '../context';
import { loadSlice } from '../slices/access';

/** NOT_FOUND for a deployment of a slice that the actor may not see, FORBIDDEN when they may not have asked for it. */
export async function loadDeployment(
  q: Queryable,
  { actor, id }: { actor: Actor; id: number },
): Promise<DeploymentRow> {
  const row = await deploymentById(q, id);
  if (row === null) throw notFound('deployment');
  await loadSlice(q, { actor, id: row.sliceId, need: operationOf(row.kind).level }).catch(asDeployment);
  return row;
}

/** For what is thrown of a slice by whoever asked for its deployment: what one may not see is not there. */
export function asDeployment(error: unknown): never {
  throw error instanceof AppError && error.code === 'NOT_FOUND' ? notFound('deployment') : error;
}
