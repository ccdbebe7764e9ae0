import { Button, Stack, Title } from '@mantine/core';
import { Hourglass, MapPin, Plus } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import type { Zone } from '#shared/zone';
import { trpc } from '../api/trpc';
import { confirmDestroy } from '../ui/confirm';
import { notifyDone, notifyError } from '../api/error-message';
import { ZoneCard } from './ZoneCard';
import { ZoneForm } from './ZoneForm';
import { ZoneLeftovers } from './ZoneLeftovers';
import { ZoneServer } from './ZoneServer';
import { listedWhole } from '../api/keyset';
import { usePanel } from '../hooks/panel';
import { ListPage } from '../layouts/ListPage';
import { useSession } from '../hooks/session';
import { useSliceChanges } from '../slices/slice-changes';
import { ActionButton } from '../ui/ActionButton';
import { EmptyState } from '../ui/EmptyState';
import { LoadingRows } from '../ui/LoadingRows';
import { SidePanel } from '../ui/SidePanel';
import { byName } from '../ui/sort';
import classes from './ZoneCard.module.css';

const ZoneFigures = lazy(async () => ({ default: (await import('../figures/ZoneFigures')).ZoneFigures }));
const LeaseLimitsPanel = lazy(async () => ({ default: (await import('../leases/LeaseLimitsPanel')).LeaseLimitsPanel }));

export function Component() {
  const { t, i18n } = useTranslation(['catalogue', 'leases']);
  const mayManage = useSession().can('zones:manage');
  const utils = trpc.useUtils();
  // that a server went away, or has come back, is no event of a slice
  const zones = trpc.zones.list.useQuery(undefined, { refetchInterval: 15_000 });
  useSliceChanges();
  const changed = () => void utils.zones.invalidate();
  const refresh = trpc.zones.refresh.useMutation({
    onSuccess: () => notifyDone(t('zones.refreshed')),
    onError: notifyError,
    onSettled: changed,
  });
  const remove = trpc.zones.delete.useMutation({ onError: notifyError, onSettled: changed });
  const panel = usePanel(['new', 'edit', 'server', 'leftovers', 'leases']);
  const edited = panel.name === 'edit' ? zones.data?.items.find((zone) => zone.id === panel.id) : undefined;
  const moved = panel.name === 'server' ? zones.data?.items.find((zone) => zone.id === panel.id) : undefined;
  const cleared = panel.name === 'leftovers' ? zones.data?.items.find((zone) => zone.id === panel.id) : undefined;
  const shown = !mayManage ? undefined : panel.name === 'new' ? null : edited;
  const confirmDelete = (zone: Zone) =>
    confirmDestroy({
      title: t('zones.delete.title', { name: zone.name }),
      goes: [t('zones.delete.goes', { name: zone.name })],
      stays: t('zones.delete.stays'),
      confirmLabel: t('zones.delete.confirm'),
      onConfirm: () => remove.mutate({ id: zone.id }),
    });

  return (
    <ListPage
      title={t('zones.title')}
      description={t('zones.description')}
      action={
        <>
          {mayManage ? (
            <Button variant="default" leftSection={<Hourglass size={16} />} onClick={() => panel.open('leases')}>
              {t('leases:limits.open')}
            </Button>
          ) : null}
          <ActionButton
            leftSection={<Plus size={16} />}
            disabledReason={mayManage ? null : t('adminsOnly')}
            onClick={() => panel.open('new')}
          >
            {t('zones.new')}
          </ActionButton>
        </>
      }
      list={listedWhole(zones)}
      loading={{ rows: 2, height: 260 }}
      empty={
        <EmptyState icon={MapPin} title={t('zones.empty.title')}>
          {t('zones.empty.text')}
        </EmptyState>
      }
      panels={
        <>
          <SidePanel
            opened={shown !== undefined}
            onClose={panel.close}
            title={shown === null ? t('zones.new') : t('zones.edit')}
          >
            {shown === undefined ? null : <ZoneForm key={shown?.id} zone={shown} onDone={panel.close} />}
          </SidePanel>
          <SidePanel
            opened={mayManage && panel.name === 'leases'}
            onClose={panel.close}
            title={t('leases:limits.panel')}
          >
            {mayManage && panel.name === 'leases' ? (
              <Suspense fallback={<LoadingRows rows={6} height={40} />}>
                <LeaseLimitsPanel />
              </Suspense>
            ) : null}
          </SidePanel>
          <SidePanel
            opened={mayManage && moved !== undefined}
            onClose={panel.close}
            title={t('zones.server.title', { name: moved?.name ?? '' })}
          >
            {moved === undefined ? null : <ZoneServer key={moved.id} zone={moved} onDone={panel.close} />}
          </SidePanel>
          <SidePanel
            opened={mayManage && cleared !== undefined}
            onClose={panel.close}
            title={t('zones.leftovers.title', { name: cleared?.name ?? '' })}
          >
            {cleared === undefined ? null : <ZoneLeftovers key={cleared.id} zone={cleared} />}
          </SidePanel>
        </>
      }
    >
      {(items) => (
        <Stack>
          {items.toSorted(byName(i18n.language)).map((zone) => (
            <ZoneCard
              key={zone.id}
              zone={zone}
              mayManage={mayManage}
              refreshing={refresh.isPending && refresh.variables.id === zone.id}
              onRefresh={({ id }) => refresh.mutate({ id })}
              onEdit={({ id }) => panel.open('edit', id)}
              onMove={({ id }) => panel.open('server', id)}
              onLeftovers={({ id }) => panel.open('leftovers', id)}
              onDelete={confirmDelete}
              figures={<FiguresOf zone={zone} />}
            />
          ))}
        </Stack>
      )}
    </ListPage>
  );
}

/** Nothing of a zone whose server is away, and which measures nothing now. */
function FiguresOf({ zone }: { zone: Zone }) {
  const { t } = useTranslation('catalogue');
  if (zone.home?.away === true) return null;
  return (
    <section className={classes.figures}>
      <Title order={3}>{t('zones.figures')}</Title>
      <Suspense fallback={<LoadingRows rows={3} height={110} />}>
        <ZoneFigures zoneId={zone.id} />
      </Suspense>
    </section>
  );
}
