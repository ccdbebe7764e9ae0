import { Group, Text, Tooltip } from '@mantine/core';
import { Bot, ShieldCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { Account } from '#shared/user';
import { NameLink } from '../layouts/NameLink';
import { figures } from '../ui/columns';
import type { Column } from '../ui/DataTable';
import { formatCount } from '../ui/format';
import { RelativeTime } from '../ui/RelativeTime';
import { SortedTable } from '../ui/SortedTable';
import { UserStateBadge } from './UserStateBadge';

type Key = 'name' | 'role' | 'state' | 'lastUsed' | 'templates' | 'slices' | 'tokens';

const roleOrder = { user: 0, instructor: 1, admin: 2 };

/** Accounts, each with the way to its page. */
export function UsersTable({ users, partial }: { users: readonly Account[]; partial: boolean }) {
  const { t, i18n } = useTranslation(['users', 'common']);
  const navigate = useNavigate();
  const count = (key: 'templates' | 'slices' | 'tokens') =>
    figures<Account, Key>(
      key,
      t(`columns.${key}`),
      (user) => user[key],
      (value) => formatCount(value, i18n.language),
    );
  const columns: Column<Account, Key>[] = [
    {
      key: 'name',
      header: t('columns.name'),
      sortValue: (user) => user.name,
      render: (user) => (
        <div style={{ minWidth: 0 }}>
          <Group gap={6} wrap="nowrap">
            {user.kind === 'service' ? (
              <Tooltip label={t('kind.service')}>
                <Bot size={15} role="img" aria-label={t('kind.service')} style={{ flex: 'none' }} />
              </Tooltip>
            ) : null}
            <NameLink to={`/users/${user.id}`}>{user.name}</NameLink>
            {user.secondFactor ? (
              <Tooltip label={t('factor')}>
                <ShieldCheck size={14} role="img" aria-label={t('factor')} style={{ flex: 'none' }} />
              </Tooltip>
            ) : null}
          </Group>
          <Text size="xs" c="dimmed" fw={400} style={{ overflowWrap: 'anywhere' }}>
            {user.kind === 'service' ? t('kind.service') : user.email}
          </Text>
        </div>
      ),
    },
    {
      key: 'role',
      header: t('columns.role'),
      wide: true,
      sortValue: (user) => roleOrder[user.role],
      render: (user) => t(`common:user.role.${user.role}`),
    },
    {
      key: 'state',
      header: t('columns.state'),
      wide: true,
      sortValue: (user) => (user.disabledAt === null ? 0 : 1),
      render: (user) => <UserStateBadge disabledAt={user.disabledAt} />,
    },
    {
      key: 'lastUsed',
      header: t('columns.lastUsed'),
      wide: true,
      sortValue: (user) => user.lastUsedAt ?? '',
      render: (user) =>
        user.lastUsedAt === null ? (
          <Text size="sm" c="dimmed">
            {t('never')}
          </Text>
        ) : (
          <RelativeTime at={user.lastUsedAt} />
        ),
    },
    count('templates'),
    count('slices'),
    count('tokens'),
  ];
  return (
    <SortedTable
      caption={t('caption')}
      columns={columns}
      rows={users}
      rowKey={(user) => user.id}
      initialSort={partial ? undefined : { key: 'name', direction: 'ascending' }}
      partial={partial}
      isFaded={(user) => user.disabledAt !== null}
      onOpen={(user) => void navigate(`/users/${user.id}`)}
    />
  );
}
