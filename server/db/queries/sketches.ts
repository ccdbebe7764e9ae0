import { asc, eq } from 'drizzle-orm';
import { templateEdges, templateNetworks, templateVms } from '#drizzle/schema/templates';
import type { Sketchable } from '#shared/topology/sketch';
import type { Queryable } from '#server/db/client';

/** Where the parts of a revision stand and what is linked: all that a sketch shows, without the properties of any of them. */
export async function sketchable(q: Queryable, revisionId: number): Promise<Sketchable> {
  const networks = await q
    .select({ id: templateNetworks.id, x: templateNetworks.x, y: templateNetworks.y })
    .from(templateNetworks)
    .where(eq(templateNetworks.revisionId, revisionId))
    .orderBy(asc(templateNetworks.id));
  const vms = await q
    .select({ id: templateVms.id, x: templateVms.x, y: templateVms.y })
    .from(templateVms)
    .where(eq(templateVms.revisionId, revisionId))
    .orderBy(asc(templateVms.id));
  const edges = await q
    .select({ vm: templateEdges.sourceVmId, toVm: templateEdges.targetVmId, toNetwork: templateEdges.targetNetworkId })
    .from(templateEdges)
    .where(eq(templateEdges.revisionId, revisionId))
    .orderBy(asc(templateEdges.id));
  return {
    nodes: [
      ...networks.map(({ id, x, y }) => ({ key: `n${id}`, kind: 'network' as const, x, y })),
      ...vms.map(({ id, x, y }) => ({ key: `v${id}`, kind: 'vm' as const, x, y })),
    ],
    links: edges.map(({ vm, toVm, toNetwork }) => ({
      source: `v${vm}`,
      target: toVm === null ? `n${toNetwork ?? 0}` : `v${toVm}`,
    })),
  };
}
