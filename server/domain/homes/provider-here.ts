import { notFound, type AppError } from '#shared/errors';
import { zoneById } from '#server/db/queries/zones';
import type { Provider } from '#server/providers/provider';
import type { DomainContext } from '../context';
import { placeOf, zoneAway } from './places';

/**
 * The provider of a zone, for what is not relayed between servers: of a zone at another one, `elsewhere` says at which. ZONE_AWAY while that gives no
 * sign of life.
 */
export async function providerHere(
  ctx: DomainContext,
  zoneId: number,
  elsewhere: (host: string) => AppError,
): Promise<Provider> {
  const zone = await zoneById(ctx.db, zoneId);
  if (zone === null) throw notFound('zone');
  const place = await placeOf(ctx, { zone });
  if (place.at === 'elsewhere') throw elsewhere(place.home.host);
  if (place.at !== 'here') throw zoneAway(zone, place);
  return ctx.providers.forZone(zone);
}
