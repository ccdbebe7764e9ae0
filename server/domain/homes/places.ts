import type { ZoneRow } from '#server/db/queries/zones';
import { homeById, type HomeState } from '#server/db/queries/homes';
import { iso } from '#server/db/rows';
import { AppError } from '#shared/errors';
import { localProviderKinds, type ProviderKind } from '#shared/zone';
import { say } from '#shared/sentence';
import type { DomainContext, Home } from '../context';

/** A zone, as far as it matters whose it is. */
export type HomedZone = Pick<ZoneRow, 'homeId' | 'name' | 'provider' | 'released'>;

/** Whether zones of this provider are at one server. */
export const isLocal = (provider: ProviderKind) => (localProviderKinds as readonly ProviderKind[]).includes(provider);

/** Whether this server works on the zone itself: its VMs are in its data folder, or in nobody's. */
export function serves(home: Pick<Home, 'id' | 'everything'>, zone: Pick<ZoneRow, 'homeId' | 'provider'>): boolean {
  if (home.everything || !isLocal(zone.provider)) return true;
  return zone.homeId !== null && zone.homeId === home.id;
}

/** Where a zone's work is done, as seen from this server. */
export type Place =
  | { at: 'here' }
  /** Another server has it; `away`: that one gives no sign of life. */
  | { at: 'elsewhere' | 'away'; home: HomeState }
  /** No server has taken it yet. */
  | { at: 'nowhere' };

/** {@link placeOf} for who has looked up the zone's home already. */
export function placeAt(
  own: DomainContext['home'],
  { zone, home }: { zone: Pick<HomedZone, 'homeId' | 'provider'>; home: HomeState | null },
): Place {
  if (serves(own, zone)) return { at: 'here' };
  if (home === null) return { at: 'nowhere' };
  return { at: home.alive ? 'elsewhere' : 'away', home };
}

export async function placeOf(
  ctx: Pick<DomainContext, 'db' | 'home'>,
  { zone }: { zone: Pick<HomedZone, 'homeId' | 'provider'> },
): Promise<Place> {
  if (serves(ctx.home, zone)) return { at: 'here' };
  return placeAt(ctx.home, { zone, home: zone.homeId === null ? null : await homeById(ctx.db, zone.homeId) });
}

/** What is said of a zone that no living server works on. */
export function zoneAway(
  zone: Pick<HomedZone, 'name' | 'released'>,
  place: Extract<Place, { at: 'away' | 'nowhere' | 'elsewhere' }>,
) {
  if (place.at === 'nowhere')
    return new AppError(
      'ZONE_UNAVAILABLE',
      say(zone.released ? 'ZONE_RELEASED' : 'ZONE_NOWHERE', { zone: zone.name }),
      {
        params: { zone: zone.name },
      },
    );
  const { host, seenAt } = place.home;
  const params = { zone: zone.name, host, since: iso(seenAt) };
  return new AppError('ZONE_AWAY', say('ZONE_SERVER_AWAY', params), { params });
}
