import { Alert, Group, Text } from '@mantine/core';
import { Unplug } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { LinkRun } from '#shared/links/schema';
import type { Slice } from '#shared/slice';
import { formatDuration } from '../duration';
import { StopLinks } from './StopLinks';
import { deedText, linkNames, nextStep, useElapsed, useLinkRun } from './use-link-run';

/** That links are changed by a plan or by chance: what is next, how long it goes on, and what ends it. `reason`: why the reader may not. */
export function LinkRunBar({ slice, reason }: { slice: Slice; reason: string | null }) {
  const { run, dataUpdatedAt } = useLinkRun(slice);
  if (run === null || run.status === 'ended') return null;
  return <RunBar slice={slice} run={run} readAt={dataUpdatedAt} reason={reason} />;
}

interface RunBarProps {
  slice: Slice;
  run: LinkRun;
  readAt: number;
  reason: string | null;
}

function RunBar({ slice, run, readAt, reason }: RunBarProps) {
  const { t } = useTranslation('links');
  return (
    <Alert
      mb="sm"
      color="blue"
      variant="light"
      role="status"
      icon={<Unplug size={18} />}
      title={run.status === 'ending' ? t('run.endingTitle') : t(`run.title.${run.kind}`)}
    >
      <Group justify="space-between" gap="sm">
        <RunText slice={slice} run={run} readAt={readAt} />
        <StopLinks slice={slice} run={run} reason={reason} />
      </Group>
    </Alert>
  );
}

/** What is next in the run, and how long it goes on. */
export function RunText({ slice, run, readAt }: Omit<RunBarProps, 'reason'>) {
  const { t } = useTranslation('links');
  const { next, inTime } = useNext(slice, run, readAt);
  if (run.status === 'ending') return <Text size="sm">{t('run.endingHelp')}</Text>;
  return (
    // each second: to be read, not to be read out
    <Text size="sm" aria-live="off">
      {next ?? t('run.none')}{' '}
      {t('run.progress', { done: run.outcomes.length, all: run.steps.length, time: inTime(run.durationSeconds) })}
    </Text>
  );
}

/** The next step in words, null where none is left, and how long it takes until a second of the run. */
function useNext(slice: Slice, run: LinkRun, readAt: number) {
  const { t, i18n } = useTranslation('links');
  const elapsed = useElapsed(run, readAt);
  const inTime = (at: number) => {
    const seconds = Math.ceil(at - elapsed);
    return seconds <= 0 ? t('run.soon') : formatDuration(seconds * 1_000, i18n.language);
  };
  const step = nextStep(run);
  if (step === undefined) return { next: null, inTime };
  const link = linkNames(slice).get(step.edge) ?? step.edge;
  return { next: t('run.next', { link, what: deedText(t, step), time: inTime(step.at) }), inTime };
}
