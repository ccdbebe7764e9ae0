import type { EventData } from '#shared/deployment/events';
import type { NetworkChange } from '#shared/networks/words';
import { asError, type Said } from '#shared/sentence';

/** What the history of a slice says of its networks: which, with which slice's, and of those that are apart, why. */
export function networkEvent(
  what: NetworkChange,
  { network, other = null, why = null }: { network: string; other?: string | null; why?: Said | null },
): EventData {
  return { type: 'slice.network', what, network, other, ...asError(why) };
}
