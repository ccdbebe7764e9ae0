import type { z } from 'zod';
import { AppError } from '#shared/errors';
import type { vmStatusInput, VmInside } from '#shared/guest';
import { asReason, say, told } from '#shared/sentence';
import { iso } from '#server/db/rows';
import { ProviderError } from '#server/lib/provider-error';
import type { Provider } from '#server/providers/provider';
import type { Actor, DomainContext } from '../context';
import { providerHere } from '../homes/provider-here';
import { loadSliceVm, type SliceRow } from '../slices/access';

/** What `ask` is answered by the provider of a slice's zone. GUEST_UNAVAILABLE says why nobody is, as of a zone at another server. */
export async function atGuest<Answer>(
  ctx: DomainContext,
  { zoneId }: Pick<SliceRow, 'zoneId'>,
  ask: (provider: Provider) => Promise<Answer>,
): Promise<Answer> {
  const elsewhere = (host: string) => new AppError('GUEST_UNAVAILABLE', say('GUEST_ELSEWHERE', { host }));
  try {
    return await ask(await providerHere(ctx, zoneId, elsewhere));
  } catch (error) {
    // a VM that does not run, or a guest that says nothing, is no failure: the log has what went wrong beneath
    if (error instanceof ProviderError)
      throw new AppError('GUEST_UNAVAILABLE', told(error.sentences), error.cause === undefined ? {} : { cause: error });
    throw error;
  }
}

/** What the guest of a VM says of itself now, or why nobody knows. For who sees the slice; NOT_FOUND. Nothing of it is kept. */
export async function vmStatus(
  ctx: DomainContext,
  { actor, sliceId, vmId }: { actor: Actor } & z.infer<typeof vmStatusInput>,
): Promise<VmInside> {
  const { slice } = await loadSliceVm(ctx.db, { actor, vmId, of: sliceId });
  const askedAt = iso(ctx.clock.now());
  let exec: VmInside['exec'] = [];
  try {
    const guest = await atGuest(ctx, slice, async (provider) => {
      exec = await provider.ranAfterBoot({ id: sliceId }, vmId);
      return provider.guestStatus({ id: sliceId }, vmId);
    });
    return { guest, reason: null, sentences: null, askedAt, exec };
  } catch (error) {
    const isTold = error instanceof AppError && (error.code === 'GUEST_UNAVAILABLE' || error.code === 'ZONE_AWAY');
    if (!isTold) throw error;
    return { guest: null, ...asReason(error.said), askedAt, exec };
  }
}
