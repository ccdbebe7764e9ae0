import { stateOf, type LinkStates } from '#shared/links/run';
import { topologyEdgeSchema } from '#shared/topology/schema';
import { partOf } from '#server/db/queries/parts';
import { edgeNames, type SliceModel } from '#server/db/queries/slice-model';

const stateSchema = topologyEdgeSchema.pick({ link: true, down: true });

/** The links of a slice as its rows have them, by the keys of their edges. */
export function linksIn({ edges }: Pick<SliceModel, 'edges'>): LinkStates {
  return Object.fromEntries(edges.map((edge) => [edge.key, stateOf(partOf(stateSchema, edge))]));
}

/** What a user calls each link, by the key of its edge. */
export function linkNamesIn(model: Pick<SliceModel, 'vms' | 'networks' | 'edges'>): Map<string, string> {
  const names = edgeNames(model);
  return new Map(model.edges.map(({ id, key }) => [key, names.get(id) ?? key]));
}
