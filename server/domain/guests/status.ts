import type { z } from 'zod';
import { AppError } from '#shared/errors';
import type { vmStatusInput, VmInside } from '#shared/guest';
import { asReason } from '#shared/sentence';
import { iso } from '#server/db/rows';
import type { Actor, DomainContext } from '../context';
import { atProvider } from '../homes/provider-here';
import { loadSliceVm } from '../slices/access';

/** What the guest of a VM says of itself now, or why nobody knows. For who sees the slice; NOT_FOUND. Nothing of it is kept. */
export async function vmStatus(
  ctx: DomainContext,
  { actor, sliceId, vmId }: { actor: Actor } & z.infer<typeof vmStatusInput>,
): Promise<VmInside> {
  const { slice } = await loadSliceVm(ctx.db, { actor, vmId, of: sliceId });
  const askedAt = iso(ctx.clock.now());
  let exec: VmInside['exec'] = [];
  try {
    const guest = await atProvider(ctx, { zoneId: slice.zoneId, what: 'guests' }, async (provider) => {
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
