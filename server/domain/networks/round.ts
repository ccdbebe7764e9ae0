import { say, told, asError, type Said } from '#shared/sentence';
import { isWithin } from '#shared/networks/blocks';
import { topologyNetworkSchema } from '#shared/topology/schema';
import { deleteJoin, joinsToKeep, nicsOn, writeJoin, type WholeJoin } from '#server/db/queries/networks';
import { partOf } from '#server/db/queries/parts';
import { zoneById } from '#server/db/queries/zones';
import { inTransaction } from '#server/db/transaction';
import { insertEvents, lockSlice } from '#server/events/append';
import { startBackgroundLoop } from '#server/lib/background-loop';
import { ProviderError } from '#server/lib/provider-error';
import type { NetworkJoin, Provider } from '#server/providers/provider';
import type { DomainContext } from '../context';
import { agreedFor, isAgreed } from './agreement';
import { networkEvent } from './history';

/** As many joins are read at once. */
const batch = 200;

type Nics = Awaited<ReturnType<typeof nicsOn>>;
/** What is on all networks that are looked at, and which of them join the same one and came before. */
interface Around {
  nics: Nics;
  earlier: readonly number[];
}

/**
 * One look at all joins of this server's zones: what is agreed on and can be is joined, the rest parted, and what has ended goes once it is. What
 * fails for one holds up no other, and is tried again at the next look.
 */
export async function joinRound(ctx: DomainContext, signal: AbortSignal = new AbortController().signal): Promise<void> {
  const providers = new Map<number, Provider | null>();
  const providerOf = async (zoneId: number) => {
    const zone = providers.has(zoneId) ? null : await zoneById(ctx.db, zoneId);
    if (zone !== null) providers.set(zoneId, await ctx.providers.forZone(zone).catch(() => null));
    return providers.get(zoneId) ?? null;
  };
  let after = 0;
  for (;;) {
    const joins = await joinsToKeep(ctx.db, { home: ctx.home, after, limit: batch });
    const networks = joins.flatMap(({ join }) => [join.hostNetworkId, join.networkId]);
    const nics = await nicsOn(ctx.db, [...new Set(networks)]);
    for (const whole of joins) {
      if (signal.aborted) return;
      const provider = await providerOf(whole.zoneId);
      if (provider === null) continue;
      const { hostNetworkId, id } = whole.join;
      const earlier = joins.flatMap(({ join }) =>
        join.hostNetworkId === hostNetworkId && join.id < id && join.endedAt === null ? [join.networkId] : [],
      );
      await keep(ctx, provider, whole, { nics, earlier }).catch((error: unknown) =>
        ctx.log.warn('A join of networks could not be looked after.', { join: whole.join.id, error }),
      );
    }
    const last = joins.at(-1);
    if (joins.length < batch || last === undefined) return;
    after = last.join.id;
  }
}

/** Looks at once and every two seconds. Answers what stops it, and waits for what is under way. */
export function startJoins(ctx: DomainContext, everyMs = 2_000): () => Promise<void> {
  return startBackgroundLoop({
    everyMs,
    atOnce: true,
    round: (signal) => joinRound(ctx, signal),
    onError: (error) => ctx.log.warn('Joins of networks could not be looked for.', { error }),
  });
}

async function keep(ctx: DomainContext, provider: Provider, whole: WholeJoin, around: Around): Promise<void> {
  const { join } = whole;
  const wanted: NetworkJoin = {
    id: join.id,
    ends: [
      { sliceId: join.hostSliceId, networkId: join.hostNetworkId },
      { sliceId: join.sliceId, networkId: join.networkId },
    ],
  };
  if (join.endedAt !== null) {
    await provider.partNetworks(wanted);
    await settle(ctx, whole, { ended: true, why: null });
    return;
  }
  const hindrance = hindranceOf(whole, around);
  if (hindrance !== null) {
    // also where nobody has written down that they were joined: a server may have been killed between the two
    await provider.partNetworks(wanted);
    await settle(ctx, whole, { ended: false, why: hindrance });
    return;
  }
  try {
    await provider.joinNetworks(wanted);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    await settle(ctx, whole, { ended: false, why: told(error.sentences) });
    return;
  }
  await settle(ctx, whole, { ended: false, why: null });
}

/** Why two networks must not be joined now; null where they may. */
function hindranceOf(whole: WholeJoin, { nics, earlier }: Around): Said | null {
  const { join, host, guest } = whole;
  for (const { network, slice } of [host, guest])
    if (network.status !== 'up') return say('JOIN_NOT_UP', { network: network.name, slice });
  // switched off in the drawing, it may serve yet
  const served = [host, guest].find(({ network }) => network.applied?.properties['dhcp'] === true);
  if (served !== undefined) return say('NETWORK_HAS_DHCP', { name: served.network.name });
  if (!isAgreed(partOf(topologyNetworkSchema, guest.network), agreedFor(whole)))
    return say('JOIN_OUTDATED', { network: guest.network.name, slice: guest.slice });
  const ranges = [
    [host, partOf(topologyNetworkSchema, host.network).ownRange ?? host.network.subnet],
    [guest, join.block],
  ] as const;
  for (const [{ network, slice }, range] of ranges)
    for (const { targetNetworkId, sourceAddress, applied, status } of nics) {
      if (targetNetworkId !== network.id || status === 'absent') continue;
      const seen = applied?.properties['sourceAddress'];
      const address = typeof seen === 'string' ? seen : sourceAddress;
      if (!isWithin(address, range)) return say('JOIN_ADDRESS', { network: network.name, slice, address, range });
    }
  const taken = new Set([host.network.id, ...earlier].flatMap((id) => macsOn(nics, id)));
  const mac = macsOn(nics, guest.network.id).find((one) => taken.has(one));
  return mac === undefined ? null : say('JOIN_MAC', { network: guest.network.name, slice: guest.slice, mac });
}

/** Those that were chosen: all others are different throughout. */
function macsOn(nics: Nics, networkId: number): string[] {
  return nics.flatMap(({ targetNetworkId, applied }) => {
    const mac = applied?.properties['sourceMac'];
    return targetNetworkId === networkId && typeof mac === 'string' ? [mac] : [];
  });
}

/** Writes what has become of a join, and tells both slices, if that is news. */
async function settle(
  ctx: DomainContext,
  { join, host, guest }: WholeJoin,
  { ended, why }: { ended: boolean; why: Said | null },
): Promise<void> {
  const state = ended || why !== null ? 'apart' : 'joined';
  const { error, sentences } = asError(why);
  if (!ended && state === join.state && error === join.error) return;
  const isNews = state !== join.state;
  const sides = [
    { id: join.hostSliceId, network: host.network.name, other: guest.slice },
    { id: join.sliceId, network: guest.network.name, other: host.slice },
  ].sort((a, b) => a.id - b.id);
  const told = await inTransaction(ctx.db, async (tx) => {
    const living: number[] = [];
    for (const { id, network, other } of sides) {
      const slice = await lockSlice(tx, id);
      if (slice === undefined || slice.deletedAt !== null || !isNews) continue;
      await insertEvents(tx, id, [networkEvent(state === 'joined' ? 'joined' : 'parted', { network, other, why })]);
      living.push(id);
    }
    if (ended) await deleteJoin(tx, join.id);
    else await writeJoin(tx, join.id, { state, error, sentences });
    return living;
  });
  for (const id of told) ctx.bus.notify(id);
}
