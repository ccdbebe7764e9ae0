import { AppError, notFound } from '#shared/errors';
import { say, told } from '#shared/sentence';
import { zoneById } from '#server/db/queries/zones';
import { ProviderError } from '#server/lib/provider-error';
import type { Provider } from '#server/providers/provider';
import type { DomainContext } from '../context';
import { placeOf, zoneAway } from '../homes/places';

/** What `open` opens at the provider of a zone. Captures are not relayed: of a zone at another server CAPTURE_UNAVAILABLE says at which. */
export async function openAtZone<Opened>(
  ctx: DomainContext,
  zoneId: number,
  open: (provider: Provider) => Promise<Opened>,
): Promise<Opened> {
  const zone = await zoneById(ctx.db, zoneId);
  if (zone === null) throw notFound('zone');
  const place = await placeOf(ctx, { zone });
  if (place.at === 'elsewhere')
    throw new AppError('CAPTURE_UNAVAILABLE', say('CAPTURE_ELSEWHERE', { host: place.home.host }));
  if (place.at !== 'here') throw zoneAway(zone, place);
  const provider = await ctx.providers.forZone(zone);
  return open(provider).catch(sayUnavailable);
}

/** What the zone says of it is meant for who asks. */
export function sayUnavailable(error: unknown): never {
  if (error instanceof ProviderError)
    throw new AppError('CAPTURE_UNAVAILABLE', told(error.sentences), { cause: error });
  throw error;
}
