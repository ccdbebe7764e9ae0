import { can } from '#shared/auth';
import { notFound, type Problem } from '#shared/errors';
import type { Resources } from '#shared/primitives';
import type { Plan } from '#shared/deployment/schema';
import { allocateAddresses } from '#shared/topology/addresses';
import { takenBy } from '#shared/topology/disk';
import type { ParameterValues } from '#shared/topology/parameters/schema';
import { needsOf } from '#shared/topology/properties';
import { topologyEdgeSchema, topologyNetworkSchema, topologyVmSchema, type Topology } from '#shared/topology/schema';
import { sizeOf } from '#shared/topology/size';
import { deploymentsUnderWay, underwayOf } from '#server/db/queries/deployments';
import { loadSliceModel } from '#server/db/queries/slice-model';
import { catalogueOf, readTopology, revisionId } from '#server/db/queries/topologies';
import { isRoomKept } from '#server/db/queries/waits';
import { zoneById } from '#server/db/queries/zones';
import { inSnapshot } from '#server/db/transaction';
import type { Queryable } from '#server/db/client';
import type { Actor, DomainContext } from '../context';
import { hiddenImages } from '../images/visible';
import { passedAtMost } from '../line/order';
import { quotaOf } from '../quotas/quotas';
import { loadSlice } from '../slices/access';
import { filledDrawing } from '../slices/parameter-values';
import { loadTemplate } from '../templates/access';
import { nicsNeeded, type PlanTopology } from './plan-input';
import { planOperation } from './planner';
import { isUnwritten } from './row-change';
import { askZone, lookAround, planInput, planZoneOf, type Operation } from './situation';
import { topologyChange } from './topology-change';

/**
 * The plan for an operation on a slice that the actor may see. Touches nothing: parts that an update would make have no ids yet, 0. What is
 * wrong with its topology is among the problems; REVISION_CONFLICT if it was made from an older version of the slice's.
 */
export async function planDeployment(
  ctx: DomainContext,
  { actor, ...operation }: Operation & { actor: Actor },
): Promise<Plan> {
  const { sliceId: id, change: source, baseVersion } = operation;
  const slice = await loadSlice(ctx.db, { actor, id });
  const seen = await lookAround(ctx, slice, operation.kind);
  return inSnapshot(ctx.db, async (tx) => {
    const now = await loadSlice(tx, { actor, id });
    const { live } = await deploymentsUnderWay(tx, now.id);
    const model = await loadSliceModel(tx, now.id);
    const told = { slice: now, operation, underway: underwayOf(live), seen };
    if (source === undefined) return planOperation(await planInput(tx, { ...told, model }));
    const { change, problems } = await topologyChange(tx, now, model, {
      ...{ actor, source, baseVersion, secret: ctx.settings.jwtSecret },
      // it is looked at only
      withoutSecrets: true,
    });
    const plan = planOperation(
      await planInput(tx, {
        ...told,
        model: change?.after ?? model,
        update: { before: model, diff: change?.diff ?? [] },
        invalid: problems,
      }),
    );
    const idOf = (resourceId: number) => (isUnwritten(resourceId) ? 0 : resourceId);
    return { ...plan, steps: plan.steps.map((step) => ({ ...step, resourceId: idOf(step.resourceId) })) };
  });
}

/** The plan that a slice made now from this template in this zone would have. Its resources have no ids yet: all are 0. */
export function previewDeployment(
  ctx: DomainContext,
  { actor, templateId, zoneId, values }: WishedTemplate & { zoneId: number },
): Promise<Plan> {
  return previewNew(ctx, {
    ...{ actor, zoneId },
    read: (tx) => wishedDrawing(tx, { actor, templateId, values }),
  });
}

interface WishedTemplate {
  actor: Actor;
  templateId: number;
  values?: ParameterValues | undefined;
}

