import { AppError } from '#shared/errors';
import { say, told } from '#shared/sentence';
import { ProviderError } from '#server/lib/provider-error';
import type { Provider } from '#server/providers/provider';
import type { DomainContext } from '../context';
import { providerHere } from '../homes/provider-here';

/** What `open` opens at the provider of a zone. Captures are not relayed: of a zone at another server CAPTURE_UNAVAILABLE says at which. */
export async function openAtZone<Opened>(
  ctx: DomainContext,
  zoneId: number,
  open: (provider: Provider) => Promise<Opened>,
): Promise<Opened> {
  const elsewhere = (host: string) => new AppError('CAPTURE_UNAVAILABLE', say('CAPTURE_ELSEWHERE', { host }));
  return open(await providerHere(ctx, zoneId, elsewhere)).catch(sayUnavailable);
}

/** What the zone says of it is meant for who asks. */
export function sayUnavailable(error: unknown): never {
  if (error instanceof ProviderError)
    throw new AppError('CAPTURE_UNAVAILABLE', told(error.sentences), { cause: error });
  throw error;
}
