import type { DeploymentKind } from '#shared/deployment/operations';
import { leaseEnds } from '#shared/notification';
import { iso } from '#server/db/rows';
import type { Telling } from '../notifications/tell';
import type { SliceRow } from '../slices/access';

/** Tells accounts of something, in the transaction of it. */
export type Say = (what: Telling) => Promise<void>;

/** Tells the slice's owner that its lease ends soon, or has ended. */
export async function leaseNews(
  say: Say,
  kind: 'lease.expiring' | 'lease.expired',
  { id, name, ownerId }: SliceRow,
  { expiresAt, atEnd }: { expiresAt: Date; atEnd: DeploymentKind },
): Promise<void> {
  const end = leaseEnds.find((known) => known === atEnd);
  if (end !== undefined) await say({ kind, slice: { id, name }, at: iso(expiresAt), end, to: [ownerId] });
}
