import type { z } from 'zod';
import { AppError, notFound } from '#shared/errors';
import { blockFor } from '#shared/networks/blocks';
import { joinLimits } from '#shared/networks/limits';
import type { answerJoinInput, joinNetworkInput, SliceNetworks } from '#shared/networks/schema';
import type { NetworkChange } from '#shared/networks/words';
import { say } from '#shared/sentence';
import { topologyNetworkSchema } from '#shared/topology/schema';
import type { Queryable, Transaction } from '#server/db/client';
import {
  endJoins,
  insertJoin,
  joinById,
  joinsAt,
  joinsOfSlice,
  publishedById,
  writeJoin,
  type WholeJoin,
} from '#server/db/queries/networks';
import { databaseTime } from '#server/db/queries/leases';
import { partOf } from '#server/db/queries/parts';
import { loadSliceModel } from '#server/db/queries/slice-model';
import { insertEvents, lockSlice } from '#server/events/append';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';
import { telling } from '../notifications/tell';
import { assertNotDestroyed, loadSlice, maySlice } from '../slices/access';
import { drawingOf } from '../slices/drawing';
import { clashOf } from './agreement';
import { networkEvent, noticeFor } from './history';
import { assertUnshared, networkIn } from './publish';
import { networksOf } from './read-networks';

/**
 * Has a network of the slice join a published one of another slice of its zone, or asks for that; what it will have of the subnet is its own from then
 * on, and taken up by an update. For who manages the slice. NOT_FOUND for a network that is not published; INVALID_INPUT on its field for one of another zone
 * or of the slice itself, for a network that is shared already, for a subnet that overlaps one of the slice's, and where it has no such part left.
 */
export async function joinNetwork(
  ctx: DomainContext,
  {
    actor,
    join: { id, network: key, publicationId, addresses },
  }: { actor: Actor; join: z.infer<typeof joinNetworkInput> },
): Promise<SliceNetworks> {
  await loadSlice(ctx.db, { actor, id, need: 'manage' });
  const seen = await publishedById(ctx.db, publicationId);
  if (seen === null) throw notFound('published network');
  await telling(ctx, async (tx, tell) => {
    await lockInOrder(tx, [id, seen.slice.id]);
    const slice = await loadSlice(tx, { actor, id, lock: true, need: 'manage' });
    assertNotDestroyed(slice);
    const host = await publishedById(tx, publicationId);
    if (host === null) throw notFound('published network');
    const refuse = (field: string, said: ReturnType<typeof say>) => new AppError('INVALID_INPUT', said, { field });
    if (host.slice.id === id) throw refuse('publicationId', say('JOIN_OWN_SLICE'));
    if (host.slice.zoneId !== slice.zoneId)
      throw refuse('publicationId', say('JOIN_OTHER_ZONE', { name: host.network.name }));
    const model = await loadSliceModel(tx, id);
    const network = networkIn(model, key);
    await assertUnshared(tx, network);
    // what has joined it, and was withdrawn from, is still to be parted
    if ((await joinsAt(tx, network.id)).length > 0)
      throw refuse('network', say('NETWORK_ENDING', { name: network.name }));
    const others = await joinsAt(tx, host.network.id);
    if (others.some((other) => other.sliceId === id))
      throw refuse('publicationId', say('JOIN_TWICE', { name: host.network.name }));
    const { subnet } = host.network;
    const other = await clashOf(tx, { sliceId: id, topology: drawingOf(model), network: key, subnet });
    if (other !== null) throw refuse('publicationId', say('JOIN_OVERLAPS', { name: host.network.name, subnet, other }));
    const nics = model.edges.filter(({ targetNetworkId }) => targetNetworkId === network.id).length;
    const { ownRange = subnet } = partOf(topologyNetworkSchema, host.network);
    const taken = [ownRange, ...others.map((one) => one.block)];
    const block = blockFor(subnet, { addresses: Math.max(addresses, nics), taken });
    if (block === null || others.length >= joinLimits.perNetwork)
      throw refuse('addresses', say('JOIN_NO_ROOM', { name: host.network.name, subnet }));
    // who has both slices has agreed to both
    const agreed = host.publication.admission === 'all' || host.slice.ownerId === slice.ownerId;
    await insertJoin(tx, {
      ...{ publicationId, hostNetworkId: host.network.id, hostSliceId: host.slice.id },
      ...{ networkId: network.id, sliceId: id, block },
      acceptedAt: agreed ? await databaseTime(tx) : null,
    });
    const what = agreed ? 'accepted' : 'asked';
    await insertEvents(tx, id, [networkEvent(what, { network: network.name, other: host.slice.name })]);
    await insertEvents(tx, host.slice.id, [networkEvent(what, { network: host.network.name, other: slice.name })]);
    const end = { ...host.slice, slice: host.slice.name, network: host.network };
    if (!agreed) await tell(noticeFor(actor, end, { what: 'asked', other: slice.name }));
    await recordAudit(tx, actor, {
      action: 'networks.join',
      objectType: 'slice',
      objectId: id,
      details: { name: slice.name, network: network.name, to: host.network.name, toSlice: host.slice.name, agreed },
    });
  });
  for (const one of [id, seen.slice.id]) ctx.bus.notify(one);
  return networksOf(ctx.db, id);
}

