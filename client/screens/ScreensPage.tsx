import { Anchor, Group, Select, Stack, Text, Title } from '@mantine/core';
import { useInViewport } from '@mantine/hooks';
import { MonitorPlay } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { screensEveryMs } from '#shared/screens';
import { sliceSets, type SliceSummary } from '#shared/slice';
import { keyset, listedPages } from '../api/keyset';
import { trpc } from '../api/trpc';
import { consoleId } from '../console/console-id';
import { Unavailable } from '../figures/Unavailable';
import { useFilters, type Filters } from '../hooks/filters';
import { idFilter } from '../hooks/id-filter';
import { useSession } from '../hooks/session';
import { ListPage } from '../layouts/ListPage';
import { SetTabs } from '../sharing/SetTabs';
import { useSliceChanges } from '../slices/slice-changes';
import { SliceStatusBadge } from '../slices/status-badges';
import { consoleWindow } from '../slices/use-slice-place';
import { TemplateSelect, useTemplateChoice } from '../templates/TemplateSelect';
import { EmptyState } from '../ui/EmptyState';
import { LoadingRows } from '../ui/LoadingRows';
import { SearchField } from '../ui/SearchField';
import { byName } from '../ui/sort';
import { UserSelect } from '../users/UserSelect';
import { ScreenCard } from './ScreenCard';
import classes from './screens.module.css';

/** So many slices come at once; only those that can be seen are looked at. */
const slicesPerPage = 10;

/** What they are narrowed to, beside whose they are. */
const narrowedBy = ['q', 'owner', 'template', 'zone'] as const;
const nothing = Object.fromEntries(narrowedBy.map((name) => [name, null]));

/** What is on the screens of all slices that one may look at: for who teaches, and who answers for them. */
export function Component() {
  const { t } = useTranslation(['figures', 'sharing', 'slices']);
  const session = useSession();
  const filters = useFilters();
  useSliceChanges();
  const search = filters.get('q');
  const sets = sliceSets.filter((set) => set !== 'everyone' || session.can('slices:see-all'));
  const of = sets.find((set) => set === filters.get('of')) ?? 'all';
  const narrowed = {
    // whose one’s own are is known
    ownerId: of === 'everyone' ? idFilter(filters.get('owner')) : undefined,
    templateId: idFilter(filters.get('template')),
    zoneId: idFilter(filters.get('zone')),
  };
  const list = trpc.slices.list.useInfiniteQuery(
    { limit: slicesPerPage, search: search === '' ? undefined : search, of, ...narrowed },
    keyset,
  );
  const isNarrowed = search !== '' || Object.values(narrowed).some((id) => id !== undefined);
  return (
    <ListPage
      title={t('screens.title')}
      description={t('screens.description')}
      list={listedPages(list)}
      loading={{ rows: 3, height: 200 }}
      filtersLabel={t('slices:list.filters')}
      filters={(worthwhile) => (
        <>
          <SetTabs
            sets={sets}
            value={of}
            onChange={(set) => filters.set({ of: set === 'all' ? null : set, owner: null }, { push: true })}
          />
          {worthwhile ? (
            <>
              <SearchField label={t('slices:list.search')} value={search} onChange={(q) => filters.set({ q })} />
              <ScreenFilters filters={filters} narrowed={narrowed} withOwner={of === 'everyone'} />
            </>
          ) : null}
        </>
      )}
      narrowed={isNarrowed ? { search, clear: () => filters.set(nothing) } : null}
      empty={
        <EmptyState icon={MonitorPlay} title={t('screens.empty')}>
          {t('screens.emptyText')}
        </EmptyState>
      }
    >
      {(slices) => (
        <div>
          {slices.map((slice) => (
            <ScreensOf key={slice.id} slice={slice} />
          ))}
        </div>
      )}
    </ListPage>
  );
}

interface ScreenFiltersProps {
  filters: Filters;
  narrowed: Record<'ownerId' | 'templateId' | 'zoneId', number | undefined>;
  withOwner: boolean;
}

function ScreenFilters({ filters, narrowed: { ownerId, templateId, zoneId }, withOwner }: ScreenFiltersProps) {
  const { t, i18n } = useTranslation('figures');
  const template = useTemplateChoice(templateId === undefined ? '' : String(templateId));
  const zones = trpc.zones.list.useQuery();
  const width = { base: '100%', xs: 170 };
  return (
    <>
      <TemplateSelect
        choice={template}
        aria-label={t('screens.template')}
        placeholder={t('screens.anyTemplate')}
        clearable
        value={templateId === undefined ? null : String(templateId)}
        onChange={(id) => filters.set({ template: id })}
        w={width}
      />
      <Select
        aria-label={t('screens.zone')}
        placeholder={t('screens.anyZone')}
        clearable
        value={zoneId === undefined ? null : String(zoneId)}
        onChange={(id) => filters.set({ zone: id })}
        data={(zones.data?.items ?? [])
          .toSorted(byName(i18n.language))
          .map(({ id, name }) => ({ value: String(id), label: name }))}
        w={width}
      />
      {withOwner ? (
        <UserSelect
          aria-label={t('screens.owner')}
          placeholder={t('screens.anybody')}
          clearable
          value={ownerId ?? null}
          onChange={(id) => filters.set({ owner: id === null ? null : String(id) })}
          w={width}
        />
      ) : null}
    </>
  );
}

function ScreensOf({ slice }: { slice: SliceSummary }) {
  const { t } = useTranslation(['figures', 'slices']);
  const { ref, inViewport } = useInViewport();
  const runs = slice.vmsRunning > 0;
  const query = trpc.slices.screens.useQuery(
    { id: slice.id },
    { enabled: runs && inViewport, refetchInterval: screensEveryMs, staleTime: 0 },
  );
  const screens = query.data?.screens ?? [];
  const left = slice.vms - screens.length;
  return (
    <section ref={ref} className={classes.slice} aria-labelledby={`slice-${slice.id}`}>
      <Stack gap="xs">
        <Group gap="xs">
          <Title order={2} size="h4" id={`slice-${slice.id}`} style={{ overflowWrap: 'anywhere' }}>
            <Anchor component={Link} to={`/slices/${slice.id}?tab=screens`} inherit>
              {slice.name}
            </Anchor>
          </Title>
          <SliceStatusBadge status={slice.status} />
          <Text size="xs" c="dimmed">
            {t('screens.of', { owner: slice.owner.name, zone: slice.zone.name })}
          </Text>
        </Group>
        {!runs ? (
          <Text size="sm" c="dimmed">
            {t('screens.nothingRuns')}
          </Text>
        ) : query.isError ? (
          <Unavailable error={query.error} onRetry={() => void query.refetch()} />
        ) : query.data === undefined ? (
          <LoadingRows rows={1} height={180} />
        ) : (
          <ul className={classes.grid} aria-label={t('screens.listOf', { name: slice.name })}>
            {screens.map((screen) => (
              <ScreenCard key={screen.vm.id} screen={screen} of={slice.status}>
                {(label) => {
                  const id = consoleId(screen.vm.id, screen.kind);
                  return <Link className={classes.open} aria-label={label} to={consoleWindow(slice.id, [id], id)} />;
                }}
              </ScreenCard>
            ))}
          </ul>
        )}
        {runs && screens.length > 0 && left > 0 ? (
          <Anchor component={Link} to={`/slices/${slice.id}?tab=screens`} size="sm">
            {t('screens.more', { count: left })}
          </Anchor>
        ) : null}
      </Stack>
    </section>
  );
}
