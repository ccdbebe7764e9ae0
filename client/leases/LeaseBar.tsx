import { Alert, Button, Group, Text } from '@mantine/core';
import { CalendarClock, Hourglass, TimerReset } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import type { Slice } from '#shared/slice';
import { notifyDone, notifyError } from '../api/error-message';
import { trpc } from '../api/trpc';
import { usePanel } from '../hooks/panel';
import { ActionButton } from '../ui/ActionButton';
import { formatMoment } from '../ui/format';
import { LoadingRows } from '../ui/LoadingRows';
import { RelativeTime } from '../ui/RelativeTime';
import { SidePanel } from '../ui/SidePanel';
import { StatusBadge } from '../ui/StatusBadge';

const LeasePanel = lazy(async () => ({ default: (await import('./LeasePanel')).LeasePanel }));

/**
 * Until when the slice may run, extended by one click, and the way to its lease and schedules. What ends soon or has ended is said as a
 * warning. `reason`: why the reader may change none of it.
 */
export function LeaseBar({ slice, reason }: { slice: Slice; reason: string | null }) {
  const { t, i18n } = useTranslation(['leases', 'common']);
  const utils = trpc.useUtils();
  const panel = usePanel(['lease']);
  const extend = trpc.leases.extend.useMutation({
    onSuccess: ({ lease }) => {
      utils.slices.get.setData({ id: slice.id }, (known) => known && { ...known, lease });
      void utils.leases.get.invalidate({ id: slice.id });
      if (lease !== null) notifyDone(t('extended', { at: formatMoment(Date.parse(lease.expiresAt), i18n.language) }));
    },
    onError: notifyError,
  });
  if (slice.status === 'destroyed') return null;
  const { lease } = slice;
  const extendButton =
    lease === null ? null : (
      <ActionButton
        size="xs"
        variant={lease.warned || lease.ended ? 'filled' : 'default'}
        leftSection={<TimerReset size={14} />}
        disabledReason={reason}
        loading={extend.isPending}
        onClick={() => extend.mutate({ id: slice.id })}
      >
        {t('extend')}
      </ActionButton>
    );
  const more = (
    <Button size="xs" variant="default" leftSection={<CalendarClock size={14} />} onClick={() => panel.open('lease')}>
      {t('open')}
    </Button>
  );
  const then = lease === null ? '' : t(`afterwards.${endWord(lease.atEnd)}`);
  return (
    <>
      {lease !== null && (lease.warned || lease.ended) ? (
        <Alert
          mb="sm"
          color="yellow"
          variant="light"
          role="status"
          icon={<Hourglass size={18} />}
          title={lease.ended ? t('endedTitle') : t('soonTitle')}
        >
          <Group justify="space-between" gap="sm">
            <Text size="sm">
              {lease.ended ? t('endedText') : t('ends')}{' '}
              {lease.ended ? null : <RelativeTime at={lease.expiresAt} ahead />}
              {lease.ended ? null : ` · ${then}`}
            </Text>
            <Group gap="xs">
              {extendButton}
              {more}
            </Group>
          </Group>
        </Alert>
      ) : (
        <Group gap="xs" mb="sm">
          {lease === null ? null : (
            <>
              <StatusBadge
                tone="info"
                icon={Hourglass}
                label={t('lease')}
                title={formatMoment(Date.parse(lease.expiresAt), i18n.language)}
              />
              <Text size="sm">
                {t('ends')} <RelativeTime at={lease.expiresAt} ahead /> · {then}
              </Text>
              {extendButton}
            </>
          )}
          {more}
        </Group>
      )}
      <SidePanel opened={panel.name === 'lease'} onClose={panel.close} title={t('panel', { name: slice.name })}>
        {panel.name === 'lease' ? (
          <Suspense fallback={<LoadingRows rows={6} height={40} />}>
            <LeasePanel slice={slice} reason={reason} />
          </Suspense>
        ) : null}
      </SidePanel>
    </>
  );
}

/** What is done at the end in a word that there are texts for; of an operation of a newer server only that something is. */
export function endWord(kind: string): 'stop' | 'suspend' | 'destroy' | 'other' {
  return kind === 'stop' || kind === 'suspend' || kind === 'destroy' ? kind : 'other';
}