/** Accepts who asks to join a published network, or refuses. For who manages its slice; NOT_FOUND. What was accepted stays so: see {@link leaveNetwork}. */
export async function answerJoin(
  ctx: DomainContext,
  { actor, answer: { id, accept } }: { actor: Actor; answer: z.infer<typeof answerJoinInput> },
): Promise<SliceNetworks> {
  const asked = await livingJoin(ctx.db, id);
  const { hostSliceId, sliceId } = asked;
  await loadSlice(ctx.db, { actor, id: hostSliceId, need: 'manage' });
  await telling(ctx, async (tx, tell) => {
    await lockInOrder(tx, [hostSliceId, sliceId]);
    const slice = await loadSlice(tx, { actor, id: hostSliceId, lock: true, need: 'manage' });
    const whole = await wholeJoin(tx, hostSliceId, id);
    if (whole.join.acceptedAt !== null) {
      if (accept) return;
      throw new AppError('INVALID_TRANSITION', say('JOIN_ACCEPTED', { slice: whole.guest.slice }));
    }
    if (accept) await writeJoin(tx, id, { acceptedAt: await databaseTime(tx) });
    else await endJoins(tx, [id]);
    const what = accept ? 'accepted' : 'refused';
    await tellBoth(tx, whole, what);
    await tell(noticeFor(actor, { id: sliceId, ...whole.guest }, { what, other: whole.host.slice }));
    await recordAudit(tx, actor, {
      action: 'networks.answer',
      objectType: 'slice',
      objectId: hostSliceId,
      details: { name: slice.name, network: whole.host.network.name, from: whole.guest.slice, accept },
    });
  });
  for (const one of [hostSliceId, sliceId]) ctx.bus.notify(one);
  return networksOf(ctx.db, hostSliceId);
}

/** Ends a join, or takes back what was asked for: for who manages either slice. The networks are parted, and keep their addresses. NOT_FOUND. */
export async function leaveNetwork(
  ctx: DomainContext,
  { actor, id }: { actor: Actor; id: number },
): Promise<SliceNetworks> {
  const { hostSliceId, sliceId } = await livingJoin(ctx.db, id);
  const own = await ownSide(ctx.db, actor, [sliceId, hostSliceId]);
  await telling(ctx, async (tx, tell) => {
    await lockInOrder(tx, [hostSliceId, sliceId]);
    const slice = await loadSlice(tx, { actor, id: own, lock: true, need: 'manage' });
    const whole = await wholeJoin(tx, own, id);
    await endJoins(tx, [id]);
    await tellBoth(tx, whole, 'left');
    const [far, near] = own === sliceId ? [whole.host, whole.guest] : [whole.guest, whole.host];
    const end = { id: own === sliceId ? hostSliceId : sliceId, ...far };
    await tell(noticeFor(actor, end, { what: 'left', other: near.slice }));
    await recordAudit(tx, actor, {
      action: 'networks.leave',
      objectType: 'slice',
      objectId: own,
      details: { name: slice.name, network: whole.host.network.name, of: whole.host.slice, by: whole.guest.slice },
    });
  });
  for (const one of [hostSliceId, sliceId]) ctx.bus.notify(one);
  return networksOf(ctx.db, own);
}

async function livingJoin(q: Queryable, id: number) {
  const join = await joinById(q, id);
  if (join === null || join.endedAt !== null) throw notFound('join');
  return join;
}

async function wholeJoin(tx: Transaction, sliceId: number, id: number): Promise<WholeJoin> {
  const whole = (await joinsOfSlice(tx, sliceId)).find(({ join }) => join.id === id);
  if (whole === undefined) throw notFound('join');
  return whole;
}

/** Of two slices the first that the actor manages; refused as of the one that they see. */
async function ownSide(q: Queryable, actor: Actor, ids: readonly [number, number]): Promise<number> {
  for (const id of ids) if (await maySlice(q, { actor, id, need: 'manage' })) return id;
  const [first, second] = ids;
  const id = (await maySlice(q, { actor, id: second, need: 'read' })) ? second : first;
  return (await loadSlice(q, { actor, id, need: 'manage' })).id;
}

async function tellBoth(tx: Transaction, { join, host, guest }: WholeJoin, what: NetworkChange): Promise<void> {
  await insertEvents(tx, join.hostSliceId, [networkEvent(what, { network: host.network.name, other: guest.slice })]);
  await insertEvents(tx, join.sliceId, [networkEvent(what, { network: guest.network.name, other: host.slice })]);
}

/** Slices are locked in the order of their ids, as all who lock several do. */
async function lockInOrder(tx: Transaction, ids: readonly number[]): Promise<void> {
  for (const id of [...new Set(ids)].sort((a, b) => a - b)) await lockSlice(tx, id);
}
