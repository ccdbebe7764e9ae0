import { Group, Text } from '@mantine/core';
import { History } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { limits } from '#shared/limits';
import { trpc } from '../api/trpc';
import { AuditFilters, auditQuery, isAuditFiltered, noAuditFilters } from '../audit/AuditFilters';
import { AuditTable } from '../audit/AuditTable';
import { keyset, listedPages } from '../api/keyset';
import { useFilters } from '../hooks/filters';
import { EmptyState } from '../ui/EmptyState';
import { ListStates } from '../layouts/ListPage';

/** What one did oneself. */
export function ActivitySection() {
  const { t } = useTranslation(['account', 'audit']);
  const filters = useFilters();
  const list = trpc.audit.mine.useInfiniteQuery({ limit: limits.defaultPageSize, ...auditQuery(filters) }, keyset);
  return (
    <>
      <Text size="sm" c="dimmed" mb="sm">
        {t('activity.help')}
      </Text>
      <Group mb="sm" gap="sm" align="flex-end" role="group" aria-label={t('audit:filter.label')}>
        <AuditFilters filters={filters} />
      </Group>
      <ListStates
        list={listedPages(list)}
        loading={{ rows: 8 }}
        narrowed={isAuditFiltered(filters) ? { search: '', clear: () => filters.set(noAuditFilters) } : null}
        empty={
          <EmptyState icon={History} title={t('audit:empty.title')}>
            {t('audit:empty.text')}
          </EmptyState>
        }
      >
        {(entries) => <AuditTable entries={entries} />}
      </ListStates>
    </>
  );
}
