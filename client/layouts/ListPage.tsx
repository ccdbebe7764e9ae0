import { Group } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Listed } from '../api/keyset';
import { ErrorState } from '../api/ErrorState';
import { usePageTitle } from '../hooks/page-title';
import { LoadingRows } from '../ui/LoadingRows';
import { MoreButton } from '../ui/MoreButton';
import { NoMatch } from '../ui/NoMatch';
import { PageHeader } from '../ui/PageHeader';

export interface ListStatesProps<Row> {
  list: Listed<Row>;
  /** How many rows of which height hold the place while they load. */
  loading?: { rows: number; height?: number } | undefined;
  /** The search, if any, and what takes it and all filters off; null while nothing is left out. */
  narrowed?: { search: string; clear: () => void } | null;
  /** What stands there when there is nothing at all. */
  empty: ReactNode;
  /** The table. `partial`: more rows exist than these. */
  children: (rows: readonly Row[], partial: boolean) => ReactNode;
}

/** The states that every list has: on its way, failed, empty, nothing found, rows, more rows. */
export function ListStates<Row>({ list, loading, narrowed = null, empty, children }: ListStatesProps<Row>) {
  if (list.rows === undefined)
    return list.error === null ? <LoadingRows {...loading} /> : <ErrorState error={list.error} onRetry={list.retry} />;
  if (list.rows.length > 0)
    return (
      <>
        {children(list.rows, list.partial)}
        <MoreButton more={list.partial} loading={list.loadingMore} onClick={list.loadMore} />
      </>
    );
  return narrowed === null ? empty : <NoMatch search={narrowed.search} onClear={narrowed.clear} />;
}

export interface ListPageProps<Row> extends ListStatesProps<Row> {
  title: string;
  description: ReactNode;
  /** The page's one primary action, and what little stands beside it. */
  action?: ReactNode;
  /** Names the group of filters. */
  filtersLabel?: string | undefined;
  /** What the list is narrowed by, over it. `worthwhile` is false where nothing could be narrowed. */
  filters?: ((worthwhile: boolean) => ReactNode) | undefined;
  /** Between heading and filters. */
  notice?: ReactNode;
  /** What opens beside the list. */
  panels?: ReactNode;
}

/** A page that is a list: heading, filters, the list in whichever state it is, and its panels. */
export function ListPage<Row>(props: ListPageProps<Row>) {
  const { title, description, action, filters, filtersLabel, notice, panels, ...states } = props;
  usePageTitle(title);
  const { rows, error } = states.list;
  const worthwhile = rows === undefined || rows.length > 0 || (states.narrowed ?? null) !== null;
  return (
    <>
      <PageHeader title={title} description={description} action={action} />
      {notice}
      {filters === undefined || (rows === undefined && error !== null) ? null : (
        <Group mb="sm" gap="sm" role="group" aria-label={filtersLabel}>
          {filters(worthwhile)}
        </Group>
      )}
      <ListStates {...states} />
      {panels}
    </>
  );
}
