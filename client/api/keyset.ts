import { keepPreviousData } from '@tanstack/react-query';

/** How every list of the API is read page after page; what is shown stays until the answer to other filters is there. */
export const keyset = {
  getNextPageParam: (page: { nextCursor: string | null }) => page.nextCursor ?? undefined,
  placeholderData: keepPreviousData,
};

/** How the past of what a stream goes on with is read: anew each time, and not again by itself while one looks. */
export const pastOfStream = {
  getNextPageParam: keyset.getNextPageParam,
  initialCursor: null,
  // the stream goes on from here, so it has to begin with what is so now
  gcTime: 0,
  staleTime: Infinity,
  refetchOnMount: 'always',
  refetchOnWindowFocus: false,
  refetchOnReconnect: false,
} as const;

/** A list as a page shows it, wherever its rows come from. */
export interface Listed<Row> {
  /** Undefined until the first answer. */
  rows: readonly Row[] | undefined;
  /** What kept the first rows from coming; null while they are on their way, or here. */
  error: unknown;
  retry: () => void;
  /** There are more rows than these. */
  partial: boolean;
  loadingMore: boolean;
  loadMore: () => void;
}

interface PagesQuery<Row> {
  data: { pages: readonly { items: readonly Row[] }[] } | undefined;
  error: unknown;
  refetch: () => Promise<unknown>;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => Promise<unknown>;
}

/** The rows of an infinite query that was asked with `keyset`. */
export function listedPages<Row>(query: PagesQuery<Row>): Listed<Row> {
  return {
    rows: query.data?.pages.flatMap((page) => page.items),
    error: query.error,
    retry: () => void query.refetch(),
    partial: query.hasNextPage,
    loadingMore: query.isFetchingNextPage,
    loadMore: () => void query.fetchNextPage(),
  };
}

interface WholeQuery<Row> {
  data: { items: readonly Row[] } | undefined;
  error: unknown;
  refetch: () => Promise<unknown>;
}

/** The rows of a list that comes whole. */
export function listedWhole<Row>(query: WholeQuery<Row>): Listed<Row> {
  return {
    rows: query.data?.items,
    error: query.error,
    retry: () => void query.refetch(),
    partial: false,
    loadingMore: false,
    loadMore: () => undefined,
  };
}