/** What a slice of the template would be with these values, and what is wrong with them. NOT_FOUND. */
async function wishedDrawing(q: Queryable, { actor, templateId, values = {} }: WishedTemplate) {
  const { id, name, revision } = await loadTemplate(q, { actor, id: templateId });
  const drawing = await readTopology(q, await revisionId(q, id, revision));
  const viewerId = actor.userId;
  const { topology, problems } = await filledDrawing(q, { viewerId, drawing, values, withoutSecrets: true });
  return { name, drawing: topology, problems };
}

/** The plan of a deploy of what is not there yet. NOT_FOUND for the zone. */
export async function previewNew(
  ctx: DomainContext,
  options: {
    actor: Actor;
    zoneId: number;
    /** `sizes`: by key those of VMs whose flavours are not what counts. */
    read: (q: Queryable) => Promise<{
      name: string;
      drawing: Topology;
      sizes?: ReadonlyMap<string, Resources>;
      problems?: readonly Problem[];
    }>;
  },
): Promise<Plan> {
  const { actor, zoneId, read } = options;
  const zone = await zoneById(ctx.db, zoneId);
  if (zone === null) throw notFound('zone');
  const report = await askZone(ctx, zone);
  return inSnapshot(ctx.db, async (tx) => {
    const { name, drawing, sizes = new Map<string, Resources>(), problems = [] } = await read(tx);
    return planOperation({
      kind: 'deploy',
      slice: { id: 0, name, status: 'draft' },
      underway: [],
      targetVm: null,
      topology: await drawnTopology(tx, drawing, sizes),
      // a drawing was checked when it was saved, by who may have taken other images
      invalid: [...problems, ...(await hiddenImages(tx, { actor, topology: drawing }))],
      observation: { observedAt: ctx.clock.now(), vms: [], networks: [], edges: [] },
      zone: await planZoneOf(tx, zone, report),
      quota: await quotaOf(tx, actor.userId),
      line: { waits: false, isKept: await isRoomKept(tx, { zoneId, sliceId: 0, before: null, most: passedAtMost }) },
      isNew: true,
      sizesDenied: !can(actor.role, 'vms:size'),
      update: null,
    });
  });
}

/** Ids of the images that a template's VMs boot, each once. NOT_FOUND for a template that the actor does not see. */
export async function imagesOfTemplate(ctx: Pick<DomainContext, 'db'>, wished: WishedTemplate): Promise<number[]> {
  const { drawing } = await wishedDrawing(ctx.db, wished);
  return [...new Set(drawing.vms.map((vm) => vm.imageId))];
}

async function drawnTopology(
  q: Queryable,
  drawing: Topology,
  sizes: ReadonlyMap<string, Resources>,
): Promise<PlanTopology> {
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
      const size = sizes.get(vm.key) ?? sizeOf(vm, flavour);
      return {
        id: 0,
        key: vm.key,
        name: vm.name,
        ...takenBy(size, vm.disks),
        bootDiskGb: size.diskGb,
        ownSize: vm.ownSize,
        ...(vm.ownSize === undefined && !sizes.has(vm.key) && { flavourId: vm.flavourId }),
        nics: nics.get(vm.key) ?? 0,
        needs: needsOf(topologyVmSchema, vm),
        startAfter: vm.startAfter,
        gated: vm.ready !== null,
        image: {
          id: image.id,
          name: image.name,
          kind: image.kind,
          minRamMb: image.minRamMb,
          minDiskGb: image.minDiskGb,
        },
        desired: 'absent' as const,
        counted: false,
        wanted: null,
      };
    }),
    networks: drawing.networks.map((network) => {
      const { key, name, ipv6 } = network;
      const needs = needsOf(topologyNetworkSchema, network);
      const subnet = addresses.networks.get(key);
      return { id: 0, key, name, ...(subnet !== undefined && { subnet }), ipv6, needs, wanted: null };
    }),
    edges: drawing.edges.map((edge) => {
      const { key, source, target, ipv6, down = false } = edge;
      const place = addresses.edges.get(key);
      const subnet = place?.targetAddress == null ? {} : { subnet: place.subnet, ipv6 };
      return { id: 0, key, source, target, ...subnet, down, needs: needsOf(topologyEdgeSchema, edge), wanted: null };
    }),
  };
}
