import { eq } from 'drizzle-orm';
import { slices } from '#drizzle/schema/slices';
import { can } from '#shared/auth';
import { asError, type Said } from '#shared/sentence';
import type { Transaction } from '#server/db/client';
import { objectName } from '#server/db/queries/audit';
import type { DeploymentRow } from '#server/db/queries/deployments';
import { shareLevelOf } from '#server/db/queries/shares';
import { userById } from '#server/db/queries/users';
import { only } from '#server/db/rows';
import type { Telling } from '../notifications/tell';

/**
 * What is told of a deployment's end, and whom: the owner of the slice and who has asked for it, if they may still see it. What the
 * system does by itself is told to the owner alone.
 */
export async function endTold(
  tx: Transaction,
  row: DeploymentRow,
  outcome: 'succeeded' | 'failed' | 'cancelled',
  error: Said | null,
): Promise<Telling> {
  const slice = only(
    await tx.select({ name: slices.name, ownerId: slices.ownerId }).from(slices).where(eq(slices.id, row.sliceId)),
    'the slice of a deployment',
  );
  const vm =
    row.sliceVmId === null
      ? null
      : { id: row.sliceVmId, name: (await objectName(tx, 'slice_vm', row.sliceVmId)) ?? '' };
  const facts = {
    slice: { id: row.sliceId, name: slice.name },
    deploymentId: row.id,
    operation: row.kind,
    vm,
    to: [slice.ownerId, ...(await asker(tx, row, slice.ownerId))],
  };
  return outcome === 'failed'
    ? { kind: 'deployment.failed', ...facts, ...asError(error) }
    : { kind: `deployment.${outcome}`, ...facts };
}

async function asker(
  tx: Transaction,
  { requestedBy, because, sliceId }: DeploymentRow,
  ownerId: number,
): Promise<number[]> {
  if (because !== null || requestedBy === ownerId) return [];
  const user = await userById(tx, requestedBy);
  if (user === null) return [];
  const mayStill = can(user.role, 'slices:see-all') || (await shareLevelOf(tx, sliceId, requestedBy, false)) !== null;
  return mayStill ? [requestedBy] : [];
}
