import { Anchor, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { figuresEverySeconds, type ZoneFigures as Figures } from '#shared/figures';
import { trpc } from '../api/trpc';
import { figures as figureColumn } from '../ui/columns';
import { formatCount } from '../ui/format';
import { LoadingRows } from '../ui/LoadingRows';
import { SortedTable } from '../ui/SortedTable';
import { FigureGraph } from './FigureGraph';
import { figureText } from './figure-text';
import classes from './figures.module.css';
import { MeasuredSince } from './MeasuredSince';
import { Unavailable } from './Unavailable';

type Top = NonNullable<Figures['top']>[number];

/** What all VMs of a zone have used of their host in the last hour, and which use most. */
export function ZoneFigures({ zoneId }: { zoneId: number }) {
  const { t, i18n } = useTranslation('figures');
  const query = trpc.zones.figures.useQuery(
    { id: zoneId, points: 120 },
    { refetchInterval: figuresEverySeconds * 1000, staleTime: 0 },
  );
  if (query.isError) return <Unavailable error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <LoadingRows rows={3} height={110} />;
  const { cpu, memory, vms, machine, top } = query.data;
  const text = (kind: 'cpu' | 'memory') => (value: number) => figureText(kind, value, i18n.language);
  return (
    <Stack gap="xs">
      <MeasuredSince of={query.data} />
      <div className={classes.grid}>
        <FigureGraph label={t('kind.cpu')} of={query.data} series={cpu} format={text('cpu')} />
        <FigureGraph label={t('kind.memory')} of={query.data} series={memory} binary format={text('memory')} />
        <FigureGraph
          label={t('zone.vms')}
          of={query.data}
          series={vms}
          format={(value) => formatCount(value, i18n.language)}
        />
        {machine === null ? null : (
          <>
            <FigureGraph
              label={t('zone.machineCpu')}
              of={query.data}
              series={machine.cpu}
              top={machine.processors * 100}
              format={text('cpu')}
            />
            <FigureGraph
              label={t('zone.machineMemory')}
              of={query.data}
              series={machine.memory}
              top={machine.totalMemoryMb}
              binary
              format={text('memory')}
            />
          </>
        )}
      </div>
      <Text size="xs" c="dimmed">
        {t('zone.help')}
        {machine === null ? null : (
          <> {t('zone.machine', { count: machine.processors, memory: text('memory')(machine.totalMemoryMb) })}</>
        )}
      </Text>
      {top === null || top.length === 0 ? null : (
        <section>
          <Title order={4} size="h5" mb={4}>
            {t('zone.top')}
          </Title>
          <SortedTable
            caption={t('zone.top')}
            columns={[
              {
                key: 'vm',
                header: t('vm'),
                sortValue: ({ vm }: Top) => vm.name,
                render: ({ vm, slice }: Top) => (
                  <Anchor component={Link} to={`/slices/${slice.id}?tab=figures`} fw={500}>
                    {vm.name}
                  </Anchor>
                ),
              },
              {
                key: 'slice',
                header: t('zone.slice'),
                sortValue: ({ slice }: Top) => slice.name,
                render: ({ slice }: Top) => slice.name,
              },
              figureColumn('cpu', t('kind.cpu'), (one: Top) => one.cpu, text('cpu')),
              figureColumn('memory', t('kind.memory'), (one: Top) => one.memory, text('memory')),
            ]}
            rows={top}
            rowKey={({ vm }) => vm.id}
          />
        </section>
      )}
    </Stack>
  );
}
