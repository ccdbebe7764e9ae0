import type { z } from 'zod';
import { can } from '#shared/auth';
import type { DeploymentKind } from '#shared/deployment/operations';
import { liveDeploymentStatuses } from '#shared/deployment/schema';
import { AppError, notFound } from '#shared/errors';
import type { eventPage, listEventsInput, listSlicesInput, Slice, slicePage, SliceSummary } from '#shared/slice';
import { topologyEdgeSchema, topologyNetworkSchema, topologyVmSchema } from '#shared/topology/schema';
import type { Queryable } from '#server/db/client';
import { endKeysIn, partOf } from '#server/db/queries/parts';
import { page } from '#server/db/keyset';
import {
  busyKinds,
  hasLiveSlice,
  sliceEventRows,
  sliceParts,
  sliceHead,
  sliceRows,
  sliceTotals,
  type SliceHeadRow,
  type SliceSummaryRow,
  type SliceTotals,
} from '#server/db/queries/slices';
import { iso } from '#server/db/rows';
import { inSnapshot } from '#server/db/transaction';
import { lastEventId } from '#server/events/stream';
import type { Actor, DomainContext } from '../context';
import { numberedName } from '../names';
import { currentDeployment } from '../deployments/read-deployments';
import { consolesOf } from '../images/images';
import { accessTo, assertSees, loadSlice } from './access';

function summary(
  actor: Actor,
  row: SliceSummaryRow | SliceHeadRow,
  totals: SliceTotals,
  busy: DeploymentKind | undefined,
): SliceSummary {
  return {
    id: row.id,
    name: row.name,
    status: row.status,
    owner: { id: row.ownerId, name: row.ownerName },
    // a share that was taken back while the page was read
    access: accessTo(actor, row.ownerId, row.share) ?? 'view',
    zone: { id: row.zoneId, name: row.zoneName },
    template:
      row.templateId === null || row.templateName === null ? null : { id: row.templateId, name: row.templateName },
    ...totals,
    busy: busy ?? null,
    createdAt: iso(row.createdAt),
    updatedAt: iso(row.updatedAt),
  };
}

/**
 * The actor's own slices, those shared with them, both, or of `everyone` (FORBIDDEN without `slices:see-all`) all; the last
 * changed first.
 */
export async function listSlices(
  ctx: DomainContext,
  { actor, query }: { actor: Actor; query: z.infer<typeof listSlicesInput> },
): Promise<z.infer<typeof slicePage>> {
  if (query.of === 'everyone' && !can(actor.role, 'slices:see-all'))
    throw new AppError('FORBIDDEN', 'Your role does not allow to see the slices of others.');
  const rows = await sliceRows(ctx.db, {
    ...query,
    readerId: actor.userId,
    // whoever asks for the destroyed ones wants to see them
    includeDestroyed: query.includeDestroyed || query.status === 'destroyed',
  });
  const ids = rows.map((row) => row.id);
  const totalsOf = await sliceTotals(ctx.db, ids);
  const busy = await busyKinds(ctx.db, ids);
  return page(
    rows,
    query.limit,
    (row) => summary(actor, row, totalsOf(row.id), busy.get(row.id)),
    (row) => [iso(row.updatedAt), row.id],
  );
}

/**
 * The whole slice and the id of its newest event, as one moment saw them: what follows that id is not in it. Whatever changes
 * a slice leaves an event, so no transaction is needed while none comes in between.
 */
export async function getSlice(ctx: DomainContext, { actor, id }: { actor: Actor; id: number }): Promise<Slice> {
  const slice = await wholeSlice(ctx.db, { actor, id });
  const unchanged = (await lastEventId(ctx.db, id)) === slice.lastEventId;
  return unchanged ? slice : inSnapshot(ctx.db, (tx) => wholeSlice(tx, { actor, id }));
}

// a slice's address plan is in columns of its own
const networkSchema = topologyNetworkSchema.omit({ subnets: true });
const edgeSchema = topologyEdgeSchema.omit({ subnets: true, sourceNic: true, targetNic: true });

/** {@link getSlice} inside a transaction. */
export async function wholeSlice(q: Queryable, { actor, id }: { actor: Actor; id: number }): Promise<Slice> {
  const row = await sliceHead(q, actor.userId, id);
  if (row === null) throw notFound('slice');
  assertSees(actor, row);
  const [deployment, { vms, networks, edges }] = await Promise.all([currentDeployment(q, id), sliceParts(q, id)]);
  const live: readonly string[] = liveDeploymentStatuses;
  const totals = {
    vms: vms.length,
    vmsRunning: vms.filter(({ vm }) => vm.status === 'running').length,
    vcpus: sumOf(vms, ({ vm }) => vm.vcpus),
    ramMb: sumOf(vms, ({ vm }) => vm.ramMb),
    diskGb: sumOf(vms, ({ vm }) => vm.diskGb),
  };
  const endsOf = endKeysIn({ vms: vms.map(({ vm }) => vm), networks });
  return {
    ...summary(
      actor,
      row,
      totals,
      deployment !== null && live.includes(deployment.status) ? deployment.kind : undefined,
    ),
    zone: { id: row.zoneId, name: row.zoneName, provider: row.provider },
    templateRevision: row.templateRevision,
    restartAfterReboot: row.restartAfterReboot,
    vmList: vms.map(({ vm, flavourName, imageName, imageKind }) => ({
      ...partOf(topologyVmSchema, vm),
      id: vm.id,
      flavour: { id: vm.flavourId, name: flavourName },
      image: { id: vm.imageId, name: imageName },
      vcpus: vm.vcpus,
      ramMb: vm.ramMb,
      diskGb: vm.diskGb,
      desired: vm.desired,
      status: vm.status,
      observedAt: iso(vm.observedAt),
      error: vm.error,
      sentences: vm.sentences,
      forwards: vm.forwards,
      consoles: consolesOf(imageKind),
    })),
    networks: networks.map((network) => ({
      ...partOf(networkSchema, network),
      id: network.id,
      subnet: network.subnet,
      status: network.status,
    })),
    edges: edges.map((edge) => ({
      ...partOf(edgeSchema, { ...edge, ...endsOf(edge) }),
      id: edge.id,
      subnet: edge.subnet,
      sourceAddress: edge.sourceAddress,
      targetAddress: edge.targetAddress,
      status: edge.status,
      observedAt: iso(edge.observedAt),
    })),
    deployment,
    lastEventId: row.lastEventId,
  };
}

function sumOf<Item>(items: readonly Item[], amount: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + amount(item), 0);
}

/** The slice's history, newest first. */
export async function listSliceEvents(
  ctx: DomainContext,
  { actor, query }: { actor: Actor; query: z.infer<typeof listEventsInput> },
): Promise<z.infer<typeof eventPage>> {
  await loadSlice(ctx.db, { actor, id: query.sliceId });
  const rows = await sliceEventRows(ctx.db, query);
  return page(
    rows,
    query.limit,
    (row) => ({ id: row.id, sliceId: row.sliceId, at: iso(row.createdAt), data: row.data }),
    (row) => [row.id],
  );
}

/** `name` if the actor has no live slice of that name, else the first of `name (2)`, `name (3)` … that is free now. */
export async function freeSliceName(
  ctx: DomainContext,
  { actor, name }: { actor: Actor; name: string },
): Promise<{ name: string }> {
  // one by one: what counts as the same name is the collation's to say
  for (let n = 1; ; n++) {
    const candidate = numberedName(name, n);
    if (!(await hasLiveSlice(ctx.db, { ownerId: actor.userId, name: candidate }))) return { name: candidate };
  }
}
