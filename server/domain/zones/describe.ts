import { AppError } from '#shared/errors';
import { asReason, say, type Said } from '#shared/sentence';
import { allCapabilities } from '#shared/zone';
import type { ProviderZone } from '#server/db/queries/zones';
import { describeError } from '#server/lib/logger';
import { withTimeout } from '#server/lib/timeout';
import type { ZoneDescription } from '#server/providers/provider';
import type { DomainContext } from '../context';
import { whatIsSaid } from '../errors';

/** A page must not wait for a zone that does not answer. */
const patienceMs = 3_000;
/** Who asks for a zone to be looked at anew waits longer. */
export const refreshPatienceMs = 30_000;

export type Description = Omit<ZoneDescription, 'physical' | 'observedAt' | 'vmLimits'> & {
  physical: ZoneDescription['physical'] | null;
  vmLimits?: ZoneDescription['vmLimits'];
  observedAt: Date | null;
};

/** What is said of a zone that cannot be asked: nothing works, and why. */
export function unavailable(why: Said): Description {
  const capabilities = allCapabilities({ ok: false, ...asReason(why) });
  return { physical: null, capabilities, facts: [], observedAt: null };
}

/** What the provider of a zone of this server says of it. One that does not say anything is said to be unavailable, and why. */
export async function describeHere(
  ctx: Pick<DomainContext, 'providers' | 'log'>,
  { zone, refresh }: { zone: ProviderZone; refresh: boolean },
): Promise<Description> {
  const ask = async () => {
    const provider = await ctx.providers.forZone(zone);
    return provider.describe({ refresh });
  };
  const late = () => new AppError('ZONE_UNAVAILABLE', say('ZONE_SILENT'));
  try {
    return await withTimeout(ask(), refresh ? refreshPatienceMs : patienceMs, late);
  } catch (error) {
    ctx.log.warn('A zone cannot be described', { zoneId: zone.id, error: describeError(error) });
    // their sentences are meant for the user; of anything else nothing is told
    return unavailable(whatIsSaid(error) ?? say('ZONE_UNREACHABLE'));
  }
}
