import { Divider, Stack, Text, Title } from '@mantine/core';
import { Camera } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Slice } from '#shared/slice';
import { ErrorState } from '../../api/ErrorState';
import { keyset, listedPages } from '../../api/keyset';
import { trpc } from '../../api/trpc';
import { EmptyState } from '../../ui/EmptyState';
import { LoadingRows } from '../../ui/LoadingRows';
import { MoreButton } from '../../ui/MoreButton';
import { isLiveStatus } from '#shared/deployment/schema';
import { SnapshotRow } from './SnapshotRow';
import { TakeSnapshot } from './TakeSnapshot';

/** A slice's snapshots, newest first, and what takes one more. `reason`: why the reader may do nothing with them. */
export function SnapshotsPanel({ slice, reason }: { slice: Slice; reason: string | null }) {
  const { t } = useTranslation('snapshots');
  const query = trpc.snapshots.list.useInfiniteQuery({ sliceId: slice.id, limit: 20 }, { ...keyset, staleTime: 0 });
  const list = listedPages(query);
  const busy = slice.busy !== null || (slice.deployment !== null && isLiveStatus(slice.deployment.status));
  return (
    <Stack gap="md">
      {reason === null ? (
        <TakeSnapshot slice={slice} busy={busy} />
      ) : (
        <Text size="sm" c="dimmed">
          {reason}
        </Text>
      )}
      <Divider />
      <section aria-labelledby="snapshots-title">
        <Title order={3} size="h4" id="snapshots-title" mb="xs">
          {t('list')}
        </Title>
        {list.rows === undefined ? (
          list.error === null ? (
            <LoadingRows rows={4} height={52} />
          ) : (
            <ErrorState error={list.error} onRetry={list.retry} />
          )
        ) : list.rows.length === 0 ? (
          <EmptyState icon={Camera} title={t('empty')}>
            {t('emptyHelp')}
          </EmptyState>
        ) : (
          <Stack component="ul" gap={0} m={0} p={0} style={{ listStyle: 'none' }}>
            {list.rows.map((snapshot) => (
              <SnapshotRow key={snapshot.id} slice={slice} snapshot={snapshot} busy={busy} reason={reason} />
            ))}
          </Stack>
        )}
        <MoreButton more={list.partial} loading={list.loadingMore} onClick={list.loadMore} />
      </section>
    </Stack>
  );
}
