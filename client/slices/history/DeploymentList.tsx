import { Anchor, Text } from '@mantine/core';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import type { DeploymentSummary } from '#shared/deployment/schema';
import { limits } from '#shared/limits';
import type { Slice } from '#shared/slice';
import { keyset, listedPages } from '../../api/keyset';
import { trpc } from '../../api/trpc';
import { ListStates } from '../../layouts/ListPage';
import { since } from '../../ui/columns';
import type { Column } from '../../ui/DataTable';
import { SortedTable } from '../../ui/SortedTable';
import { isLiveStatus } from '#shared/deployment/schema';
import { formatDuration } from '../duration';
import { operationName } from '../event-sentence';
import { requestedText } from '../requested';
import { DeploymentStatusBadge } from '../status-badges';
import { useNow } from '../use-now';
import { deploymentAddress } from './address';
import { TimeBar } from './TimeBar';
import { timesOf } from './timeline';

const rowId = (id: number) => `deployment-${id}`;

/** Every operation on the slice, the newest on top. `leftId`: the one that was open before, which gets the focus. */
export function DeploymentList({ slice, leftId }: { slice: Slice; leftId: number | null }) {
  const { t } = useTranslation('history');
  const list = trpc.deployments.list.useInfiniteQuery({ sliceId: slice.id, limit: limits.defaultPageSize }, keyset);
  const isThere = list.isSuccess;
  useEffect(() => {
    if (isThere && leftId !== null) document.getElementById(rowId(leftId))?.focus();
  }, [isThere, leftId]);
  return (
    <ListStates list={listedPages(list)} loading={{ rows: 6 }} empty={<Text c="dimmed">{t('none')}</Text>}>
      {(rows, partial) => <DeploymentTable slice={slice} rows={rows} partial={partial} />}
    </ListStates>
  );
}

type Key = 'operation' | 'status' | 'who' | 'when' | 'took' | 'bar';

function DeploymentTable(props: { slice: Slice; rows: readonly DeploymentSummary[]; partial: boolean }) {
  const { slice, rows, partial } = props;
  const { t, i18n } = useTranslation(['history', 'slices']);
  const { t: tEvents } = useTranslation('events');
  const { t: tSlices } = useTranslation(['slices']);
  const navigate = useNavigate();
  const now = useNow(rows.some(({ status }) => isLiveStatus(status)));
  const length = Math.max(
    1,
    ...rows.map((row) => {
      const { waited, worked } = timesOf(row, now);
      return waited + worked;
    }),
  );
  const nameOf = ({ kind, vmId }: DeploymentSummary) =>
    operationName(tEvents, kind, vmId, (id) => slice.vmList.find((vm) => vm.id === id)?.name);
  const columns: Column<DeploymentSummary, Key>[] = [
    {
      key: 'operation',
      header: t('columns.operation'),
      sortValue: nameOf,
      render: (row) => (
        <Anchor component={Link} to={deploymentAddress(row)} id={rowId(row.id)} fw={500}>
          {nameOf(row)}
        </Anchor>
      ),
    },
    {
      key: 'status',
      header: t('columns.outcome'),
      wide: true,
      sortValue: ({ status }) => status,
      render: ({ status }) => <DeploymentStatusBadge status={status} />,
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
      sortValue: (row) => timesOf(row, now).worked,
      render: (row) => formatDuration(timesOf(row, now).worked, i18n.language),
    },
    {
      key: 'bar',
      header: t('columns.time'),
      wide: true,
      render: (row) => {
        const { waited, worked } = timesOf(row, now);
        const to = waited + worked;
        return (
          <TimeBar length={length} waited={waited} stretches={[{ from: waited, to }]} look={row.status} lines={null} />
        );
      },
    },
  ];
  return (
    <SortedTable
      caption={t('list')}
      columns={columns}
      rows={rows}
      rowKey={({ id }) => id}
      partial={partial}
      onOpen={(row) => void navigate(deploymentAddress(row))}
    />
  );
}
