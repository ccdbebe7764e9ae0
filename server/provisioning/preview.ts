import { and, asc, eq } from 'drizzle-orm';
import { flavours, images } from '#drizzle/schema/catalogue';
import { templateEdges, templateNetworks, templateRevisions, templateVms } from '#drizzle/schema/templates';
import { notFound } from '#shared/errors';
import type { Plan } from '#shared/deployment/schema';
import { zoneById } from '#server/db/queries/zones';
import { inSnapshot } from '#server/db/transaction';
import type { Queryable } from '#server/db/client';
import type { Actor, DomainContext } from '#server/domain/context';
import { quotaOf } from '#server/domain/quotas/quotas';
import { loadTemplate, type TemplateRow } from '#server/domain/templates/access';
import type { PlanTopology } from './plan-input';
import { planOperation } from './planner';
import { askZone, planZoneOf } from './situation';

/** The plan that a slice made now from this template in this zone would have. Its resources have no ids yet: all are 0. */
export async function previewDeployment(
  context: DomainContext,
  actor: Actor,
  options: { templateId: number; zoneId: number },
): Promise<Plan> {
  const zone = await zoneById(context.db, options.zoneId);
  if (zone === null) throw notFound('zone');
  const report = await askZone(context, zone);
  return inSnapshot(context.db, async (tx) => {
    const template = await loadTemplate(tx, { actor, id: options.templateId });
    return planOperation({
      kind: 'deploy',
      slice: { id: 0, name: template.name, status: 'draft' },
      busy: false,
      targetVm: null,
      topology: await templateTopology(tx, template),
      // a revision was checked when it was saved
      invalid: [],
      observation: { observedAt: context.clock.now(), vms: [], networks: [], edges: [] },
      zone: await planZoneOf(tx, zone, report),
      quota: await quotaOf(tx, actor.userId),
      isNew: true,
    });
  });
}

async function templateTopology(q: Queryable, template: TemplateRow): Promise<PlanTopology> {
  const [revision] = await q
    .select({ id: templateRevisions.id })
    .from(templateRevisions)
    .where(and(eq(templateRevisions.templateId, template.id), eq(templateRevisions.number, template.revision)));
  if (revision === undefined) throw new Error(`Template ${template.id} has no revision ${template.revision}.`);
  const vms = await q
    .select({ vm: templateVms, flavour: flavours, image: images })
    .from(templateVms)
    .innerJoin(flavours, eq(flavours.id, templateVms.flavourId))
    .innerJoin(images, eq(images.id, templateVms.imageId))
    .where(eq(templateVms.revisionId, revision.id))
    .orderBy(asc(templateVms.id));
  const networks = await q
    .select()
    .from(templateNetworks)
    .where(eq(templateNetworks.revisionId, revision.id))
    .orderBy(asc(templateNetworks.id));
  const edges = await q
    .select()
    .from(templateEdges)
    .where(eq(templateEdges.revisionId, revision.id))
    .orderBy(asc(templateEdges.id));
  const vmKeys = new Map(vms.map(({ vm }) => [vm.id, vm.key]));
  const networkKeys = new Map(networks.map((network) => [network.id, network.key]));
  return {
    vms: vms.map(({ vm, flavour, image }) => ({
      id: 0,
      key: vm.key,
      name: vm.name,
      vcpus: flavour.vcpus,
      ramMb: flavour.ramMb,
      diskGb: flavour.diskGb,
      internet: vm.internet,
      forwards: vm.forwards.length,
      image: { id: 0, name: image.name, kind: image.kind, minRamMb: image.minRamMb, minDiskGb: image.minDiskGb },
      desired: 'absent' as const,
      counted: false,
    })),
    networks: networks.map(({ key, name }) => ({ id: 0, key, name })),
    edges: edges.map((edge) => ({
      id: 0,
      key: edge.key,
      source: vmKeys.get(edge.sourceVmId) ?? '',
      target: vmKeys.get(edge.targetVmId ?? 0) ?? networkKeys.get(edge.targetNetworkId ?? 0) ?? '',
    })),
  };
}
