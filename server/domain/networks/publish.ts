import { eq, sql } from 'drizzle-orm';
import type { z } from 'zod';
import { sliceNetworks, slices } from '#drizzle/schema/slices';
import { AppError, notFound } from '#shared/errors';
import { blockFor, isPart, isWithin, ownPart } from '#shared/networks/blocks';
import type { publishNetworkInput, SliceNetworks } from '#shared/networks/schema';
import { say, saidOf, together, type Said } from '#shared/sentence';
import { topologyEdgeSchema, topologyNetworkSchema } from '#shared/topology/schema';
import type { Transaction } from '#server/db/client';
import { databaseNow } from '#server/db/clock';
import {
  deletePublication,
  endJoins,
  insertPublication,
  joinsOfSlice,
  publishedById,
  sharingOf,
} from '#server/db/queries/networks';
import { partOf, rowOf } from '#server/db/queries/parts';
import { loadSliceModel, type NetworkRow, type SliceModel } from '#server/db/queries/slice-model';
import { zoneById } from '#server/db/queries/zones';
import { inTransaction } from '#server/db/transaction';
import { insertEvents, lockSlice } from '#server/events/append';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';
import { askZone } from '../deployments/situation';
import { telling } from '../notifications/tell';
import { assertNotDestroyed, loadSlice } from '../slices/access';
import { isOfPart } from './agreement';
import { networkEvent, noticeFor } from './history';
import { networksOf } from './read-networks';

/**
 * Lets networks of other slices of the zone join one of this slice, whose subnet is chosen from then on; its own NICs keep to a part of that. No
 * address changes. For who manages the slice. INVALID_INPUT on `network` for one that is not there, is published or joins another one itself, or has DHCP, on `range`
 * for what is no part of its subnet, leaves nothing, or leaves out a NIC that it has; UNSUPPORTED zones are refused on `id`.
 */
export async function publishNetwork(
  ctx: DomainContext,
  { actor, publication }: { actor: Actor; publication: z.infer<typeof publishNetworkInput> },
): Promise<SliceNetworks> {
  const { id, network: key, description, admission, range } = publication;
  await assertJoins(ctx, { actor, id });
  await inTransaction(ctx.db, async (tx) => {
    const slice = await loadSlice(tx, { actor, id, lock: true, need: 'manage' });
    assertNotDestroyed(slice);
    const model = await loadSliceModel(tx, id);
    const network = networkIn(model, key);
    await assertUnshared(tx, network);
    await keepToRange(tx, { sliceId: id, model, network, range });
    await insertPublication(tx, { networkId: network.id, sliceId: id, zoneId: slice.zoneId, description, admission });
    await insertEvents(tx, id, [
      { type: 'slice.changed', what: 'topology' },
      networkEvent('published', { network: network.name }),
    ]);
    await recordAudit(tx, actor, {
      action: 'networks.publish',
      objectType: 'slice',
      objectId: id,
      details: { name: slice.name, network: network.name, admission },
    });
  });
  ctx.bus.notify(id);
  return networksOf(ctx.db, id);
}

/** Takes a published network back: what has joined it is parted from it, and keeps its addresses. For who manages its slice; NOT_FOUND. */
export async function withdrawNetwork(
  ctx: DomainContext,
  { actor, id }: { actor: Actor; id: number },
): Promise<SliceNetworks> {
  const found = await publishedById(ctx.db, id);
  if (found === null) throw notFound('published network');
  const sliceId = found.slice.id;
  const told = await telling(ctx, async (tx, tell) => {
    const slice = await loadSlice(tx, { actor, id: sliceId, lock: true, need: 'manage' });
    // withdrawn by somebody else meanwhile
    if ((await publishedById(tx, id)) === null) throw notFound('published network');
    const living = (await joinsOfSlice(tx, sliceId)).filter(({ join }) => join.hostNetworkId === found.network.id);
    await endJoins(
      tx,
      living.map(({ join }) => join.id),
    );
    await deletePublication(tx, id);
    await insertEvents(tx, sliceId, [networkEvent('withdrawn', { network: found.network.name })]);
    for (const { join, guest } of living.toSorted((a, b) => a.join.sliceId - b.join.sliceId)) {
      await lockSlice(tx, join.sliceId);
      await insertEvents(tx, join.sliceId, [
        networkEvent('withdrawn', { network: guest.network.name, other: slice.name }),
      ]);
      await tell(noticeFor(actor, { id: join.sliceId, ...guest }, { what: 'withdrawn', other: slice.name }));
    }
    await recordAudit(tx, actor, {
      action: 'networks.withdraw',
      objectType: 'slice',
      objectId: sliceId,
      details: { name: slice.name, network: found.network.name, joins: living.length },
    });
    return living.map(({ join }) => join.sliceId);
  });
  for (const one of [sliceId, ...told]) ctx.bus.notify(one);
  return networksOf(ctx.db, sliceId);
}

