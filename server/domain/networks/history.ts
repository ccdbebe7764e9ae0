import type { EventData } from '#shared/deployment/events';
import type { NetworkChange, toldNetworkChanges } from '#shared/networks/words';
import { asError, type Said } from '#shared/sentence';
import type { Actor } from '../context';
import type { Telling } from '../notifications/tell';

/** What the history of a slice says of its networks: which, with which slice's, and of those that are apart, why. */
export function networkEvent(
  what: NetworkChange,
  { network, other = null, why = null }: { network: string; other?: string | null; why?: Said | null },
): EventData {
  return { type: 'slice.network', what, network, other, ...asError(why) };
}

/** The same for the owner of a slice that somebody else has done it to; nobody is told of what they did themselves. */
export function noticeFor(
  actor: Pick<Actor, 'userId'>,
  end: { id: number; slice: string; ownerId: number; network: { name: string } },
  { what, other }: { what: (typeof toldNetworkChanges)[number]; other: string },
): Telling {
  const to = end.ownerId === actor.userId ? [] : [end.ownerId];
  return { kind: 'slice.network', slice: { id: end.id, name: end.slice }, network: end.network.name, other, what, to };
}
