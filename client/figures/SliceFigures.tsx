import { Stack, Text } from '@mantine/core';
import { ChartSpline } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { figureKinds, figuresEverySeconds, type FigureKind, type Series, type VmFigures } from '#shared/figures';
import type { Slice, SliceVm } from '#shared/slice';
import { trpc } from '../api/trpc';
import { VmName } from '../slices/VmName';
import type { Column } from '../ui/DataTable';
import { EmptyState } from '../ui/EmptyState';
import { LoadingRows } from '../ui/LoadingRows';
import { SortedTable } from '../ui/SortedTable';
import { useSummary } from './FigureGraph';
import { figureText } from './figure-text';
import classes from './figures.module.css';
import { Graph } from './Graph';
import { MeasuredSince } from './MeasuredSince';
import { Unavailable } from './Unavailable';
import { useTimes, type Measured } from './use-times';

interface Row {
  vm: SliceVm;
  figures: VmFigures;
}

/** What the VMs of a slice have used in the last hour: a row for each, with small graphs. */
export function SliceFigures({ slice, onOpen }: { slice: Slice; onOpen: (vmKey: string) => void }) {
  const { t } = useTranslation('figures');
  const query = trpc.slices.figures.useQuery(
    { id: slice.id },
    { refetchInterval: figuresEverySeconds * 1000, staleTime: 0 },
  );
  if (query.isError) return <Unavailable error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <LoadingRows rows={6} height={40} />;
  const { data } = query;
  const rows = data.vms.flatMap((figures): Row[] => {
    const vm = slice.vmList.find(({ id }) => id === figures.vmId);
    return vm === undefined ? [] : [{ vm, figures }];
  });
  if (rows.length === 0)
    return (
      <EmptyState icon={ChartSpline} title={t('empty')}>
        {t('emptyText')}
        <MeasuredSince of={data} />
      </EmptyState>
    );
  const kinds = figureKinds.filter((kind) => kind !== 'disk' || rows.some(({ figures }) => figures.disk.peak !== null));
  const columns: Column<Row, 'vm' | FigureKind>[] = [
    {
      key: 'vm',
      header: t('vm'),
      sortValue: ({ vm }) => vm.name,
      render: ({ vm }) => <VmName vm={vm} onOpen={onOpen} />,
    },
    ...kinds.map((kind): Column<Row, FigureKind> => ({
      key: kind,
      header: t(`kind.${kind}`),
      kind: 'end',
      wide: true,
      sortValue: ({ figures }) => figures[kind].now ?? -1,
      render: ({ figures }) => <FigureCell kind={kind} of={data} series={figures[kind]} />,
    })),
  ];
  return (
    <Stack gap="xs">
      <MeasuredSince of={data} />
      <SortedTable
        caption={t('table')}
        columns={columns}
        rows={rows}
        rowKey={({ vm }) => vm.id}
        onOpen={({ vm }) => onOpen(vm.key)}
      />
      <Text size="xs" c="dimmed">
        {data.measured > rows.length ? <>{t('busiest', { shown: rows.length, all: data.measured })} </> : null}
        {t('help')}
      </Text>
    </Stack>
  );
}

function FigureCell({ kind, of, series }: { kind: FigureKind; of: Measured; series: Series }) {
  const { t, i18n } = useTranslation('figures');
  const summary = useSummary();
  const times = useTimes(of, series.points.length);
  const format = (value: number) => figureText(kind, value, i18n.language);
  return (
    <div className={classes.cell} title={summary(series, format)}>
      <Graph times={times} values={series.points} height={28} language={i18n.language} />
      <span>{series.now === null ? t('none') : format(series.now)}</span>
    </div>
  );
}
