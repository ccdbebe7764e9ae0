import { LogOut, MonitorCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { SessionInfo } from '#shared/auth';
import type { Column } from '../ui/DataTable';
import { RelativeTime } from '../ui/RelativeTime';
import { RowMenu } from '../ui/RowMenu';
import { SortedTable } from '../ui/SortedTable';
import { StatusBadge } from '../ui/StatusBadge';
import classes from './account.module.css';
import { useDeviceName } from './device-name';

type Key = 'device' | 'ip' | 'used' | 'began' | 'actions';

export interface SessionsTableProps {
  sessions: readonly SessionInfo[];
  onRevoke: (session: SessionInfo) => void;
}

/** Where one is signed in; the session that looks is marked. */
export function SessionsTable({ sessions, onRevoke }: SessionsTableProps) {
  const { t } = useTranslation(['account', 'common']);
  const deviceName = useDeviceName();
  const columns: Column<SessionInfo, Key>[] = [
    {
      key: 'device',
      header: t('sessions.device'),
      sortValue: (session) => deviceName(session.userAgent),
      render: (session) => (
        <span className={classes.device}>
          <span title={session.userAgent ?? undefined}>{deviceName(session.userAgent)}</span>
          {session.current ? <StatusBadge tone="success" icon={MonitorCheck} label={t('sessions.current')} /> : null}
        </span>
      ),
    },
    {
      key: 'ip',
      header: t('sessions.ip'),
      kind: 'mono',
      wide: true,
      sortValue: (session) => session.ip ?? '',
      render: (session) => session.ip ?? '–',
    },
    {
      key: 'used',
      header: t('sessions.used'),
      wide: true,
      sortValue: (session) => session.lastUsedAt ?? session.createdAt,
      render: (session) => <RelativeTime at={session.lastUsedAt ?? session.createdAt} />,
    },
    {
      key: 'began',
      header: t('sessions.began'),
      wide: true,
      sortValue: (session) => session.createdAt,
      render: (session) => <RelativeTime at={session.createdAt} />,
    },
    {
      key: 'actions',
      header: t('common:table.actions'),
      kind: 'actions',
      render: (session) => (
        <RowMenu
          name={deviceName(session.userAgent)}
          actions={[
            {
              label: t('sessions.signOut'),
              icon: LogOut,
              danger: true,
              onClick: () => onRevoke(session),
              disabledReason: session.current ? t('sessions.currentReason') : null,
            },
          ]}
        />
      ),
    },
  ];
  return (
    <SortedTable caption={t('sessions.caption')} columns={columns} rows={sessions} rowKey={(session) => session.id} />
  );
}
