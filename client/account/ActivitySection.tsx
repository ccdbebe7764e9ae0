import { Text } from '@mantine/core';
import { keepPreviousData } from '@tanstack/react-query';
import { History } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { limits } from '#shared/limits';
import { trpc } from '../api/trpc';
import { AuditFilters, auditQuery, clearAuditFilters, isAuditFiltered } from '../audit/AuditFilters';
import { AuditTable } from '../audit/AuditTable';
import { ErrorState } from '../api/ErrorState';
import { useFilters } from '../hooks/filters';
import { EmptyState } from '../ui/EmptyState';
import { LoadingRows } from '../ui/LoadingRows';
import { MoreButton } from '../ui/MoreButton';
import { NoMatch } from '../ui/NoMatch';

/** What one did oneself. */
export function ActivitySection() {
  const { t } = useTranslation(['account', 'audit']);
  const filters = useFilters();
  const list = trpc.audit.mine.useInfiniteQuery(
    { limit: limits.defaultPageSize, ...auditQuery(filters) },
    { getNextPageParam: (page) => page.nextCursor ?? undefined, placeholderData: keepPreviousData },
  );
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <Text size="sm" c="dimmed" mb="sm">
        {t('activity.help')}
      </Text>
      <AuditFilters filters={filters} />
      {list.isPending ? (
        <LoadingRows rows={8} />
      ) : list.data === undefined ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : rows.length > 0 ? (
        <AuditTable entries={rows} />
      ) : isAuditFiltered(filters) ? (
        <NoMatch search="" onClear={() => clearAuditFilters(filters)} />
      ) : (
        <EmptyState icon={History} title={t('audit:empty.title')}>
          {t('audit:empty.text')}
        </EmptyState>
      )}
      <MoreButton more={list.hasNextPage} loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()} />
    </>
  );
}
