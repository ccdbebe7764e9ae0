import { LogOut, MonitorCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { SessionInfo } from '#shared/auth';
import { useActionsColumn } from '../ui/actions-column';
import { since } from '../ui/columns';
import type { Column } from '../ui/DataTable';
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
  const { t } = useTranslation('account');
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
    since('used', t('sessions.used'), (session) => session.lastUsedAt ?? session.createdAt),
    since('began', t('sessions.began'), (session) => session.createdAt),
    useActionsColumn<SessionInfo>(
      (session) => deviceName(session.userAgent),
      (session) => [
        {
          label: t('sessions.signOut'),
          icon: LogOut,
          danger: true,
          onClick: () => onRevoke(session),
          disabledReason: session.current ? t('sessions.currentReason') : null,
        },
      ],
    ),
  ];
  return (
    <SortedTable caption={t('sessions.caption')} columns={columns} rows={sessions} rowKey={(session) => session.id} />
  );
}
