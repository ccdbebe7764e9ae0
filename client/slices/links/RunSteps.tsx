import { Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { LinkRun } from '#shared/links/schema';
import type { Slice } from '#shared/slice';
import { spoken } from '../../i18n/spoken';
import { formatDuration } from '../duration';
import { deedText, linkNames } from './use-link-run';

/** The steps of a run: when each is due, what it makes of which link, and how it ended. */
export function RunSteps({ slice, run }: { slice: Slice; run: LinkRun }) {
  const { t, i18n } = useTranslation('links');
  const names = linkNames(slice);
  return (
    <Stack component="ol" gap={4} m={0} p={0} aria-label={t('run.steps')} style={{ listStyle: 'none' }}>
      {run.steps.map((step, index) => {
        const ended = run.outcomes[index];
        const state = ended?.outcome ?? 'coming';
        return (
          <Group key={index} component="li" justify="space-between" gap="xs" wrap="nowrap" align="baseline">
            <Text size="sm">
              {names.get(step.edge) ?? step.edge} {deedText(t, step)}{' '}
              <Text span size="xs" c="dimmed">
                {t('run.at', { time: formatDuration(step.at * 1_000, i18n.language) })}
              </Text>
            </Text>
            <Text size="xs" c={state === 'failed' ? 'red' : 'dimmed'} ta="right">
              {t(`run.state.${state}`)}
              {ended?.error == null ? '' : `: ${spoken(ended.error, ended.sentences)}`}
            </Text>
          </Group>
        );
      })}
    </Stack>
  );
}
