import type { Applied } from '#shared/deployment/applied';
import { can } from '#shared/auth';
import { AppError, type Problem } from '#shared/errors';
import { keepsWhatRuns, operationOf, type DeploymentKind, type Underway } from '#shared/deployment/operations';
import type { Resources } from '#shared/primitives';
import type { Quota } from '#shared/quota';
import { say, type Said } from '#shared/sentence';
import type { PartChange } from '#shared/topology/diff';
import { topologyVmSchema } from '#shared/topology/schema';
import type { Queryable } from '#server/db/client';
import type { newestDeployment } from '#server/db/queries/deployments';
import { leaseOf } from '#server/db/queries/leases';
import { unbuildableImages } from '#server/db/queries/images';
import { loadSliceModel, type SliceModel } from '#server/db/queries/slice-model';
import { isRoomKept, waitOf } from '#server/db/queries/waits';
import { partOf } from '#server/db/queries/parts';
import { userById } from '#server/db/queries/users';
import { allocatedOf, zoneById, type ZoneRow } from '#server/db/queries/zones';
import { firstDisksOf } from '#server/db/queries/first-disks';
import { reportOf } from '#server/db/queries/homes';
import type { Provider, RoomToKeep, SliceObservation, ZoneDescription } from '#server/providers/provider';
import { whatIsSaid } from '../errors';
import type { DomainContext } from '../context';
import { placeOf, zoneAway } from '../homes/places';
import { passedAtMost } from '../line/order';
import { quotaOf } from '../quotas/quotas';
import { snapshotsFor } from '../snapshots/for-plan';
import type { SliceAccess, SliceRow } from '../slices/access';
import { capacityOf, freeOf } from '../zones/capacity';
import { subnetsDenied } from '../zones/settings';
import { planTopologyOf, type ChangeSource, type PlanInput, type PlanZone } from './plan-input';

const sizeSchema = topologyVmSchema.pick({ ownSize: true });

/** As far as planning needs it. */
type ZoneDescriptionTold = Pick<ZoneDescription, 'capabilities'> & {
  physical: Resources | null;
  vmLimits?: ZoneDescription['vmLimits'];
  counted?: ZoneDescription['counted'];
  flavours?: ZoneDescription['flavours'];
  images?: ZoneDescription['images'];
};

const problemOf = ({ code, message, params, sentences }: AppError): Problem => ({
  ...{ code, message, because: sentences },
  ...(params && { params }),
});

/** What is done to which slice, or to one VM of it. */
export interface Operation {
  sliceId: number;
  kind: DeploymentKind;
  vmId?: number | null | undefined;
  /** Of an update: where the new topology comes from; without it, what is there becomes what the slice's own says. */
  change?: ChangeSource | undefined;
  /** The version that it was made from. */
  baseVersion?: number | undefined;
  /** Of what goes back to a snapshot: which. */
  snapshotId?: number | null | undefined;
  /** What a snapshot that is taken shall be called. */
  snapshotName?: string | null | undefined;
}

/** What was seen of a slice and its zone before the transaction that plans: asking may take its time. */
export interface Seen {
  observation: SliceObservation | null;
  report: ZoneReport;
  /** For what keeps it: what that takes of the zone's disk. */
  room?: RoomToKeep | null;
}

/** What a zone's provider says; asked before any transaction, since it may take its time. */
export interface ZoneReport {
  provider: Provider | null;
  description: ZoneDescriptionTold | null;
  /** Why it could not be asked, as the end of a sentence. */
  unavailable: Said | null;
  /** No living server works on it. */
  away: Problem | null;
}

/**
 * Asks a zone's provider what it can do and has; of a zone that another server works on, what that one told last. Never
 * fails: the report says why it could not be asked.
 */
export async function askZone(
  context: Pick<DomainContext, 'db' | 'home' | 'providers' | 'log'>,
  zone: ZoneRow,
): Promise<ZoneReport> {
  const place = await placeOf(context, { zone });
  if (place.at !== 'here') {
    // what its home told last: planning needs no more, and the home looks again when it carries the plan out
    const told = await reportOf(context.db, zone.id);
    const away = place.at === 'elsewhere' ? null : problemOf(zoneAway(zone, place));
    return { provider: null, description: told?.report ?? null, unavailable: null, away };
  }
  let provider: Provider | null = null;
  try {
    provider = await context.providers.forZone(zone);
    return { provider, description: await provider.describe(), unavailable: null, away: null };
  } catch (error) {
    context.log.warn('A zone cannot be asked.', { zoneId: zone.id, error });
    const unavailable = whatIsSaid(error) ?? say('PROVIDER_SILENT');
    return { provider, description: null, unavailable, away: null };
  }
}

