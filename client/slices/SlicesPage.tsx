import { Button, Group, Select, Switch } from '@mantine/core';
import { keepPreviousData } from '@tanstack/react-query';
import { Boxes, Plus, Users } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { limits } from '#shared/limits';
import { sliceSets } from '#shared/slice';
import { sliceStatuses } from '#shared/slice-status';
import { trpc } from '../api/trpc';
import { ErrorState } from '../api/ErrorState';
import { SetTabs } from '../sharing/SetTabs';
import { SlicesTable } from './SlicesTable';
import { SliceCreateDrawer } from './slice-create';
import { useFilters } from '../hooks/filters';
import { usePageTitle } from '../hooks/page-title';
import { useSession } from '../hooks/session';
import { useSliceChanges } from './slice-changes';
import { EmptyState } from '../ui/EmptyState';
import { LoadingRows } from '../ui/LoadingRows';
import { MoreButton } from '../ui/MoreButton';
import { NoMatch } from '../ui/NoMatch';
import { PageHeader } from '../ui/PageHeader';
import { SearchField } from '../ui/SearchField';

/** `?template=ID` opens the panel with this template, `?new` without one. */
function useCreatePanel(filters: ReturnType<typeof useFilters>) {
  const wanted = filters.get('template');
  const templateId = /^[1-9]\d{0,14}$/.test(wanted) ? Number(wanted) : undefined;
  return {
    opened: templateId !== undefined || filters.get('new') !== '',
    templateId,
    open: () => filters.set({ new: '1' }),
    close: () => filters.set({ new: null, template: null }),
  };
}

export function Component() {
  const { t } = useTranslation(['common', 'sharing']);
  usePageTitle(t('sliceList.title'));
  const session = useSession();
  const filters = useFilters();
  const panel = useCreatePanel(filters);
  useSliceChanges();

  const search = filters.get('q');
  const status = sliceStatuses.find((known) => known === filters.get('status'));
  const seesAll = session.can('slices:see-all');
  const sets = sliceSets.filter((set) => set !== 'everyone' || seesAll);
  const of = sets.find((set) => set === filters.get('of')) ?? 'mine';
  const includeDestroyed = filters.get('destroyed') !== '';
  const list = trpc.slices.list.useInfiniteQuery(
    {
      limit: limits.pageSize,
      search: search === '' ? undefined : search,
      status,
      of,
      includeDestroyed: includeDestroyed || status === 'destroyed',
    },
    { getNextPageParam: (page) => page.nextCursor ?? undefined, placeholderData: keepPreviousData },
  );
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const filtered = search !== '' || status !== undefined || includeDestroyed;

  const newButton = (
    <Button leftSection={<Plus size={16} />} onClick={panel.open}>
      {t('sliceList.new')}
    </Button>
  );
  return (
    <>
      <PageHeader title={t('sliceList.title')} description={t('sliceList.description')} action={newButton} />
      {list.isPending ? (
        <LoadingRows rows={6} />
      ) : list.isError && list.data === undefined ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : (
        <>
          <Group mb="sm" gap="sm" role="group" aria-label={t('sliceList.filters')}>
            <SetTabs sets={sets} value={of} onChange={(set) => filters.set({ of: set === 'mine' ? null : set })} />
            {rows.length === 0 && !filtered ? null : (
              <>
                <SearchField label={t('sliceList.search')} value={search} onChange={(q) => filters.set({ q })} />
                <Select
                  aria-label={t('sliceList.status')}
                  placeholder={t('sliceList.anyStatus')}
                  clearable
                  value={status ?? null}
                  onChange={(value) => filters.set({ status: value })}
                  data={sliceStatuses.map((value) => ({ value, label: t(`status.slice.${value}`) }))}
                  w={{ base: '100%', xs: 170 }}
                />
              </>
            )}
            <Switch
              label={t('sliceList.destroyed')}
              checked={includeDestroyed}
              onChange={(event) => filters.set({ destroyed: event.currentTarget.checked ? '1' : null })}
            />
          </Group>
          {rows.length > 0 ? (
            <SlicesTable slices={rows} partial={list.hasNextPage} withOwner={of !== 'mine'} />
          ) : filtered ? (
            <NoMatch search={search} onClear={() => filters.set({ q: null, status: null, destroyed: null })} />
          ) : of === 'shared' ? (
            <EmptyState icon={Users} title={t('sharing:empty.title.slices')}>
              {t('sharing:empty.shared.slices')}
            </EmptyState>
          ) : (
            <EmptyState icon={Boxes} title={t('sliceList.empty.title')} action={newButton}>
              {t('sliceList.empty.text')}
            </EmptyState>
          )}
          <MoreButton
            more={list.hasNextPage}
            loading={list.isFetchingNextPage}
            onClick={() => void list.fetchNextPage()}
          />
        </>
      )}
      <SliceCreateDrawer opened={panel.opened} onClose={panel.close} templateId={panel.templateId} />
    </>
  );
}
