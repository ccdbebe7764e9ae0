import { and, desc, eq, inArray } from 'drizzle-orm';
import { deployments, topologyChanges } from '#drizzle/schema/deployments';
import { sliceEdges, sliceNetworks, slices, sliceVms } from '#drizzle/schema/slices';
import { users } from '#drizzle/schema/users';
import type { Annotation } from '#shared/topology/annotations';
import type { PlanChange } from '#shared/deployment/schema';
import { topologyParts, type Topology } from '#shared/topology/schema';
import type { Queryable, Transaction } from '#server/db/client';
import { databaseNow } from '../clock';
import { chunked } from '../rows';
import { rowOf } from './parts';
import { insertSliceParts, writeAnnotations, type SliceParts } from './slices';

/** How a slice's rows change to become another topology. Parts that stay keep their rows, and with them ids and MACs. */
export interface RowChange {
  added: Omit<SliceParts, 'annotations'>;
  /** By the ids of their rows. */
  changed: {
    vms: ReadonlyMap<number, SliceParts['vms'][number]>;
    networks: ReadonlyMap<number, SliceParts['networks'][number]>;
    edges: ReadonlyMap<number, SliceParts['edges'][number]>;
  };
  removed: Record<'vms' | 'networks' | 'edges', readonly number[]>;
  /** All of them, anew; null: they stay. */
  annotations: readonly Annotation[] | null;
}

/** Writes the change, on the slice's locked row, and makes it the version `version` of its topology. */
export async function writeRowChange(
  tx: Transaction,
  {
    sliceId,
    change,
    ...slice
  }: { sliceId: number; change: RowChange; version: number } & Partial<
    Pick<typeof slices.$inferSelect, 'templateId' | 'templateRevision'>
  >,
  parts = topologyParts,
): Promise<void> {
  const { added, changed, removed, annotations } = change;
  for (const ids of chunked(removed.edges)) await tx.delete(sliceEdges).where(inArray(sliceEdges.id, ids));
  for (const ids of chunked(removed.networks)) await tx.delete(sliceNetworks).where(inArray(sliceNetworks.id, ids));
  for (const ids of chunked(removed.vms)) await tx.delete(sliceVms).where(inArray(sliceVms.id, ids));
  for (const [id, vm] of changed.vms)
    await tx
      .update(sliceVms)
      .set(rowOf(parts.vm, sliceVms, vm))
      .where(eq(sliceVms.id, id));
  for (const [id, network] of changed.networks)
    await tx
      .update(sliceNetworks)
      .set(rowOf(parts.network, sliceNetworks, network))
      .where(eq(sliceNetworks.id, id));
  for (const [id, { source: _source, target: _target, ...edge }] of changed.edges)
    await tx
      .update(sliceEdges)
      .set(rowOf(parts.edge, sliceEdges, edge))
      .where(eq(sliceEdges.id, id));
  await insertSliceParts(tx, sliceId, { ...added, annotations: [] }, parts);
  if (annotations !== null) await writeAnnotations(tx, sliceId, annotations);
  const { version: topologyVersion, ...origin } = slice;
  await tx
    .update(slices)
    .set({ ...origin, topologyVersion, updatedAt: databaseNow })
    .where(eq(slices.id, sliceId));
}

/** Keeps how a deployment changed the topology of its slice. */
export async function insertTopologyChange(
  tx: Transaction,
  row: { deploymentId: number; sliceId: number; version: number; before: Topology | null; changes: PlanChange[] },
): Promise<void> {
  await tx.insert(topologyChanges).values(row);
}

/** How a deployment changed the topology of its slice; null where it did not. */
export async function topologyChangeOf(
  q: Queryable,
  deploymentId: number,
): Promise<{ version: number; changes: PlanChange[] } | null> {
  const [row] = await q
    .select({ version: topologyChanges.version, changes: topologyChanges.changes })
    .from(topologyChanges)
    .where(eq(topologyChanges.deploymentId, deploymentId));
  return row ?? null;
}

/** What a slice's topology was before a deployment of its changed it; null where none of that id did, or it is not kept. */
export async function topologyBefore(q: Queryable, sliceId: number, deploymentId: number): Promise<Topology | null> {
  const [row] = await q
    .select({ before: topologyChanges.before })
    .from(topologyChanges)
    .where(and(eq(topologyChanges.deploymentId, deploymentId), eq(topologyChanges.sliceId, sliceId)));
  return row?.before ?? null;
}

/** Who changed a slice's topology last, and when; null for one that is as it was made. */
export async function lastTopologyChange(
  q: Queryable,
  sliceId: number,
): Promise<{ by: { id: number; name: string }; at: Date } | null> {
  const [row] = await q
    .select({ id: users.id, name: users.name, at: deployments.createdAt })
    .from(topologyChanges)
    .innerJoin(deployments, eq(deployments.id, topologyChanges.deploymentId))
    .innerJoin(users, eq(users.id, deployments.requestedBy))
    .where(eq(topologyChanges.sliceId, sliceId))
    .orderBy(desc(topologyChanges.version))
    .limit(1);
  return row === undefined ? null : { by: { id: row.id, name: row.name }, at: row.at };
}
