import type { SliceNetworks } from '#shared/networks/schema';
import { notifyError } from '../../api/error-message';
import { trpc } from '../../api/trpc';

/** What can be done with a slice's shared networks by a button; what comes of it is the slice's networks as they are then. */
export function useNetworkDeeds(sliceId: number) {
  const utils = trpc.useUtils();
  const options = {
    onSuccess: (networks: SliceNetworks) => utils.networks.get.setData({ id: sliceId }, networks),
    onError: (error: unknown) => {
      notifyError(error);
      // somebody else has been faster
      void utils.networks.get.invalidate({ id: sliceId });
    },
    onSettled: () => void utils.networks.list.invalidate(),
  };
  return {
    withdraw: trpc.networks.withdraw.useMutation(options),
    answer: trpc.networks.answer.useMutation(options),
    leave: trpc.networks.leave.useMutation(options),
  };
}
