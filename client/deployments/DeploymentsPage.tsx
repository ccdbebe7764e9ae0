import { Group, NativeSelect, TextInput } from '@mantine/core';
import { ListChecks } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { deploymentKinds } from '#shared/deployment/operations';
import { deploymentStatuses } from '#shared/deployment/schema';
import { limits } from '#shared/limits';
import { keyset, listedPages } from '../api/keyset';
import { trpc } from '../api/trpc';
import { useFilters, type Filters } from '../hooks/filters';
import { idFilter } from '../hooks/id-filter';
import { usePageTitle } from '../hooks/page-title';
import { useSession } from '../hooks/session';
import { ListPage } from '../layouts/ListPage';
import { dayStart } from '../ui/days';
import { EmptyState } from '../ui/EmptyState';
import { AdminsOnly } from '../users/AdminsOnly';
import { UserSelect } from '../users/UserSelect';
import { DeploymentsTable } from './DeploymentsTable';

const names = ['status', 'operation', 'owner', 'zone', 'from', 'until'] as const;

/** The operations on everybody's slices. */
export function Component() {
  const { t } = useTranslation('history');
  usePageTitle(t('everyone.title'));
  return useSession().can('slices:see-all') ? <Deployments /> : <AdminsOnly />;
}

function Deployments() {
  const { t } = useTranslation('history');
  const filters = useFilters();
  const query = {
    limit: limits.pageSize,
    status: deploymentStatuses.find((known) => known === filters.get('status')),
    kind: deploymentKinds.find((known) => known === filters.get('operation')),
    ownerId: idFilter(filters.get('owner')),
    zoneId: idFilter(filters.get('zone')),
    from: dayStart(filters.get('from')),
    until: dayStart(filters.get('until'), 1),
  };
  const list = trpc.deployments.listAll.useInfiniteQuery(query, keyset);
  const filtered = names.some((name) => filters.get(name) !== '');
  return (
    <ListPage
      title={t('everyone.title')}
      description={t('everyone.description')}
      list={listedPages(list)}
      loading={{ rows: 10 }}
      filtersLabel={t('everyone.filters')}
      filters={() => (
        // their labels stand over them
        <Group gap="sm" align="flex-end">
          <DeploymentFilters filters={filters} ownerId={query.ownerId ?? null} />
        </Group>
      )}
      narrowed={
        filtered
          ? { search: '', clear: () => filters.set(Object.fromEntries(names.map((name) => [name, null]))) }
          : null
      }
      empty={
        <EmptyState icon={ListChecks} title={t('everyone.emptyTitle')}>
          {t('none')}
        </EmptyState>
      }
    >
      {(rows, partial) => <DeploymentsTable rows={rows} partial={partial} />}
    </ListPage>
  );
}

function DeploymentFilters({ filters, ownerId }: { filters: Filters; ownerId: number | null }) {
  const { t } = useTranslation(['history', 'common']);
  const zones = trpc.zones.list.useQuery();
  const choices = [
    {
      name: 'status',
      label: t('columns.outcome'),
      data: deploymentStatuses.map((value) => ({ value, label: t(`common:status.deployment.${value}`) })),
    },
    {
      name: 'operation',
      label: t('columns.operation'),
      data: deploymentKinds.map((value) => ({ value, label: t(`common:deploymentKind.${value}`) })),
    },
    {
      name: 'zone',
      label: t('columns.zone'),
      data: (zones.data?.items ?? []).map(({ id, name }) => ({ value: String(id), label: name })),
    },
  ] as const;
  return (
    <>
      {choices.map(({ name, label, data }) => (
        <NativeSelect
          key={name}
          label={label}
          value={filters.get(name)}
          onChange={(event) => filters.set({ [name]: event.currentTarget.value })}
          data={[{ value: '', label: t('everyone.any') }, ...data]}
          w={{ base: '100%', xs: 140 }}
        />
      ))}
      <UserSelect
        label={t('columns.owner')}
        placeholder={t('everyone.anybody')}
        clearable
        value={ownerId}
        onChange={(id) => filters.set({ owner: id === null ? null : String(id) })}
        w={{ base: '100%', xs: 180 }}
      />
      {(['from', 'until'] as const).map((name) => (
        <TextInput
          key={name}
          type="date"
          label={t(`everyone.${name}`)}
          value={filters.get(name)}
          onChange={(event) => filters.set({ [name]: event.currentTarget.value })}
          style={{ flex: '0 1 9.5rem' }}
        />
      ))}
    </>
  );
}
