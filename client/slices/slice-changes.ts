import { useThrottledCallback } from '@mantine/hooks';
import { skipToken } from '@tanstack/react-query';
import { trpc } from '../api/trpc';
import { appErrorOf } from '../api/app-error';
import { notifyError } from '../api/error-message';
import { useRightsChanged } from '../hooks/rights';
import { usePausableStream } from '../hooks/stream-pause';

/** Keeps the lists of slices, and what hangs on them, as they are on the server while the page is shown. */
export function useSliceChanges(): void {
  const utils = trpc.useUtils();
  const stream = usePausableStream();
  const rightsChanged = useRightsChanged();
  // a deploy of many VMs is a burst of notices: the lists are asked again at most twice a second
  const refresh = useThrottledCallback(() => {
    void utils.slices.list.invalidate();
    void utils.zones.invalidate();
    void utils.quotas.mine.invalidate();
  }, 500);
  const subscription = trpc.slices.changes.useSubscription(stream.paused ? skipToken : { lastEventId: stream.after }, {
    onData: ({ id }) => {
      stream.seen(id);
      refresh();
    },
    // what was missed while the connection was away is in the lists, too
    onStarted: refresh,
    onError: (error) => {
      const code = appErrorOf(error)?.code;
      if (code === 'TOO_MANY_STREAMS') notifyError(error);
      if (code === 'UNAUTHENTICATED') rightsChanged(() => subscription.reset());
    },
  });
}
