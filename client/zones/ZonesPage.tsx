import { Stack } from '@mantine/core';
import { MapPin, Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Zone } from '#shared/zone';
import { trpc } from '../api/trpc';
import { confirmDestroy } from '../ui/confirm';
import { notifyDone, notifyError } from '../api/error-message';
import { ErrorState } from '../api/ErrorState';
import { ZoneCard } from './ZoneCard';
import { ZoneForm } from './ZoneForm';
import { usePageTitle } from '../hooks/page-title';
import { useSession } from '../hooks/session';
import { useSliceChanges } from '../slices/slice-changes';
import { ActionButton } from '../ui/ActionButton';
import { EmptyState } from '../ui/EmptyState';
import { LoadingRows } from '../ui/LoadingRows';
import { PageHeader } from '../ui/PageHeader';
import { SidePanel } from '../ui/SidePanel';

export function Component() {
  const { t } = useTranslation('catalogue');
  usePageTitle(t('zones.title'));
  const mayManage = useSession().can('zones:manage');
  const utils = trpc.useUtils();
  const zones = trpc.zones.list.useQuery();
  useSliceChanges();
  const changed = () => void utils.zones.invalidate();
  const refresh = trpc.zones.refresh.useMutation({
    onSuccess: () => notifyDone(t('zones.refreshed')),
    onError: notifyError,
    onSettled: changed,
  });
  const remove = trpc.zones.delete.useMutation({ onError: notifyError, onSettled: changed });
  const [panel, setPanel] = useState<{ zone: Zone | null } | null>(null);
  const close = () => setPanel(null);
  const confirmDelete = (zone: Zone) =>
    confirmDestroy({
      title: t('zones.delete.title', { name: zone.name }),
      goes: [t('zones.delete.goes', { name: zone.name })],
      stays: t('zones.delete.stays'),
      confirmLabel: t('zones.delete.confirm'),
      onConfirm: () => remove.mutate({ id: zone.id }),
    });

  return (
    <>
      <PageHeader
        title={t('zones.title')}
        description={t('zones.description')}
        action={
          <ActionButton
            leftSection={<Plus size={16} />}
            disabledReason={mayManage ? null : t('adminsOnly')}
            onClick={() => setPanel({ zone: null })}
          >
            {t('zones.new')}
          </ActionButton>
        }
      />
      {zones.isPending ? (
        <LoadingRows rows={2} height={260} />
      ) : zones.data === undefined ? (
        <ErrorState error={zones.error} onRetry={() => void zones.refetch()} />
      ) : zones.data.items.length === 0 ? (
        <EmptyState icon={MapPin} title={t('zones.empty.title')}>
          {t('zones.empty.text')}
        </EmptyState>
      ) : (
        <Stack>
          {zones.data.items.map((zone) => (
            <ZoneCard
              key={zone.id}
              zone={zone}
              mayManage={mayManage}
              refreshing={refresh.isPending && refresh.variables.id === zone.id}
              onRefresh={({ id }) => refresh.mutate({ id })}
              onEdit={(target) => setPanel({ zone: target })}
              onDelete={confirmDelete}
            />
          ))}
        </Stack>
      )}
      <SidePanel
        opened={panel !== null}
        onClose={close}
        title={panel?.zone === null ? t('zones.new') : t('zones.edit')}
      >
        {panel === null ? null : <ZoneForm zone={panel.zone} onDone={close} />}
      </SidePanel>
    </>
  );
}
