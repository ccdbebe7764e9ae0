import { Group, Switch } from '@mantine/core';
import { keepPreviousData } from '@tanstack/react-query';
import { Cpu, Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Flavour } from '#shared/flavour';
import { limits } from '#shared/limits';
import { trpc } from '../api/trpc';
import { confirmDestroy } from '../ui/confirm';
import { notifyError } from '../api/error-message';
import { ErrorState } from '../api/ErrorState';
import { FlavoursTable } from './FlavoursTable';
import { FlavourForm } from './FlavourForm';
import { useCatalogueReasons } from './catalogue-reasons';
import { useFilters } from '../hooks/filters';
import { usePageTitle } from '../hooks/page-title';
import { useSession } from '../hooks/session';
import { ActionButton } from '../ui/ActionButton';
import { EmptyState } from '../ui/EmptyState';
import { LoadingRows } from '../ui/LoadingRows';
import { MoreButton } from '../ui/MoreButton';
import { NoMatch } from '../ui/NoMatch';
import { PageHeader } from '../ui/PageHeader';
import { SearchField } from '../ui/SearchField';
import { SidePanel } from '../ui/SidePanel';

export function Component() {
  const { t } = useTranslation('catalogue');
  usePageTitle(t('flavours.title'));
  const mayManage = useSession().can('flavours:manage');
  const reasons = useCatalogueReasons(mayManage);
  const utils = trpc.useUtils();
  const filters = useFilters();
  const search = filters.get('q');
  const includeRetired = filters.get('retired') !== '';
  const list = trpc.flavours.list.useInfiniteQuery(
    { limit: limits.pageSize, search: search === '' ? undefined : search, includeRetired },
    { getNextPageParam: (page) => page.nextCursor ?? undefined, placeholderData: keepPreviousData },
  );
  const retire = trpc.flavours.retire.useMutation({
    onError: notifyError,
    onSettled: () => void utils.flavours.invalidate(),
  });
  const [panel, setPanel] = useState<{ flavour: Flavour | null } | null>(null);
  const close = () => setPanel(null);
  const confirmRetire = (flavour: Flavour) =>
    confirmDestroy({
      title: t('flavours.retire.title', { name: flavour.name }),
      goes: [t('flavours.retire.goes', { name: flavour.name })],
      stays: t('flavours.retire.stays'),
      confirmLabel: t('flavours.retire.confirm'),
      onConfirm: () => retire.mutate({ id: flavour.id }),
    });

  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const filtered = search !== '' || includeRetired;
  return (
    <>
      <PageHeader
        title={t('flavours.title')}
        description={t('flavours.description')}
        action={
          <ActionButton
            leftSection={<Plus size={16} />}
            disabledReason={reasons.create}
            onClick={() => setPanel({ flavour: null })}
          >
            {t('flavours.new')}
          </ActionButton>
        }
      />
      {list.isPending ? (
        <LoadingRows rows={7} />
      ) : list.isError && list.data === undefined ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : (
        <>
          <Group mb="sm">
            <SearchField label={t('flavours.search')} value={search} onChange={(q) => filters.set({ q })} />
            <Switch
              label={t('showRetired')}
              checked={includeRetired}
              onChange={(event) => filters.set({ retired: event.currentTarget.checked ? '1' : null })}
            />
          </Group>
          {rows.length > 0 ? (
            <FlavoursTable
              flavours={rows}
              partial={list.hasNextPage}
              mayManage={mayManage}
              onEdit={(flavour) => setPanel({ flavour })}
              onRetire={confirmRetire}
            />
          ) : filtered ? (
            <NoMatch search={search} onClear={() => filters.set({ q: null, retired: null })} />
          ) : (
            <EmptyState icon={Cpu} title={t('flavours.empty.title')}>
              {t('flavours.empty.text')}
            </EmptyState>
          )}
          <MoreButton
            more={list.hasNextPage}
            loading={list.isFetchingNextPage}
            onClick={() => void list.fetchNextPage()}
          />
        </>
      )}
      <SidePanel
        opened={panel !== null}
        onClose={close}
        title={panel?.flavour === null ? t('flavours.new') : t('flavours.edit')}
      >
        {panel === null ? null : <FlavourForm flavour={panel.flavour} onDone={close} />}
      </SidePanel>
    </>
  );
}
