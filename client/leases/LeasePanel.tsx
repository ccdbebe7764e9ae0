import { Divider, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Slice } from '#shared/slice';
import { ErrorState } from '../api/ErrorState';
import { trpc } from '../api/trpc';
import { LoadingRows } from '../ui/LoadingRows';
import { LeaseForm } from './LeaseForm';
import { ScheduleList } from './ScheduleList';
import { SliceIdle } from './SliceIdle';

/** The slice's lease and schedules, to be changed by who may. */
export function LeasePanel({ slice, reason }: { slice: Slice; reason: string | null }) {
  const { t } = useTranslation('leases');
  const lease = trpc.leases.get.useQuery({ id: slice.id }, { staleTime: 0 });
  const schedules = trpc.schedules.list.useQuery({ id: slice.id }, { staleTime: 0 });
  const idle = trpc.idle.get.useQuery({ id: slice.id }, { staleTime: 0 });
  const error = lease.error ?? schedules.error ?? idle.error;
  if (lease.data === undefined || schedules.data === undefined || idle.data === undefined)
    return error === null ? (
      <LoadingRows rows={6} height={40} />
    ) : (
      <ErrorState
        error={error}
        onRetry={() => {
          void lease.refetch();
          void schedules.refetch();
          void idle.refetch();
        }}
      />
    );
  return (
    <Stack gap="md">
      {reason === null ? null : (
        <Text size="sm" c="dimmed">
          {reason}
        </Text>
      )}
      <section aria-labelledby="lease-title">
        <Title order={3} size="h4" id="lease-title" mb="xs">
          {t('lease')}
        </Title>
        <LeaseForm key={lease.data.lease?.expiresAt} sliceId={slice.id} of={lease.data} reason={reason} />
      </section>
      <Divider />
      <section aria-labelledby="schedules-title">
        <Title order={3} size="h4" id="schedules-title" mb="xs">
          {t('schedules.title')}
        </Title>
        <ScheduleList sliceId={slice.id} schedules={schedules.data.items} reason={reason} />
      </section>
      <Divider />
      <section aria-labelledby="idle-title">
        <Title order={3} size="h4" id="idle-title" mb="xs">
          {t('idle.title')}
        </Title>
        <SliceIdle sliceId={slice.id} of={idle.data} reason={reason} />
      </section>
    </Stack>
  );
}
