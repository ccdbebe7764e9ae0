import { keepPreviousData, skipToken } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { SliceEvent } from '#shared/deployment/events';
import type { Deployment } from '#shared/deployment/schema';
import type { Slice } from '#shared/slice';
import { appErrorOf } from '../api/app-error';
import { notifyError } from '../api/error-message';
import { trpc } from '../api/trpc';
import { useRightsChanged } from '../hooks/rights';
import { usePausableStream } from '../hooks/stream-pause';
import { applyEvents, applyToDeployment, mergeEvents, needsSnapshot } from './apply-event';

export type Connection = 'live' | 'reconnecting' | 'lost' | 'off';

export interface LiveSlice {
  slice: Slice | undefined;
  deployment: Deployment | undefined;
  /** What has come since the page was opened, oldest first. */
  events: readonly SliceEvent[];
  connection: Connection;
  error: unknown;
  refetch: () => void;
  reconnect: () => void;
}

/** Events in one go, in ms: a large deploy says hundreds of things a second, and a page need not be drawn for each. */
const gatherMs = 40;

/**
 * A slice as it is now: one snapshot, then every event after it, applied as it comes. After a lost connection the stream
 * goes on behind the last event that was seen.
 */
export function useLiveSlice(sliceId: number): LiveSlice {
  const utils = trpc.useUtils();
  // what keeps it fresh are the events, not the clock
  const snapshot = trpc.slices.get.useQuery({ id: sliceId }, { staleTime: Infinity, refetchOnWindowFocus: false });
  const [events, setEvents] = useState<readonly SliceEvent[]>([]);
  /** The deployment that was fetched contains the events up to this one. */
  const [since, setSince] = useState(0);
  const from = useFirst(snapshot.data?.lastEventId);
  const ended = snapshot.data?.status === 'destroyed' && events.length === 0;

  const gathered = useRef<SliceEvent[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const flush = useCallback(() => {
    timer.current = null;
    const news = gathered.current;
    gathered.current = [];
    setEvents((known) => mergeEvents(known, news));
    const before = utils.slices.get.getData({ id: sliceId });
    if (before === undefined) return;
    const after = applyEvents(before, news);
    utils.slices.get.setData({ id: sliceId }, after);
    if (news.some((event) => needsSnapshot(after, event))) void utils.slices.get.invalidate({ id: sliceId });
    if (news.some(({ data }) => data.type === 'slice.changed' && data.what === 'sharing'))
      void utils.slices.shares.invalidate({ id: sliceId });
    if (news.some(({ data }) => data.type === 'slice.changed' && data.what === 'snapshots'))
      void utils.snapshots.list.invalidate({ sliceId });
    if (news.some(({ data }) => data.type === 'slice.links')) void utils.links.get.invalidate({ id: sliceId });
    if (news.some(({ data }) => data.type === 'slice.network')) void utils.networks.get.invalidate({ id: sliceId });
    const id = after.deployment?.id;
    if (id === undefined) return;
    utils.deployments.get.setData({ id }, (known) => known && news.reduce(applyToDeployment, known));
    // its beginning, its end and its being taken up again change more of it than an event can say
    if (news.some(({ data }) => data.type === 'deployment.status' && data.deploymentId === id)) {
      setSince(after.lastEventId);
      void utils.deployments.get.invalidate({ id });
    }
  }, [utils, sliceId]);
  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current);
      timer.current = null;
      gathered.current = [];
    },
    [],
  );

  const stream = usePausableStream();
  const rightsChanged = useRightsChanged();
  const subscription = trpc.deployments.watch.useSubscription(
    from === undefined || ended || stream.paused ? skipToken : { sliceId, lastEventId: stream.after ?? String(from) },
    {
      onData: ({ id, data }) => {
        stream.seen(id);
        gathered.current.push(data);
        timer.current ??= setTimeout(flush, gatherMs);
      },
      onError(error) {
        const code = appErrorOf(error)?.code;
        if (code === 'TOO_MANY_STREAMS') notifyError(error);
        if (code === 'UNAUTHENTICATED') rightsChanged(() => subscription.reset());
        // it is shared no more: what was seen of it is taken away, too
        if (code === 'NOT_FOUND') void utils.slices.get.reset({ id: sliceId });
      },
    },
  );

  // a snapshot that was asked for before the newest events arrived lacks them
  const slice = useMemo(
    () => (snapshot.data === undefined ? undefined : applyEvents(snapshot.data, events)),
    [snapshot.data, events],
  );
  const deploymentId = slice?.deployment?.id;
  const fetched = trpc.deployments.get.useQuery(deploymentId === undefined ? skipToken : { id: deploymentId }, {
    refetchOnMount: 'always',
    refetchOnWindowFocus: false,
    placeholderData: keepPreviousData,
  });
  const deployment = useMemo(
    () =>
      fetched.data === undefined
        ? undefined
        : events.filter((event) => event.id > since).reduce(applyToDeployment, fetched.data),
    [fetched.data, events, since],
  );

  return {
    slice,
    deployment: deploymentId === undefined ? undefined : deployment,
    events,
    connection: ended ? 'off' : connectionOf(subscription.status),
    error: snapshot.error,
    refetch: () => void snapshot.refetch(),
    reconnect: subscription.reset,
  };
}

function connectionOf(status: 'idle' | 'connecting' | 'pending' | 'error'): Connection {
  if (status === 'pending') return 'live';
  return status === 'error' ? 'lost' : 'reconnecting';
}

/** The first value that was there: the stream begins once, whatever snapshots come later. */
function useFirst(value: number | undefined): number | undefined {
  const [first, setFirst] = useState(value);
  if (first === undefined && value !== undefined) setFirst(value);
  return first;
}
