import { Divider, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LinkRun, RunKind } from '#shared/links/schema';
import type { Slice } from '#shared/slice';
import { runningSliceStatuses } from '#shared/slice-status';
import { ErrorState } from '../../api/ErrorState';
import { LoadingRows } from '../../ui/LoadingRows';
import { accessRefusal } from '../access';
import { reasonSentence } from '../reason-sentence';
import { ChaosForm } from './ChaosForm';
import { RunText } from './LinkRunBar';
import { RunSteps } from './RunSteps';
import { SequenceForm } from './SequenceForm';
import { StopLinks } from './StopLinks';
import { useLinkRun } from './use-link-run';

/** Changes of a slice's links that go on, with what stops them; else what begins some, and the last ones. */
export function LinksPanel({ slice, linkKeys }: { slice: Slice; linkKeys: readonly string[] }) {
  const { t, i18n } = useTranslation(['links', 'slices', 'common', 'problems']);
  const { run, isPending, error, refetch, dataUpdatedAt } = useLinkRun(slice);
  const [kind, setKind] = useState<RunKind>('sequence');
  const { t: tSlices } = useTranslation(['slices', 'common', 'problems']);
  const refused = reasonSentence(tSlices, i18n.language, accessRefusal(slice.access, 'update'));
  const runs = runningSliceStatuses.some((status) => status === slice.status);
  if (error !== null) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (isPending) return <LoadingRows rows={6} height={40} />;
  if (run !== null && run.status !== 'ended')
    return <OneRun slice={slice} run={run} readAt={dataUpdatedAt} reason={refused} />;
  const reason = refused ?? (runs ? null : t('notRunning'));
  return (
    <Stack gap="md">
      {reason === null ? (
        <>
          <SegmentedControl
            size="xs"
            aria-label={t('open')}
            data={(['sequence', 'chaos'] as const).map((value) => ({ value, label: t(`kind.${value}`) }))}
            value={kind}
            onChange={(value) => setKind(value === 'chaos' ? 'chaos' : 'sequence')}
          />
          {kind === 'sequence' ? (
            <SequenceForm slice={slice} linkKeys={linkKeys} />
          ) : (
            <ChaosForm slice={slice} linkKeys={linkKeys} />
          )}
        </>
      ) : (
        <Text size="sm" c="dimmed">
          {reason}
        </Text>
      )}
      {run === null ? null : (
        <>
          <Divider />
          <section aria-labelledby="links-last">
            <Title order={3} size="h4" id="links-last" mb="xs">
              {t('run.endedTitle')}
            </Title>
            <RunSteps slice={slice} run={run} />
          </section>
        </>
      )}
    </Stack>
  );
}

interface OneRunProps {
  slice: Slice;
  run: LinkRun;
  readAt: number;
  reason: string | null;
}

function OneRun({ slice, run, readAt, reason }: OneRunProps) {
  const { t } = useTranslation('links');
  return (
    <Stack gap="md">
      <Title order={3} size="h4">
        {run.status === 'ending' ? t('run.endingTitle') : t(`run.title.${run.kind}`)}
      </Title>
      <RunText slice={slice} run={run} readAt={readAt} />
      {run.chaos === null ? null : (
        <Text size="sm" c="dimmed">
          {t('run.seed', { seed: run.chaos.seed })}
        </Text>
      )}
      <StopLinks slice={slice} run={run} reason={reason} both />
      <RunSteps slice={slice} run={run} />
    </Stack>
  );
}