/** What is there of a slice; null, with the report's `unavailable` set, when the provider cannot say. */
async function observeForPlan(
  context: Pick<DomainContext, 'db' | 'log'>,
  report: ZoneReport,
  sliceId: number,
  kind: DeploymentKind,
): Promise<Seen> {
  if (report.provider === null)
    return { observation: report.unavailable === null ? await observedLast(context.db, sliceId) : null, report };
  try {
    const observation = await report.provider.observe({ id: sliceId });
    return {
      observation,
      report,
      room: keepsWhatRuns(kind) ? await report.provider.roomToKeep({ id: sliceId }) : null,
    };
  } catch (error) {
    context.log.warn('A slice cannot be observed.', { sliceId, error });
    const why = whatIsSaid(error) ?? say('PROVIDER_SILENT');
    return { observation: null, report: { ...report, unavailable: report.unavailable ?? why } };
  }
}

/** What the home of a slice's zone has observed of it last, as its rows say. */
async function observedLast(q: Queryable, sliceId: number): Promise<SliceObservation> {
  const { vms, networks, edges } = await loadSliceModel(q, sliceId);
  const there = <Row extends { id: number; status: string; applied: Applied | null }>(rows: readonly Row[]) =>
    rows.flatMap(({ id, status, applied }) =>
      status === 'absent' ? [] : [{ id, status: status as Exclude<Row['status'], 'absent'>, applied }],
    );
  const lacksImage = (row: (typeof vms)[number]) =>
    row.sentences?.some(({ code }) => code === 'VM_IMAGE_GONE') ?? false;
  const lacking = new Set(vms.filter(lacksImage).map(({ id }) => id));
  return {
    observedAt: new Date(Math.max(0, ...vms.map((vm) => vm.observedAt?.getTime() ?? 0))),
    vms: there(vms).map((vm) => ({ ...vm, error: null, lacksImage: lacking.has(vm.id), forwards: [] })),
    networks: there(networks),
    edges: there(edges),
  };
}

/** The zone as the planner sees it, with what others have allocated at this moment. */
export async function planZoneOf(
  q: Queryable,
  zone: ZoneRow,
  report: ZoneReport,
  options: { exceptSliceId?: number } = {},
): Promise<PlanZone> {
  const capacity = capacityOf(zone, report.description?.physical ?? null);
  return {
    name: zone.name,
    enabled: zone.enabled,
    capacity,
    free: freeOf(capacity, await allocatedOf(q, zone.id, options)),
    capabilities: report.description?.capabilities ?? null,
    vmLimits: report.description?.vmLimits ?? null,
    counted: report.description?.counted ?? [],
    flavours: report.description?.flavours,
    images: report.description?.images,
    unavailable: report.unavailable,
    unbuildable: await unbuildableImages(q, zone.id),
    subnetsDenied: subnetsDenied(zone),
    away: report.away,
  };
}

/**
 * Changes whenever a deployment of the slice begins or ends: what was observed before is stale then. For an operation on one VM
 * those on other VMs do not count: many of them may be asked for at once.
 */
export function markOf(newest: Awaited<ReturnType<typeof newestDeployment>>): string {
  return newest === null ? 'none' : `${newest.id}:${newest.status}`;
}

/** Asks the slice's zone what it has and what is there of the slice, as far as an operation of this kind has to know. */
export async function lookAround(ctx: DomainContext, slice: SliceRow, kind: DeploymentKind): Promise<Seen> {
  const zone = await zoneById(ctx.db, slice.zoneId);
  if (zone === null) throw new Error(`Slice ${slice.id} has no zone.`);
  return observeForPlan(ctx, await askZone(ctx, zone), slice.id, kind);
}

/**
 * The planner's input for an operation on a slice, from its rows and what was seen. Of an update: `model` are the rows as they will be,
 * and `update` what they were.
 */
