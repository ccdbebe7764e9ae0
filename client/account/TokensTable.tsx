import { Group, Text } from '@mantine/core';
import { Clock, TriangleAlert, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Token } from '#shared/token';
import { trpc } from '../api/trpc';
import { confirmDestroy } from '../ui/confirm';
import { notifyError } from '../api/error-message';
import { useActionsColumn } from '../ui/actions-column';
import { since } from '../ui/columns';
import type { Column } from '../ui/DataTable';
import { formatExact } from '../ui/format';
import { RelativeTime } from '../ui/RelativeTime';
import { SortedTable } from '../ui/SortedTable';
import { StatusBadge } from '../ui/StatusBadge';
import classes from './account.module.css';
import { expiryOf } from './expiry';

type Key = 'name' | 'scopes' | 'expires' | 'used' | 'created' | 'actions';

/** When the token ends, with a warning when that is near. */
function Expires({ at }: { at: string }) {
  const { t, i18n } = useTranslation('tokens');
  const [now] = useState(() => Date.now());
  const moment = Date.parse(at);
  const expiry = expiryOf(moment, now);
  return (
    <Group gap={6} wrap="nowrap">
      <time dateTime={at} title={formatExact(moment, i18n.language)} style={{ whiteSpace: 'nowrap' }}>
        {new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium' }).format(moment)}
      </time>
      {expiry === 'later' ? null : (
        <StatusBadge
          tone={expiry === 'soon' ? 'warning' : 'danger'}
          icon={expiry === 'soon' ? Clock : TriangleAlert}
          label={t(expiry)}
        />
      )}
    </Group>
  );
}

/** Asks, revokes, and has the list of tokens asked for again. */
function useRevoke() {
  const { t } = useTranslation('tokens');
  const utils = trpc.useUtils();
  const revoke = trpc.tokens.revoke.useMutation({
    onError: notifyError,
    onSettled: () => void utils.tokens.list.invalidate(),
  });
  return ({ id, name }: Token) =>
    confirmDestroy({
      title: t('confirm.title', { name }),
      goes: [t('confirm.goes')],
      stays: t('confirm.stays'),
      confirmLabel: t('confirm.label'),
      onConfirm: () => revoke.mutate({ id }),
    });
}

/** Living tokens of one account, to look through and to revoke. Speaks with the texts of `tokens`. */
export function TokensTable({ tokens }: { tokens: readonly Token[] }) {
  const { t } = useTranslation('tokens');
  const revoke = useRevoke();
  const columns: Column<Token, Key>[] = [
    {
      key: 'name',
      header: t('name'),
      sortValue: (token) => token.name,
      render: (token) => <span style={{ overflowWrap: 'anywhere' }}>{token.name}</span>,
    },
    {
      key: 'scopes',
      header: t('scopes'),
      wide: true,
      render: (token) => <span className={classes.mono}>{token.scopes.join(', ')}</span>,
    },
    {
      key: 'expires',
      header: t('expires'),
      wide: true,
      sortValue: (token) => token.expiresAt,
      render: (token) => <Expires at={token.expiresAt} />,
    },
    {
      key: 'used',
      header: t('lastUsed'),
      wide: true,
      sortValue: (token) => token.lastUsedAt ?? '',
      render: ({ lastUsedAt, ip }) =>
        lastUsedAt === null ? (
          <Text span size="sm" c="dimmed">
            {t('never')}
          </Text>
        ) : (
          <span className={classes.device}>
            <RelativeTime at={lastUsedAt} />
            {ip === null ? null : (
              <Text span c="dimmed" className={classes.mono ?? ''}>
                {ip}
              </Text>
            )}
          </span>
        ),
    },
    since('created', t('created'), (token) => token.createdAt),
    useActionsColumn<Token>(
      ({ name }) => name,
      (token) => [{ label: t('revoke'), icon: Trash2, danger: true, onClick: () => revoke(token) }],
    ),
  ];
  return <SortedTable caption={t('caption')} columns={columns} rows={tokens} rowKey={(token) => token.id} />;
}