/** The slice's network with this key; INVALID_INPUT. */
export function networkIn({ networks }: SliceModel, key: string): NetworkRow {
  const network = networks.find((one) => one.key === key);
  if (network === undefined)
    throw new AppError('INVALID_INPUT', say('NETWORK_NO_SUCH', { network: key }), { field: 'network' });
  return network;
}

/** INVALID_INPUT for a network that is published or joins another one: there are stars only, so that no frame goes round. */
export async function assertUnshared(tx: Transaction, { id, name }: NetworkRow): Promise<void> {
  const { publication, join } = await sharingOf(tx, id);
  if (publication === null && join === null) return;
  const code =
    publication !== null ? 'NETWORK_IS_PUBLISHED' : join?.endedAt != null ? 'NETWORK_ENDING' : 'NETWORK_IS_JOINED';
  throw new AppError('INVALID_INPUT', say(code, { name }), { field: 'network' });
}

const chosenSchema = topologyEdgeSchema.pick({ sourceOwnAddress6: true });

/** Writes down that a network keeps to a part of the subnet that it has. */
async function keepToRange(
  tx: Transaction,
  {
    sliceId,
    model,
    network,
    range,
  }: { sliceId: number; model: SliceModel; network: NetworkRow; range: string | undefined },
): Promise<void> {
  const part = partOf(topologyNetworkSchema, network);
  const { subnet, name } = network;
  // its server is, and gives out what is free, at the top of the subnet: where those who join have their addresses
  if (part.dhcp === true) throw new AppError('INVALID_INPUT', say('NETWORK_HAS_DHCP', { name }), { field: 'network' });
  const ownRange = range ?? part.ownRange ?? ownPart(subnet) ?? subnet;
  const kept = { ...part, ownSubnet: subnet, ownRange };
  const refused = (said: Said) => new AppError('INVALID_INPUT', said, { field: 'range' });
  if (!isPart(ownRange, subnet)) throw refused(say('NETWORK_RANGE_OUTSIDE', { range: ownRange, subnet }));
  const names = new Map(model.vms.map((vm) => [vm.id, vm.name]));
  for (const edge of model.edges.filter(({ targetNetworkId }) => targetNetworkId === network.id)) {
    const { sourceOwnAddress6: own6 } = partOf(chosenSchema, edge);
    const outside = own6 === undefined || isOfPart(own6, kept) ? null : own6;
    const address = isWithin(edge.sourceAddress, ownRange) ? outside : edge.sourceAddress;
    if (address !== null)
      throw refused(say('NETWORK_NIC_OUTSIDE', { name: names.get(edge.sourceVmId) ?? '', address, range: ownRange }));
  }
  if (blockFor(subnet, { addresses: 1, taken: [ownRange] }) === null)
    throw refused(say('NETWORK_NO_REST', { name, subnet, range: ownRange }));
  const { properties } = rowOf(topologyNetworkSchema, sliceNetworks, kept);
  await tx.update(sliceNetworks).set({ properties }).where(eq(sliceNetworks.id, network.id));
  await tx
    .update(slices)
    .set({ topologyVersion: sql`${slices.topologyVersion} + 1`, updatedAt: databaseNow })
    .where(eq(slices.id, sliceId));
}

/** INVALID_INPUT where the slice's zone cannot join networks. */
async function assertJoins(ctx: DomainContext, { actor, id }: { actor: Actor; id: number }): Promise<void> {
  const zone = await zoneById(ctx.db, (await loadSlice(ctx.db, { actor, id, need: 'manage' })).zoneId);
  // a report of an older version does not say it
  const able = zone === null ? undefined : (await askZone(ctx, zone)).description?.capabilities.crossSlice;
  if (zone === null || able?.ok !== false) return;
  const why = able.reason === null ? say('REASON_UNKNOWN') : saidOf(able.reason, able.sentences);
  throw new AppError('INVALID_INPUT', together(say('NETWORKS_UNJOINABLE', { zone: zone.name }), why), { field: 'id' });
}
