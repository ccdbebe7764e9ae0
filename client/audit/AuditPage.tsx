import { Group, NativeSelect, NumberInput } from '@mantine/core';
import { ScrollText } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { trpc } from '../api/trpc';
import { AuditFilters, auditQuery, isAuditFiltered, noAuditFilters } from './AuditFilters';
import { AuditTable } from './AuditTable';
import { keyset, listedPages } from '../api/keyset';
import { useFilters, type Filters } from '../hooks/filters';
import { idFilter } from '../hooks/id-filter';
import { usePageTitle } from '../hooks/page-title';
import { useSession } from '../hooks/session';
import { EmptyState } from '../ui/EmptyState';
import { ListPage } from '../layouts/ListPage';
import { AdminsOnly } from '../users/AdminsOnly';
import { AuditExport } from './AuditExport';
import { UserSelect } from '../users/UserSelect';

const objectTypes = [
  'user',
  'api_token',
  'template',
  'slice',
  'slice_vm',
  'deployment',
  'flavour',
  'image',
  'zone',
  'role',
] as const;

/** Everybody's audit log. */
export function Component() {
  const { t } = useTranslation('users');
  usePageTitle(t('audit.title'));
  return useSession().can('audit:see-all') ? <AuditLog /> : <AdminsOnly />;
}

function AuditLog() {
  const { t } = useTranslation(['users', 'audit']);
  const filters = useFilters();
  const objectType = objectTypes.find((known) => known === filters.get('object'));
  const query = {
    ...auditQuery(filters),
    userId: idFilter(filters.get('user')),
    objectType,
    objectId: objectType === undefined ? undefined : idFilter(filters.get('id')),
  };
  const list = trpc.audit.list.useInfiniteQuery(query, keyset);
  const filtered = isAuditFiltered(filters) || query.userId !== undefined || objectType !== undefined;
  return (
    <ListPage
      title={t('audit.title')}
      description={t('audit.description')}
      action={<AuditExport query={query} />}
      list={listedPages(list)}
      loading={{ rows: 10 }}
      filtersLabel={t('audit:filter.label')}
      filters={() => (
        // their labels stand over them
        <Group gap="sm" align="flex-end">
          <AuditFilters filters={filters} admin />
          <MoreFilters filters={filters} userId={query.userId ?? null} objectType={objectType} />
        </Group>
      )}
      narrowed={
        filtered
          ? {
              search: '',
              clear: () => filters.set({ ...noAuditFilters, user: null, object: null, id: null }),
            }
          : null
      }
      empty={
        <EmptyState icon={ScrollText} title={t('audit:empty.title')}>
          {t('audit:empty.text')}
        </EmptyState>
      }
    >
      {(entries) => <AuditTable entries={entries} withUser />}
    </ListPage>
  );
}

interface MoreFiltersProps {
  filters: Filters;
  userId: number | null;
  objectType: (typeof objectTypes)[number] | undefined;
}

function MoreFilters({ filters, userId, objectType }: MoreFiltersProps) {
  const { t } = useTranslation(['users', 'audit']);
  return (
    <>
      <UserSelect
        label={t('audit.user')}
        placeholder={t('audit.anybody')}
        clearable
        value={userId}
        onChange={(id) => filters.set({ user: id === null ? null : String(id) })}
        w={{ base: '100%', xs: 190 }}
      />
      <NativeSelect
        label={t('audit.objectType')}
        value={objectType ?? ''}
        onChange={(event) => filters.set({ object: event.currentTarget.value, id: null })}
        data={[
          { value: '', label: t('audit.anyObject') },
          ...objectTypes.map((value) => ({ value, label: t(`audit:objects.${value}`) })),
        ]}
        w={{ base: '100%', xs: 170 }}
      />
      {objectType === undefined ? null : (
        <NumberInput
          label={t('audit.objectId')}
          value={filters.get('id')}
          min={1}
          allowDecimal={false}
          hideControls
          onChange={(value) => filters.set({ id: String(value) })}
          w={120}
        />
      )}
    </>
  );
}
