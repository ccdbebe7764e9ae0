import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { DeploymentRow } from '#shared/deployment/schema';
import { spoken } from '../i18n/spoken';
import { NameLink } from '../layouts/NameLink';
import { isLiveStatus } from '#shared/deployment/schema';
import { formatDuration } from '../slices/duration';
import { operationName } from '../slices/event-sentence';
import { deploymentAddress } from '../slices/history/address';
import { timesOf } from '../slices/history/timeline';
import { requestedText } from '../slices/requested';
import { DeploymentStatusBadge } from '../slices/status-badges';
import { useNow } from '../slices/use-now';
import { since } from '../ui/columns';
import type { Column } from '../ui/DataTable';
import { SortedTable } from '../ui/SortedTable';

type Key = 'operation' | 'status' | 'slice' | 'owner' | 'zone' | 'who' | 'when' | 'took';

/** Operations on slices of many, each leading to its slice and to what is told of it there. */
export function DeploymentsTable({ rows, partial }: { rows: readonly DeploymentRow[]; partial: boolean }) {
  const { t, i18n } = useTranslation('history');
  const { t: tEvents } = useTranslation('events');
  const { t: tSlices } = useTranslation(['slices']);
  const navigate = useNavigate();
  const now = useNow(rows.some(({ status }) => isLiveStatus(status)));
  const nameOf = ({ kind, vmId }: DeploymentRow) => operationName(tEvents, kind, vmId, () => undefined);
  const took = (row: DeploymentRow) => {
    const { waited, worked } = timesOf(row, now);
    return waited + worked;
  };
  const columns: Column<DeploymentRow, Key>[] = [
    {
      key: 'operation',
      header: t('columns.operation'),
      sortValue: nameOf,
      render: (row) => <NameLink to={deploymentAddress(row)}>{nameOf(row)}</NameLink>,
    },
    {
      key: 'slice',
      header: t('columns.slice'),
      wide: true,
      sortValue: ({ slice }) => slice.name,
      render: ({ slice }) => <NameLink to={`/slices/${slice.id}`}>{slice.name}</NameLink>,
    },
    {
      key: 'status',
      header: t('columns.outcome'),
      wide: true,
      sortValue: ({ status }) => status,
      render: ({ status, error, sentences }) => (
        <>
          <DeploymentStatusBadge status={status} />
          {error === null ? null : (
            <Text size="xs" c="red" maw={360} style={{ overflowWrap: 'anywhere' }}>
              {spoken(error, sentences)}
            </Text>
          )}
        </>
      ),
    },
    {
      key: 'owner',
      header: t('columns.owner'),
      wide: true,
      sortValue: ({ owner }) => owner.name,
      render: ({ owner }) => owner.name,
    },
    {
      key: 'zone',
      header: t('columns.zone'),
      wide: true,
      sortValue: ({ zone }) => zone.name,
      render: ({ zone }) => zone.name,
    },
    {
      key: 'who',
      header: t('columns.who'),
      wide: true,
      sortValue: ({ requestedBy }) => requestedBy.name,
      render: (row) => (row.because === null ? row.requestedBy.name : requestedText(tSlices, row)),
    },
    since('when', t('columns.when'), ({ createdAt }) => createdAt),
    {
      key: 'took',
      header: t('columns.took'),
      kind: 'end',
      sortValue: took,
      render: (row) => formatDuration(took(row), i18n.language),
    },
  ];
  return (
    <SortedTable
      caption={t('everyone.title')}
      columns={columns}
      rows={rows}
      rowKey={({ id }) => id}
      partial={partial}
      onOpen={(row) => void navigate(deploymentAddress(row))}
    />
  );
}
