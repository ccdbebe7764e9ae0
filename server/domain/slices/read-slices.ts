import type { z } from 'zod';
import { can } from '#shared/auth';
import { sshUserOf } from '#shared/builtin-images';
import type { DeploymentKind } from '#shared/deployment/operations';
import { isLiveStatus } from '#shared/deployment/schema';
import { AppError, notFound } from '#shared/errors';
import { consoleKinds } from '#shared/image';
import type {
  eventPage,
  listEventsInput,
  listSlicesInput,
  Slice,
  slicePage,
  SliceSummary,
  sliceTopologySchema,
} from '#shared/slice';
import { canBeIdle } from '#shared/slice-status';
import { topologyEdgeSchema, topologyNetworkSchema, topologyVmSchema } from '#shared/topology/schema';
import { driftOf } from '#shared/drift';
import type { Queryable } from '#server/db/client';
import { endKeysIn, partOf } from '#server/db/queries/parts';
import { page } from '#server/db/keyset';
import {
  hasLiveSlice,
  sliceEventRows,
  sliceRows,
  wholeSliceRows,
  type SliceHeadRow,
  type SliceSummaryRow,
} from '#server/db/queries/slices';
import { loadSliceModel } from '#server/db/queries/slice-model';
import { lastTopologyChange } from '#server/db/queries/topology-changes';
import { iso } from '#server/db/rows';
import { inSnapshot } from '#server/db/transaction';
import type { Actor, DomainContext } from '../context';
import { numberedName } from '../names';
import { currentDeployment, publicEvent } from '../deployments/read-deployments';
import { accessTo, assertSees, loadSlice } from './access';
import { drawingOf } from './drawing';

/** Numbers and sums of a slice's VMs. */
type SliceTotals = Pick<SliceSummary, 'vms' | 'vmsRunning' | 'vcpus' | 'ramMb' | 'diskGb'>;

function summary(
  actor: Actor,
  row: SliceSummaryRow | SliceHeadRow,
  totals: SliceTotals,
  busy: DeploymentKind | null,
): SliceSummary {
  const { vms, vmsRunning, vcpus, ramMb, diskGb } = totals;
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
    vms,
    vmsRunning,
    vcpus,
    ramMb,
    diskGb,
    busy,
    lease:
      row.leaseExpiresAt === null || row.leaseAtEnd === null
        ? null
        : { expiresAt: row.leaseExpiresAt, atEnd: row.leaseAtEnd, warned: row.leaseWarned, ended: row.leaseEnded },
    waitingSince: row.waitingSince,
    idleSince: canBeIdle(row.status) ? row.idleSince : null,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
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
  return page(
    rows,
    query.limit,
    (row) => summary(actor, row, row, row.busy),
    (row) => [row.updatedAt, row.id],
  );
}

// what a slice's rows show in another form: sizes and names of what was chosen, its address plan
const vmSchema = topologyVmSchema.omit({ flavourId: true, imageId: true });
const networkSchema = topologyNetworkSchema.omit({ subnets: true });
const edgeSchema = topologyEdgeSchema.omit({ subnets: true, sourceNic: true, targetNic: true });

/** The whole slice and the id of its newest event, as one moment saw them: what follows that id is not in it. */
export function getSlice(ctx: DomainContext, { actor, id }: { actor: Actor; id: number }): Promise<Slice> {
  return wholeSlice(ctx.db, { actor, id });
}

/** {@link getSlice} inside a transaction. */
export async function wholeSlice(q: Queryable, { actor, id }: { actor: Actor; id: number }): Promise<Slice> {
  const rows = await wholeSliceRows(q, actor.userId, id);
  if (rows === null) throw notFound('slice');
  const { head, vms, networks, edges, annotations } = rows;
  assertSees(actor, head);
  const { deployment, waiting } = await currentDeployment(q, rows.deployment);
  const busy = deployment !== null && isLiveStatus(deployment.status) ? deployment.kind : null;
  const totals = {
    vms: vms.length,
    vmsRunning: vms.filter((vm) => vm.status === 'running').length,
    vcpus: sumOf(vms, (vm) => vm.vcpus),
    ramMb: sumOf(vms, (vm) => vm.ramMb),
    diskGb: sumOf(vms, (vm) => vm.diskGb + vm.extraDiskGb),
  };
  const endsOf = endKeysIn({ vms, networks });
  const slice = {
    ...summary(actor, head, totals, busy),
    zone: { id: head.zoneId, name: head.zoneName, provider: head.provider },
    templateRevision: head.templateRevision,
    ownerSshKeys: head.ownerSshKeys,
    topologyVersion: head.topologyVersion,
    restartAfterReboot: head.restartAfterReboot,
    driftPolicy: head.driftPolicy,
    healGaveUpAt: head.healGaveUpAt,
    vmList: vms.map((vm) => ({
      ...partOf(vmSchema, vm),
      id: vm.id,
      flavour: { id: vm.flavourId, name: vm.flavourName },
      image: { id: vm.imageId, name: vm.imageName, kind: vm.imageKind },
      vcpus: vm.vcpus,
      ramMb: vm.ramMb,
      diskGb: vm.diskGb,
      desired: vm.desired,
      status: vm.status,
      observedAt: vm.observedAt,
      error: vm.error,
      sentences: vm.sentences,
      forwards: vm.forwards,
      consoles: consoleKinds.filter((kind) => kind === 'serial' || vm.hasScreen > 0),
      sshUser: sshUserOf(vm.imageKind),
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
      observedAt: edge.observedAt,
    })),
    annotations: [...annotations],
    deployment,
    waiting,
    lastEventId: head.lastEventId,
  };
  return { ...slice, drift: driftOf(slice) };
}

/** The slice's own topology, and who changed it last, as one moment saw them. NOT_FOUND. */
export function getSliceTopology(
  ctx: DomainContext,
  { actor, id }: { actor: Actor; id: number },
): Promise<z.infer<typeof sliceTopologySchema>> {
  return inSnapshot(ctx.db, async (tx) => {
    const { topologyVersion: version } = await loadSlice(tx, { actor, id });
    const last = await lastTopologyChange(tx, id);
    return {
      version,
      topology: drawingOf(await loadSliceModel(tx, id)),
      changed: last === null ? null : { by: last.by, at: iso(last.at) },
    };
  });
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
  return page(rows, query.limit, publicEvent, (row) => [row.id]);
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
