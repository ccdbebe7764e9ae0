import { Button, Group, NativeSelect } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { keepPreviousData } from '@tanstack/react-query';
import { Bot, Gauge, Plus, Users } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { userKinds } from '#shared/auth';
import { limits } from '#shared/limits';
import { roles } from '#shared/permissions';
import { trpc } from '../api/trpc';
import { ErrorState } from '../api/ErrorState';
import { useFilters } from '../hooks/filters';
import { usePageTitle } from '../hooks/page-title';
import { useSession } from '../hooks/session';
import { EmptyState } from '../ui/EmptyState';
import { LoadingRows } from '../ui/LoadingRows';
import { MoreButton } from '../ui/MoreButton';
import { NoMatch } from '../ui/NoMatch';
import { PageHeader } from '../ui/PageHeader';
import { SearchField } from '../ui/SearchField';
import { AdminsOnly } from './AdminsOnly';
import { NewUserPanel, type NewUserKind } from './NewUserPanel';
import { RoleQuotasPanel } from '../quota/QuotaPanels';
import { UsersTable } from './UsersTable';

const states = ['enabled', 'disabled'] as const;

/** Every account. */
export function Component() {
  const { t } = useTranslation('users');
  usePageTitle(t('title'));
  return useSession().can('users:manage') ? <UserList /> : <AdminsOnly />;
}

function UserList() {
  const { t } = useTranslation(['users', 'common', 'quota']);
  const filters = useFilters();
  const search = filters.get('q');
  const role = roles.find((known) => known === filters.get('role'));
  const kind = userKinds.find((known) => known === filters.get('kind'));
  const state = states.find((known) => known === filters.get('state'));
  const [making, setMaking] = useState<NewUserKind | null>(null);
  const [quotasOpened, quotas] = useDisclosure(false);
  const list = trpc.users.list.useInfiniteQuery(
    { limit: limits.pageSize, search: search === '' ? undefined : search, role, kind, state },
    { getNextPageParam: (page) => page.nextCursor ?? undefined, placeholderData: keepPreviousData },
  );
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const choice = (name: 'role' | 'kind' | 'state', any: string, choices: { value: string; label: string }[]) => (
    <NativeSelect
      aria-label={t(`filter.${name}`)}
      value={filters.get(name)}
      onChange={(event) => filters.set({ [name]: event.currentTarget.value })}
      data={[{ value: '', label: any }, ...choices]}
    />
  );
  return (
    <>
      <PageHeader
        title={t('title')}
        description={t('description')}
        action={
          <>
            <Button variant="default" leftSection={<Gauge size={16} />} onClick={quotas.open}>
              {t('quota:roles.title')}
            </Button>
            <Button variant="default" leftSection={<Bot size={16} />} onClick={() => setMaking('service')}>
              {t('newService')}
            </Button>
            <Button leftSection={<Plus size={16} />} onClick={() => setMaking('person')}>
              {t('new')}
            </Button>
          </>
        }
      />
      {list.isPending ? (
        <LoadingRows rows={8} height={52} />
      ) : list.isError && list.data === undefined ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : (
        <>
          <Group mb="sm" gap="sm" role="group" aria-label={t('filter.label')}>
            <SearchField label={t('search')} value={search} onChange={(q) => filters.set({ q })} />
            {choice(
              'role',
              t('filter.anyRole'),
              roles.map((value) => ({ value, label: t(`common:user.role.${value}`) })),
            )}
            {choice(
              'kind',
              t('filter.anyKind'),
              userKinds.map((value) => ({ value, label: t(`kind.${value}`) })),
            )}
            {choice(
              'state',
              t('filter.anyState'),
              states.map((value) => ({ value, label: t(`state.${value}`) })),
            )}
          </Group>
          {rows.length > 0 ? (
            <UsersTable users={rows} partial={list.hasNextPage} />
          ) : search !== '' || role !== undefined || kind !== undefined || state !== undefined ? (
            <NoMatch search={search} onClear={() => filters.set({ q: null, role: null, kind: null, state: null })} />
          ) : (
            <EmptyState icon={Users} title={t('title')} />
          )}
          <MoreButton
            more={list.hasNextPage}
            loading={list.isFetchingNextPage}
            onClick={() => void list.fetchNextPage()}
          />
        </>
      )}
      <NewUserPanel kind={making} onClose={() => setMaking(null)} />
      <RoleQuotasPanel opened={quotasOpened} onClose={quotas.close} />
    </>
  );
}
