import { notFound } from '#shared/errors';
import { operationOf, type DeploymentKind } from '#shared/deployment/operations';
import type { Plan } from '#shared/deployment/schema';
import { allocateAddresses } from '#shared/topology/addresses';
import { needsOf } from '#shared/topology/properties';
import { topologyVmSchema } from '#shared/topology/schema';
import { liveDeployments } from '#server/db/queries/deployments';
import { loadSliceModel } from '#server/db/queries/slice-model';
import { catalogueOf, readTopology, revisionId } from '#server/db/queries/topologies';
import { zoneById } from '#server/db/queries/zones';
import { inSnapshot } from '#server/db/transaction';
import type { Queryable } from '#server/db/client';
import type { SliceObservation } from '#server/providers/provider';
import type { Actor, DomainContext } from '../context';
import { quotaOf } from '../quotas/quotas';
import { loadSlice, type SliceAccess, type SliceRow } from '../slices/access';
import { loadTemplate, type TemplateRow } from '../templates/access';
import { nicsNeeded, type PlanInput, type PlanTopology } from './plan-input';
import { planOperation } from './planner';
import { askZone, observeForPlan, planInputOf, planZoneOf, type ZoneReport } from './situation';

/** What is done to which slice, or to one VM of it. */
export interface Operation {
  sliceId: number;
  kind: DeploymentKind;
  vmId?: number | null | undefined;
}

/** What was seen of a slice and its zone before the transaction that plans: asking may take its time. */
export interface Seen {
  observation: SliceObservation | null;
  report: ZoneReport;
}

/** The plan for an operation on a slice that the actor may see. Touches nothing. */
export async function planDeployment(
  ctx: DomainContext,
  { actor, ...operation }: Operation & { actor: Actor },
): Promise<Plan> {
  const slice = await loadSlice(ctx.db, { actor, id: operation.sliceId });
  const seen = await lookAround(ctx, slice);
  return inSnapshot(ctx.db, async (tx) => {
    const now = await loadSlice(tx, { actor, id: operation.sliceId });
    const live = await liveDeployments(tx, now.id);
    return planOperation(await planInput(tx, now, operation, live.length > 0, seen));
  });
}

/** The plan that a slice made now from this template in this zone would have. Its resources have no ids yet: all are 0. */
export async function previewDeployment(
  ctx: DomainContext,
  { actor, templateId, zoneId }: { actor: Actor; templateId: number; zoneId: number },
): Promise<Plan> {
  const zone = await zoneById(ctx.db, zoneId);
  if (zone === null) throw notFound('zone');
  const report = await askZone(ctx, zone);
  return inSnapshot(ctx.db, async (tx) => {
    const template = await loadTemplate(tx, { actor, id: templateId });
    return planOperation({
      kind: 'deploy',
      slice: { id: 0, name: template.name, status: 'draft' },
      busy: false,
      targetVm: null,
      topology: await templateTopology(tx, template),
      // a revision was checked when it was saved
      invalid: [],
      observation: { observedAt: ctx.clock.now(), vms: [], networks: [], edges: [] },
      zone: await planZoneOf(tx, zone, report),
      quota: await quotaOf(tx, actor.userId),
      isNew: true,
    });
  });
}

/** Asks the slice's zone what it has and what is there of the slice. */
export async function lookAround(ctx: DomainContext, slice: SliceRow): Promise<Seen> {
  const zone = await zoneById(ctx.db, slice.zoneId);
  if (zone === null) throw new Error(`Slice ${slice.id} has no zone.`);
  return observeForPlan(ctx, await askZone(ctx, zone), slice.id);
}

/** The planner's input for an operation on a slice, from its rows and what was seen. */
export async function planInput(
  q: Queryable,
  slice: SliceRow & { access: SliceAccess },
  operation: Operation,
  busy: boolean,
  seen: Seen,
): Promise<PlanInput> {
  const zone = await zoneById(q, slice.zoneId);
  if (zone === null) throw new Error(`Slice ${slice.id} has no zone.`);
  const { takesQuota } = operationOf(operation.kind);
  return planInputOf({
    kind: operation.kind,
    slice,
    busy,
    vmId: operation.vmId ?? null,
    model: await loadSliceModel(q, slice.id),
    observation: seen.observation,
    zone: await planZoneOf(q, zone, seen.report, { exceptSliceId: slice.id }),
    // who may only look is not told what else the owner has
    quota: takesQuota && slice.access !== 'view' ? await quotaOf(q, slice.ownerId) : null,
  });
}

async function templateTopology(q: Queryable, template: TemplateRow): Promise<PlanTopology> {
  const drawing = await readTopology(q, await revisionId(q, template.id, template.revision));
  const catalogue = await catalogueOf(q, drawing);
  const flavours = new Map(catalogue.flavours.map((flavour) => [flavour.id, flavour]));
  const images = new Map(catalogue.images.map((image) => [image.id, image]));
  const addresses = allocateAddresses(drawing);
  const nics = nicsNeeded(
    drawing.edges.flatMap(({ key, source, target }) => {
      const place = addresses.edges.get(key);
      const far = place?.targetNic == null ? [] : [{ vm: target, index: place.targetNic }];
      return place === undefined ? [] : [{ vm: source, index: place.sourceNic }, ...far];
    }),
  );
  return {
    vms: drawing.vms.map((vm) => {
      const flavour = flavours.get(vm.flavourId);
      const image = images.get(vm.imageId);
      // their foreign keys say that they are there
      if (flavour === undefined || image === undefined) throw new Error(`VM ${vm.key} has no flavour or image.`);
      return {
        id: 0,
        key: vm.key,
        name: vm.name,
        vcpus: flavour.vcpus,
        ramMb: flavour.ramMb,
        diskGb: flavour.diskGb,
        nics: nics.get(vm.key) ?? 0,
        needs: needsOf(topologyVmSchema, vm),
        image: { id: 0, name: image.name, kind: image.kind, minRamMb: image.minRamMb, minDiskGb: image.minDiskGb },
        desired: 'absent' as const,
        counted: false,
        wanted: null,
      };
    }),
    networks: drawing.networks.map(({ key, name }) => ({ id: 0, key, name, wanted: null })),
    edges: drawing.edges.map(({ key, source, target }) => ({ id: 0, key, source, target, wanted: null })),
  };
}
