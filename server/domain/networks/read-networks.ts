import type { z } from 'zod';
import type {
  listPublishedInput,
  NetworkJoin,
  PublishedNetwork,
  publishedNetworksSchema,
  SliceNetworks,
} from '#shared/networks/schema';
import { topologyNetworkSchema } from '#shared/topology/schema';
import type { Queryable } from '#server/db/client';
import { decodeCursor, idCursor, page } from '#server/db/keyset';
import { joinsOfSlice, listPublished, publishedOf, type WholeJoin } from '#server/db/queries/networks';
import { partOf } from '#server/db/queries/parts';
import { iso } from '#server/db/rows';
import type { Actor, DomainContext } from '../context';
import { loadSlice } from '../slices/access';
import { agreedFor, isAgreed } from './agreement';

/** A page of the networks that are published, of all zones or one. For everyone: to publish is to tell. */
export async function listPublishedNetworks(
  ctx: DomainContext,
  { actor, query: { zoneId, search, cursor, limit } }: { actor: Actor; query: z.infer<typeof listPublishedInput> },
): Promise<z.infer<typeof publishedNetworksSchema>> {
  const [after = 0] = decodeCursor(idCursor, cursor) ?? [];
  const rows = await listPublished(ctx.db, { zoneId, search, after, limit });
  return page(
    rows,
    limit,
    ({ publication, network, slice, owner, joins }): PublishedNetwork => ({
      id: publication.id,
      zoneId: publication.zoneId,
      ...{ slice: slice.name, network: network.name, owner, joins },
      own: slice.ownerId === actor.userId,
      description: publication.description,
      admission: publication.admission,
      subnet: network.subnet,
      ipv6: partOf(topologyNetworkSchema, network).ipv6 ?? null,
      createdAt: iso(publication.createdAt),
    }),
    ({ publication }) => [publication.id],
  );
}

/** What a slice has published, who joins it or asks to, and what the slice joins itself. NOT_FOUND. */
export async function sliceNetworksOf(
  ctx: DomainContext,
  { actor, id }: { actor: Actor; id: number },
): Promise<SliceNetworks> {
  await loadSlice(ctx.db, { actor, id });
  return networksOf(ctx.db, id);
}

/** {@link sliceNetworksOf} for who has loaded the slice. */
export async function networksOf(q: Queryable, sliceId: number): Promise<SliceNetworks> {
  const published = await publishedOf(q, sliceId);
  const joins = await joinsOfSlice(q, sliceId);
  return {
    published: published.map(({ publication, network }) => ({
      id: publication.id,
      network: network.key,
      name: network.name,
      description: publication.description,
      admission: publication.admission,
      subnet: network.subnet,
      range: partOf(topologyNetworkSchema, network).ownRange ?? network.subnet,
      joins: joins.filter(({ join }) => join.hostNetworkId === network.id).map((one) => publicJoin(one, 'host')),
    })),
    joins: joins.filter(({ join }) => join.sliceId === sliceId).map((one) => publicJoin(one, 'guest')),
  };
}

/** As it is seen from one of its ends. */
function publicJoin(whole: WholeJoin, from: 'host' | 'guest'): NetworkJoin {
  const { join, host, guest } = whole;
  const [near, far] = from === 'host' ? [host, guest] : [guest, host];
  return {
    id: join.id,
    network: near.network.key,
    other: { slice: far.slice, network: far.network.name, owner: far.owner },
    subnet: host.network.subnet,
    range: join.block,
    acceptedAt: iso(join.acceptedAt),
    state: join.state,
    outdated: !isAgreed(partOf(topologyNetworkSchema, guest.network), agreedFor(whole)),
    error: join.error,
    sentences: join.sentences,
    createdAt: iso(join.createdAt),
  };
}
