import { trpc } from '../../api/trpc';
import { randomKey } from '../../api/random-key';

interface Kept {
  kind: 'snapshot' | 'restore';
  snapshotId?: number;
  snapshotName?: string;
}

/** Begins what takes a snapshot or goes back to one; the slice's page and the list of snapshots hear of it. Rejects with why not. */
export function useKeep(sliceId: number): { keep: (kept: Kept) => Promise<void>; pending: boolean } {
  const utils = trpc.useUtils();
  const start = trpc.deployments.start.useMutation({
    onSuccess: (deployment) => utils.deployments.get.setData({ id: deployment.id }, deployment),
    // also what was refused: something has changed that the page does not show yet
    onSettled: () =>
      void Promise.all([
        utils.slices.get.invalidate({ id: sliceId }),
        utils.snapshots.list.invalidate({ sliceId }),
        utils.deployments.plan.invalidate({ sliceId }),
      ]),
  });
  return {
    keep: async (kept) => {
      await start.mutateAsync({ sliceId, ...kept, idempotencyKey: randomKey() });
    },
    pending: start.isPending,
  };
}
