import { Button, Select, Switch } from '@mantine/core';
import { Boxes, MonitorPlay, Plus, Users } from 'lucide-react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { limits } from '#shared/limits';
import { sliceMarks, sliceSets } from '#shared/slice';
import { sliceStatuses } from '#shared/slice-status';
import { trpc } from '../api/trpc';
import { keyset, listedPages } from '../api/keyset';
import { SetTabs } from '../sharing/SetTabs';
import { BulkActions } from './BulkActions';
import { BulkResults } from './BulkResults';
import { SlicesTable } from './SlicesTable';
import { SliceCreateDrawer } from './slice-create';
import { useFilters } from '../hooks/filters';
import { usePanel } from '../hooks/panel';
import { useSession } from '../hooks/session';
import { useSelection } from '../hooks/selection';
import { rowSelection } from '../ui/row-selection';
import { useSliceChanges } from './slice-changes';
import { useBulk } from './use-bulk';
import { EmptyState } from '../ui/EmptyState';
import { ListPage } from '../layouts/ListPage';
import { SearchField } from '../ui/SearchField';

export function Component() {
  const { t } = useTranslation(['common', 'sharing', 'slices']);
  const session = useSession();
  const filters = useFilters();
  const panel = usePanel(['new']);
  useSliceChanges();

  const search = filters.get('q');
  const status = sliceStatuses.find((known) => known === filters.get('status'));
  const seesAll = session.can('slices:see-all');
  const sets = sliceSets.filter((set) => set !== 'everyone' || seesAll);
  const of = sets.find((set) => set === filters.get('of')) ?? 'mine';
  const mark = sliceMarks.find((known) => known === filters.get('mark'));
  const includeDestroyed = filters.get('destroyed') !== '';
  const list = trpc.slices.list.useInfiniteQuery(
    {
      limit: limits.pageSize,
      search: search === '' ? undefined : search,
      status,
      of,
      mark,
      includeDestroyed: includeDestroyed || status === 'destroyed',
    },
    keyset,
  );
  const filtered = search !== '' || status !== undefined || includeDestroyed || mark !== undefined;

  const listed = listedPages(list);
  const rows = useMemo(() => (listed.rows ?? []).filter(({ status: now }) => now !== 'destroyed'), [listed.rows]);
  const selection = useSelection(rows);
  const bulk = useBulk(selection.clear);
  const newButton = (
    <Button leftSection={<Plus size={16} />} onClick={() => panel.open('new')}>
      {t('sliceList.new')}
    </Button>
  );
  return (
    <ListPage
      title={t('sliceList.title')}
      description={t('slices:list.description')}
      action={
        <>
          <Button component={Link} to="/screens" variant="default" leftSection={<MonitorPlay size={16} />}>
            {t('slices:list.screens')}
          </Button>
          {newButton}
        </>
      }
      list={listed}
      loading={{ rows: 6 }}
      notice={bulk.last === null ? null : <BulkResults {...bulk.last} onClose={bulk.close} />}
      filtersLabel={t('slices:list.filters')}
      filters={(worthwhile) => (
        <>
          <SetTabs
            sets={sets}
            value={of}
            onChange={(set) => filters.set({ of: set === 'mine' ? null : set }, { push: true })}
          />
          {worthwhile ? (
            <>
              <SearchField label={t('slices:list.search')} value={search} onChange={(q) => filters.set({ q })} />
              <Select
                aria-label={t('slices:list.status')}
                placeholder={t('slices:list.anyStatus')}
                clearable
                value={status ?? null}
                onChange={(value) => filters.set({ status: value })}
                data={sliceStatuses.map((value) => ({ value, label: t(`status.slice.${value}`) }))}
                w={{ base: '100%', xs: 170 }}
              />
            </>
          ) : null}
          <Select
            aria-label={t('slices:list.mark')}
            placeholder={t('slices:list.anyMark')}
            clearable
            value={mark ?? null}
            onChange={(value) => filters.set({ mark: value })}
            data={sliceMarks.map((value) => ({ value, label: t(`slices:list.marked.${value}`) }))}
            w={{ base: '100%', xs: 170 }}
          />
          <Switch
            label={t('slices:list.destroyed')}
            checked={includeDestroyed}
            onChange={(event) => filters.set({ destroyed: event.currentTarget.checked ? '1' : null })}
          />
        </>
      )}
      narrowed={
        filtered ? { search, clear: () => filters.set({ q: null, status: null, destroyed: null, mark: null }) } : null
      }
      empty={
        of === 'shared' ? (
          <EmptyState icon={Users} title={t('sharing:empty.title.slices')}>
            {t('sharing:empty.shared.slices')}
          </EmptyState>
        ) : (
          <EmptyState icon={Boxes} title={t('slices:list.empty.title')} action={newButton}>
            {t('slices:list.empty.text')}
          </EmptyState>
        )
      }
      panels={
        <SliceCreateDrawer
          opened={panel.name === 'new'}
          onClose={panel.close}
          // `?panel=new-12` begins with template 12
          templateId={panel.id ?? undefined}
        />
      }
    >
      {(shown, partial) => (
        <>
          <BulkActions slices={selection.rows} pending={bulk.pending} onStart={bulk.start} onClear={selection.clear} />
          <SlicesTable
            slices={shown}
            partial={partial}
            withOwner={of !== 'mine'}
            selection={rowSelection({
              ...selection.table,
              labelOf: ({ name }) => t('slices:bulk.choose', { name }),
              labelOfAll: t('slices:bulk.chooseAll'),
            })}
          />
        </>
      )}
    </ListPage>
  );
}
