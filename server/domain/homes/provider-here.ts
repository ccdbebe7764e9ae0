import { AppError, notFound } from '#shared/errors';
import { say, told } from '#shared/sentence';
import { zoneById, type ZoneRow } from '#server/db/queries/zones';
import { ProviderError } from '#server/lib/provider-error';
import type { Provider } from '#server/providers/provider';
import type { DomainContext } from '../context';
import { placeOf, zoneAway } from './places';

/** What only the server of a zone has, and how it is refused at others: by a code, and a sentence that names that server. */
const onlyHere = {
  captures: { code: 'CAPTURE_UNAVAILABLE', elsewhere: 'CAPTURE_ELSEWHERE' },
  guests: { code: 'GUEST_UNAVAILABLE', elsewhere: 'GUEST_ELSEWHERE' },
  figures: { code: 'FIGURES_UNAVAILABLE', elsewhere: 'FIGURES_ELSEWHERE' },
  screens: { code: 'SCREENS_UNAVAILABLE', elsewhere: 'SCREENS_ELSEWHERE' },
} as const;
type OnlyHere = keyof typeof onlyHere;

/** The zone, which is at this server. NOT_FOUND; at another one as `what` says, ZONE_AWAY while that gives no sign of life. */
export async function assertHere(ctx: DomainContext, zone: ZoneRow | null, what: OnlyHere): Promise<ZoneRow> {
  if (zone === null) throw notFound('zone');
  const place = await placeOf(ctx, { zone });
  if (place.at === 'elsewhere') {
    const { code, elsewhere } = onlyHere[what];
    throw new AppError(code, say(elsewhere, { host: place.home.host }));
  }
  if (place.at !== 'here') throw zoneAway(zone, place);
  return zone;
}

/** What `ask` is answered by the provider of a zone, which is not relayed between servers. Refused as {@link assertHere} and {@link sayUnavailable} do. */
export async function atProvider<Answer>(
  ctx: DomainContext,
  { zoneId, what }: { zoneId: number; what: OnlyHere },
  ask: (provider: Provider) => Promise<Answer>,
): Promise<Answer> {
  const zone = await assertHere(ctx, await zoneById(ctx.db, zoneId), what);
  try {
    return await ask(await ctx.providers.forZone(zone));
  } catch (error) {
    return sayUnavailable(what, error);
  }
}

/**
 * What a provider says is meant for who asks. That a VM does not run, or its guest says nothing, is no failure of the server: its log has what
 * went wrong beneath, where something did.
 */
export function sayUnavailable(what: OnlyHere, error: unknown): never {
  if (!(error instanceof ProviderError)) throw error;
  throw new AppError(onlyHere[what].code, told(error.sentences), error.cause === undefined ? {} : { cause: error });
}
