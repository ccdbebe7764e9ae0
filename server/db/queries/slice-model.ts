import { asc, eq, inArray } from 'drizzle-orm';
import { images } from '#drizzle/schema/catalogue';
import { sliceEdges, sliceNetworks, sliceVms } from '#drizzle/schema/slices';
import type { Queryable } from '#server/db/client';

export type ImageRow = typeof images.$inferSelect;
export type VmRow = typeof sliceVms.$inferSelect;
export type NetworkRow = typeof sliceNetworks.$inferSelect;
export type EdgeRow = typeof sliceEdges.$inferSelect;

/** A slice's own copy of its topology, as rows. */
export interface SliceModel {
  vms: VmRow[];
  networks: NetworkRow[];
  edges: EdgeRow[];
  /** Retired ones too: what exists keeps its image. */
  images: Map<number, ImageRow>;
}

/** Four queries, however large the slice is. The caller has checked who may see it. */
export async function loadSliceModel(q: Queryable, sliceId: number): Promise<SliceModel> {
  const vms = await q.select().from(sliceVms).where(eq(sliceVms.sliceId, sliceId)).orderBy(asc(sliceVms.id));
  const networks = await q
    .select()
    .from(sliceNetworks)
    .where(eq(sliceNetworks.sliceId, sliceId))
    .orderBy(asc(sliceNetworks.id));
  const edges = await q.select().from(sliceEdges).where(eq(sliceEdges.sliceId, sliceId)).orderBy(asc(sliceEdges.id));
  const imageIds = [...new Set(vms.map((vm) => vm.imageId))];
  const rows = imageIds.length === 0 ? [] : await q.select().from(images).where(inArray(images.id, imageIds));
  return { vms, networks, edges, images: new Map(rows.map((image) => [image.id, image])) };
}

/** The image of a VM; its foreign key says that it is there. */
export function imageOf(model: SliceModel, vm: VmRow): ImageRow {
  const image = model.images.get(vm.imageId);
  if (image === undefined) throw new Error(`VM ${vm.id} has no image.`);
  return image;
}

/** What a user calls each link, by its id: `web–db`. */
export function edgeNames(model: Omit<SliceModel, 'images'>): Map<number, string> {
  const vms = new Map(model.vms.map((vm) => [vm.id, vm.name]));
  const networks = new Map(model.networks.map((network) => [network.id, network.name]));
  return new Map(
    model.edges.map((edge) => {
      const target = edge.targetVmId === null ? networks.get(edge.targetNetworkId ?? 0) : vms.get(edge.targetVmId);
      return [edge.id, `${vms.get(edge.sourceVmId) ?? '?'}–${target ?? '?'}`];
    }),
  );
}
