import { Button, NativeSelect } from '@mantine/core';
import { Bot, Gauge, Plus, Users } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { userKinds } from '#shared/auth';
import { limits } from '#shared/limits';
import { roles } from '#shared/permissions';
import { trpc } from '../api/trpc';
import { keyset, listedPages } from '../api/keyset';
import { useFilters } from '../hooks/filters';
import { usePageTitle } from '../hooks/page-title';
import { usePanel } from '../hooks/panel';
import { useSession } from '../hooks/session';
import { EmptyState } from '../ui/EmptyState';
import { ListPage } from '../layouts/ListPage';
import { SearchField } from '../ui/SearchField';
import { AdminsOnly } from './AdminsOnly';
import { NewUserPanel } from './NewUserPanel';
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
  const panel = usePanel(['person', 'service', 'quotas']);
  const list = trpc.users.list.useInfiniteQuery(
    { limit: limits.pageSize, search: search === '' ? undefined : search, role, kind, state },
    keyset,
  );
  const narrowed = search !== '' || role !== undefined || kind !== undefined || state !== undefined;
  const choice = (name: 'role' | 'kind' | 'state', any: string, choices: { value: string; label: string }[]) => (
    <NativeSelect
      aria-label={t(`filter.${name}`)}
      value={filters.get(name)}
      onChange={(event) => filters.set({ [name]: event.currentTarget.value })}
      data={[{ value: '', label: any }, ...choices]}
    />
  );
  return (
    <ListPage
      title={t('title')}
      description={t('description')}
      action={
        <>
          <Button variant="default" leftSection={<Gauge size={16} />} onClick={() => panel.open('quotas')}>
            {t('quota:roles.title')}
          </Button>
          <Button variant="default" leftSection={<Bot size={16} />} onClick={() => panel.open('service')}>
            {t('newService')}
          </Button>
          <Button leftSection={<Plus size={16} />} onClick={() => panel.open('person')}>
            {t('new')}
          </Button>
        </>
      }
      list={listedPages(list)}
      loading={{ rows: 8, height: 52 }}
      filtersLabel={t('filter.label')}
      filters={() => (
        <>
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
        </>
      )}
      narrowed={
        narrowed ? { search, clear: () => filters.set({ q: null, role: null, kind: null, state: null }) } : null
      }
      empty={<EmptyState icon={Users} title={t('title')} />}
      panels={
        <>
          <NewUserPanel
            kind={panel.name === 'person' || panel.name === 'service' ? panel.name : null}
            onClose={panel.close}
          />
          <RoleQuotasPanel opened={panel.name === 'quotas'} onClose={panel.close} />
        </>
      }
    >
      {(rows, partial) => <UsersTable users={rows} partial={partial} />}
    </ListPage>
  );
}
