import { Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { figureKinds, figuresEverySeconds, figuresKept } from '#shared/figures';
import { trpc } from '../api/trpc';
import { LoadingRows } from '../ui/LoadingRows';
import { FigureGraph } from './FigureGraph';
import { figureText } from './figure-text';
import { MeasuredSince } from './MeasuredSince';
import { Unavailable } from './Unavailable';

/** What one VM has used in the last hour, as graphs. */
export function VmFigures({ sliceId, vmId }: { sliceId: number; vmId: number }) {
  const { t, i18n } = useTranslation('figures');
  const query = trpc.slices.figures.useQuery(
    { id: sliceId, vmIds: [vmId], points: figuresKept },
    { refetchInterval: figuresEverySeconds * 1000, staleTime: 0 },
  );
  if (query.isError) return <Unavailable error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <LoadingRows rows={3} height={110} />;
  const [figures] = query.data.vms;
  return (
    <Stack gap="xs">
      <MeasuredSince of={query.data} />
      {figures === undefined ? (
        <Text size="sm" c="dimmed">
          {t('vmNothing')}
        </Text>
      ) : (
        figureKinds
          .filter((kind) => kind !== 'disk' || figures.disk.peak !== null)
          .map((kind) => (
            <FigureGraph
              key={kind}
              label={t(`kind.${kind}`)}
              of={query.data}
              series={figures[kind]}
              binary={kind === 'memory'}
              format={(value) => figureText(kind, value, i18n.language)}
            />
          ))
      )}
      {figures === undefined ? null : (
        <Text size="xs" c="dimmed">
          {t('help')}
        </Text>
      )}
    </Stack>
  );
}
