import { getTableColumns, sql } from 'drizzle-orm';
import { images } from '#drizzle/schema/catalogue';
import { sliceAnnotations, sliceEdges, sliceNetworks, slices, sliceVms } from '#drizzle/schema/slices';
import { sshKeys } from '#drizzle/schema/ssh-keys';
import { users } from '#drizzle/schema/users';
import type { Annotation } from '#shared/topology/annotations';
import type { Queryable } from '#server/db/client';
import { preparedLists } from '../prepared';
import { byId, only } from '../rows';

export type ImageRow = typeof images.$inferSelect;
export type VmRow = typeof sliceVms.$inferSelect;
export type NetworkRow = typeof sliceNetworks.$inferSelect;
export type EdgeRow = typeof sliceEdges.$inferSelect;

/** A slice's own copy of its topology, as rows. */
export interface SliceModel {
  vms: VmRow[];
  networks: NetworkRow[];
  edges: EdgeRow[];
  annotations: readonly Annotation[];
  /** Retired ones too: what exists keeps its image. */
  images: Map<number, ImageRow>;
  /** What its guests can be told of it. */
  slice: { name: string; owner: string };
  /** Its owner's SSH keys, as lines of `authorized_keys`. */
  sshKeys: readonly string[];
}

const modelFields = {
  vms: getTableColumns(sliceVms),
  networks: getTableColumns(sliceNetworks),
  edges: getTableColumns(sliceEdges),
  drawn: { annotations: sliceAnnotations.annotations },
  images: getTableColumns(images),
  facts: { name: slices.name, owner: users.name },
  keys: { type: sshKeys.type, blob: sshKeys.blob, name: sshKeys.name },
};
const ofSlice = sql.placeholder('slice');
const modelOf = preparedLists<typeof modelFields, { slice: number }>(modelFields, {
  vms: (list) => sql`select ${list} from ${sliceVms} where ${sliceVms.sliceId} = ${ofSlice}`,
  networks: (list) => sql`select ${list} from ${sliceNetworks} where ${sliceNetworks.sliceId} = ${ofSlice}`,
  edges: (list) => sql`select ${list} from ${sliceEdges} where ${sliceEdges.sliceId} = ${ofSlice}`,
  drawn: (list) => sql`select ${list} from ${sliceAnnotations} where ${sliceAnnotations.sliceId} = ${ofSlice}`,
  images: (list) => sql`select ${list} from ${images}
    where ${images.id} in (select ${sliceVms.imageId} from ${sliceVms} where ${sliceVms.sliceId} = ${ofSlice})`,
  facts: (list) => sql`select ${list} from ${slices} inner join ${users} on ${users.id} = ${slices.ownerId}
    where ${slices.id} = ${ofSlice}`,
  keys: (list) => sql`select ${list} from ${sshKeys}
    where ${sshKeys.userId} = (select ${slices.ownerId} from ${slices} where ${slices.id} = ${ofSlice})`,
});

/** One statement, however large the slice is; parts in the order of their ids. The caller has checked who may see it. */
export async function loadSliceModel(q: Queryable, sliceId: number): Promise<SliceModel> {
  const { vms, networks, edges, drawn, images: used, facts, keys } = await modelOf(q, { slice: sliceId });
  return {
    vms: vms.toSorted(byId),
    networks: networks.toSorted(byId),
    edges: edges.toSorted(byId),
    annotations: drawn[0]?.annotations ?? [],
    images: new Map(used.map((image) => [image.id, image])),
    slice: only(facts, `slice ${sliceId}`),
    sshKeys: keys.map(({ type, blob, name }) => `${type} ${blob} ${name}`),
  };
}

/** The image of a VM; its foreign key says that it is there. */
export function imageOf(model: SliceModel, vm: VmRow): ImageRow {
  const image = model.images.get(vm.imageId);
  if (image === undefined) throw new Error(`VM ${vm.id} has no image.`);
  return image;
}

/** What a user calls each link, by its id: `web–db`. */
export function edgeNames(model: Pick<SliceModel, 'vms' | 'networks' | 'edges'>): Map<number, string> {
  const vms = new Map(model.vms.map((vm) => [vm.id, vm.name]));
  const networks = new Map(model.networks.map((network) => [network.id, network.name]));
  return new Map(
    model.edges.map((edge) => {
      const target = edge.targetVmId === null ? networks.get(edge.targetNetworkId ?? 0) : vms.get(edge.targetVmId);
      return [edge.id, `${vms.get(edge.sourceVmId) ?? '?'}–${target ?? '?'}`];
    }),
  );
}
