import { Group, Switch } from '@mantine/core';
import { keepPreviousData } from '@tanstack/react-query';
import { Disc3, Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Image } from '#shared/image';
import { limits } from '#shared/limits';
import { trpc } from '../api/trpc';
import { confirmDestroy } from '../ui/confirm';
import { notifyError } from '../api/error-message';
import { ErrorState } from '../api/ErrorState';
import { ImagesTable } from './ImagesTable';
import { ImageForm } from './ImageForm';
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
  usePageTitle(t('images.title'));
  const mayManage = useSession().can('images:manage');
  const reasons = useCatalogueReasons(mayManage);
  const utils = trpc.useUtils();
  const filters = useFilters();
  const search = filters.get('q');
  const includeRetired = filters.get('retired') !== '';
  const list = trpc.images.list.useInfiniteQuery(
    { limit: limits.pageSize, search: search === '' ? undefined : search, includeRetired },
    { getNextPageParam: (page) => page.nextCursor ?? undefined, placeholderData: keepPreviousData },
  );
  const retire = trpc.images.retire.useMutation({
    onError: notifyError,
    onSettled: () => void utils.images.invalidate(),
  });
  const [panel, setPanel] = useState<{ image: Image | null } | null>(null);
  const close = () => setPanel(null);
  const confirmRetire = (image: Image) =>
    confirmDestroy({
      title: t('images.retire.title', { name: image.name }),
      goes: [t('images.retire.goes', { name: image.name })],
      stays: t('images.retire.stays'),
      confirmLabel: t('images.retire.confirm'),
      onConfirm: () => retire.mutate({ id: image.id }),
    });

  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const filtered = search !== '' || includeRetired;
  return (
    <>
      <PageHeader
        title={t('images.title')}
        description={t('images.description')}
        action={
          <ActionButton
            leftSection={<Plus size={16} />}
            disabledReason={reasons.create}
            onClick={() => setPanel({ image: null })}
          >
            {t('images.new')}
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
            <SearchField label={t('images.search')} value={search} onChange={(q) => filters.set({ q })} />
            <Switch
              label={t('showRetired')}
              checked={includeRetired}
              onChange={(event) => filters.set({ retired: event.currentTarget.checked ? '1' : null })}
            />
          </Group>
          {rows.length > 0 ? (
            <ImagesTable
              images={rows}
              partial={list.hasNextPage}
              mayManage={mayManage}
              onEdit={(image) => setPanel({ image })}
              onRetire={confirmRetire}
            />
          ) : filtered ? (
            <NoMatch search={search} onClear={() => filters.set({ q: null, retired: null })} />
          ) : (
            <EmptyState icon={Disc3} title={t('images.empty.title')}>
              {t('images.empty.text')}
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
        title={panel?.image === null ? t('images.new') : t('images.edit')}
      >
        {panel === null ? null : <ImageForm image={panel.image} onDone={close} />}
      </SidePanel>
    </>
  );
}
