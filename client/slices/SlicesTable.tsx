import { Group, Text } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { SliceSummary } from '#shared/slice';
import { NameLink } from '../layouts/NameLink';
import { figures, since, useResourceColumns } from '../ui/columns';
import type { Column, RowSelection } from '../ui/DataTable';
import { RelativeTime } from '../ui/RelativeTime';
import { SortedTable } from '../ui/SortedTable';
import { sliceLooks, SliceStatusBadge } from './status-badges';

const SliceMarks = lazy(async () => ({ default: (await import('./SliceMarks')).SliceMarks }));

export interface SlicesTableProps {
  slices: readonly SliceSummary[];
  /** The server has more than these. */
  partial: boolean;
  withOwner?: boolean | undefined;
  selection?: RowSelection<SliceSummary> | undefined;
}

type Key =
  'name' | 'status' | 'owner' | 'zone' | 'template' | 'vms' | 'vcpus' | 'ramMb' | 'diskGb' | 'ends' | 'changed';

/** The statuses in their order; not the tuple of `shared`, which would bring the schemas into the first load. */
const lifecycle = Object.keys(sliceLooks);

const isMarked = ({ waitingSince, idleSince }: SliceSummary) => waitingSince !== null || idleSince !== null;

/** Slices with their live states. */
export function SlicesTable({ slices, partial, withOwner = false, selection }: SlicesTableProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const waiting = slices.flatMap(({ id, waitingSince }) => (waitingSince === null ? [] : [id]));
  const owner: Column<SliceSummary, Key> = {
    key: 'owner',
    header: t('sliceList.columns.owner'),
    wide: true,
    sortValue: (slice) => slice.owner.name,
    render: (slice) => slice.owner.name,
  };
  const columns: Column<SliceSummary, Key>[] = [
    {
      key: 'name',
      header: t('sliceList.columns.name'),
      sortValue: (slice) => slice.name,
      render: (slice) => <NameLink to={`/slices/${slice.id}`}>{slice.name}</NameLink>,
    },
    {
      key: 'status',
      header: t('sliceList.columns.status'),
      wide: true,
      // in the order of the lifecycle
      sortValue: (slice) => lifecycle.indexOf(slice.status),
      render: (slice) => (
        <Group gap={6} wrap={isMarked(slice) ? 'wrap' : 'nowrap'}>
          <SliceStatusBadge status={slice.status} />
          {!isMarked(slice) ? null : (
            <Suspense fallback={null}>
              <SliceMarks slice={slice} waiting={waiting} />
            </Suspense>
          )}
          {slice.busy === null ? null : (
            <Text size="xs" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
              {t('sliceList.busy', { operation: t(`deploymentKind.${slice.busy}`) })}
            </Text>
          )}
        </Group>
      ),
    },
    ...(withOwner ? [owner] : []),
    {
      key: 'zone',
      wide: true,
      header: t('sliceList.columns.zone'),
      sortValue: (slice) => slice.zone.name,
      render: (slice) => slice.zone.name,
    },
    {
      key: 'template',
      header: t('sliceList.columns.template'),
      wide: true,
      sortValue: (slice) => slice.template?.name ?? '',
      render: (slice) =>
        slice.template === null ? (
          <Text size="sm" c="dimmed" fs="italic">
            {t('sliceList.templateGone')}
          </Text>
        ) : (
          <span style={{ overflowWrap: 'anywhere' }}>{slice.template.name}</span>
        ),
    },
    figures(
      'vms',
      t('sliceList.columns.vms'),
      (slice) => slice.vmsRunning,
      (running, slice) => t('sliceList.running', { running, count: slice.vms }),
    ),
    ...useResourceColumns<SliceSummary>(),
    {
      key: 'ends',
      header: t('sliceList.columns.ends'),
      wide: true,
      sortValue: ({ lease }) => (lease === null ? Infinity : Date.parse(lease.expiresAt)),
      render: ({ lease, status }) =>
        lease === null || status === 'destroyed' ? null : (
          <Text
            span
            inherit
            c={lease.warned || lease.ended ? 'light-dark(#b45309, var(--mantine-color-yellow-5))' : undefined}
          >
            <RelativeTime at={lease.expiresAt} ahead />
          </Text>
        ),
    },
    since('changed', t('sliceList.columns.changed'), (slice) => slice.updatedAt),
  ];
  return (
    <SortedTable
      caption={t('sliceList.title')}
      columns={columns}
      rows={slices}
      rowKey={(slice) => slice.id}
      partial={partial}
      selection={selection}
      isFaded={(slice) => slice.status === 'destroyed'}
      onOpen={(slice) => void navigate(`/slices/${slice.id}`)}
    />
  );
}