export async function planInput(
  q: Queryable,
  {
    slice,
    operation: { kind, vmId, snapshotId, snapshotName },
    underway,
    seen: { observation, report, room = null },
    model,
    update = null,
    invalid = [],
    zone: locked = null,
    quota = null,
  }: {
    slice: SliceRow & { access: SliceAccess };
    operation: Operation;
    underway: Underway;
    seen: Seen;
    model: SliceModel;
    update?: { before: SliceModel; diff: readonly PartChange[] } | null;
    invalid?: readonly Problem[];
    /** Its zone, for who has read it. */
    zone?: ZoneRow | null;
    /** The owner's, for who has read it. */
    quota?: Quota | null;
  },
): Promise<PlanInput> {
  const zone = locked ?? (await zoneById(q, slice.zoneId));
  if (zone === null) throw new Error(`Slice ${slice.id} has no zone.`);
  const { builds, supersedes, changesTopology } = operationOf(kind);
  const busy = underway.length > 0;
  const target = vmId == null ? null : (model.vms.find((vm) => vm.id === vmId)?.key ?? null);
  if (vmId != null && target === null)
    throw new AppError('NOT_FOUND', 'There is no such VM.', { params: { what: 'VM' } });
  const state = { status: slice.status, busy };
  const before = update?.before ?? model;
  return {
    kind,
    slice: { id: slice.id, name: slice.name, status: slice.status },
    underway,
    targetVm: target,
    topology: planTopologyOf(model, state, builds === 'everything' && observation !== null ? observation : undefined),
    invalid,
    // what a deployment under way is changing is not known: everything may be there
    observation: busy && supersedes ? null : observation,
    // an update takes only what is more than the slice holds
    zone: await planZoneOf(q, zone, report, changesTopology ? {} : { exceptSliceId: slice.id }),
    quota: quota ?? (await quotaForPlan(q, slice, kind)),
    leaseEnded: operationOf(kind).takesQuota && (await leaseOf(q, slice.id))?.endedAt != null,
    ...(operationOf(kind).takesCapacity && { line: await lineFor(q, slice) }),
    isNew: false,
    sizesDenied: builds === 'everything' && (await sizesDenied(q, model, slice.ownerId)),
    room,
    update: changesTopology
      ? { before: planTopologyOf(before, state), diff: update?.diff ?? [], baseVersion: slice.topologyVersion }
      : null,
    ...(operationOf(kind).needsVm ? {} : { lostDisks: await lostDisksOf(q, model, slice.id) }),
    ...(await snapshotsFor(q, { sliceId: slice.id, kind, snapshotId, snapshotName })),
  };
}

/** Whether VMs have sizes of their own that the owner's role does not allow. */
async function sizesDenied(q: Queryable, { vms }: SliceModel, ownerId: number): Promise<boolean> {
  if (!vms.some((vm) => partOf(sizeSchema, vm).ownSize !== undefined)) return false;
  const owner = await userById(q, ownerId);
  return owner === null || !can(owner.role, 'vms:size');
}

/** How a slice stands to the line of its zone. */
async function lineFor(q: Queryable, { id, zoneId }: Pick<SliceRow, 'id' | 'zoneId'>): Promise<PlanInput['line']> {
  const wait = await waitOf(q, id);
  const isKept = await isRoomKept(q, { zoneId, sliceId: id, before: wait?.id ?? null, most: passedAtMost });
  return { waits: wait !== null, isKept };
}

async function lostDisksOf(q: Queryable, model: SliceModel, sliceId: number): Promise<ReadonlySet<number>> {
  const rows = await firstDisksOf(q, sliceId);
  if (rows.size === 0) return new Set();
  const lost = model.vms.filter((vm) => {
    const row = rows.get(vm.id);
    return row !== undefined && row.snapshotId === null && row.imageId === vm.imageId;
  });
  return new Set(lost.map(({ id }) => id));
}

/** The owner's quota, for what takes of it; who may only look is not told what else the owner has. */
export async function quotaForPlan(
  q: Queryable,
  slice: SliceRow & { access: SliceAccess },
  kind: DeploymentKind,
): Promise<Quota | null> {
  return operationOf(kind).takesQuota && slice.access !== 'view' ? quotaOf(q, slice.ownerId) : null;
}
