import type { z } from 'zod';
import type { execInput, GuestRun } from '#shared/guest';
import { inTransaction } from '#server/db/transaction';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';
import { atProvider } from '../homes/provider-here';
import { loadSliceVm } from '../slices/access';

/**
 * Runs a command line in the guest of a VM that has booted, and answers what it printed and how it ended. For who may use its console.
 * NOT_FOUND; FORBIDDEN; GUEST_UNAVAILABLE, and then it was not run. That it was asked for is written down, without what it says: there may be secrets
 * in it.
 */
export async function execInVm(
  ctx: DomainContext,
  { actor, sliceId, vmId, command: line, seconds }: { actor: Actor } & z.infer<typeof execInput>,
): Promise<GuestRun> {
  const { slice, vm } = await loadSliceVm(ctx.db, { actor, vmId, of: sliceId, need: 'operate' });
  return atProvider(ctx, { zoneId: slice.zoneId, what: 'guests' }, async (provider) => {
    await inTransaction(ctx.db, (tx) =>
      recordAudit(tx, actor, {
        action: 'slices.exec',
        objectType: 'slice_vm',
        objectId: vmId,
        details: { name: vm.name, sliceId, slice: slice.name },
      }),
    );
    return provider.runInGuest({ id: sliceId }, vmId, { line, seconds });
  });
}
