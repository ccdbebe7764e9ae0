import { useEffect, useMemo } from 'react';
import { eventsOfDeployment, type SliceEvent } from '#shared/deployment/events';
import type { Deployment } from '#shared/deployment/schema';
import { limits } from '#shared/limits';
import { pastOfStream } from '../../api/keyset';
import { trpc } from '../../api/trpc';
import { mergeEvents } from '../apply-event';

/** Pages that are read unasked, to know when the attempts of steps began. */
const unaskedPages = 20;

export interface DeploymentHistory {
  /** Oldest first, as far as they have been read. */
  events: readonly SliceEvent[];
  isPending: boolean;
  error: unknown;
  retry: () => void;
  /** Reads on; null where there is no more, `loading` while it does. */
  more: (() => void) | null;
  loading: boolean;
}

/** What happened while a deployment went on, with what comes while one looks. */
export function useDeploymentEvents(deployment: Deployment, live: readonly SliceEvent[]): DeploymentHistory {
  const { id, createdAt, steps } = deployment;
  const query = trpc.deployments.events.useInfiniteQuery({ id, limit: limits.pageSize }, pastOfStream);
  const { data, hasNextPage, isFetching, fetchNextPage } = query;
  const isWanted = steps.some(({ attempts }) => attempts > 1) && (data?.pages.length ?? 0) < unaskedPages;
  useEffect(() => {
    if (isWanted && hasNextPage && !isFetching) void fetchNextPage();
  }, [isWanted, hasNextPage, isFetching, fetchNextPage]);
  const events = useMemo(() => {
    const past = data?.pages.flatMap((page) => page.items) ?? [];
    // what came while one looks is after what is still to be read
    const news = hasNextPage ? [] : live.filter(({ at }) => at >= createdAt);
    return eventsOfDeployment(mergeEvents(past, news), id).events;
  }, [data, hasNextPage, live, createdAt, id]);
  return {
    events,
    isPending: query.isPending,
    error: query.error,
    retry: () => void query.refetch(),
    more: hasNextPage ? () => void fetchNextPage() : null,
    loading: query.isFetchingNextPage,
  };
}
