import { Button, Group, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { spoken } from '../../i18n/spoken';
import type { Column } from '../../ui/DataTable';
import { SortedTable } from '../../ui/SortedTable';
import { formatDuration } from '../duration';
import { stepTitle } from '../event-sentence';
import { StepStatusBadge } from '../status-badges';
import { UpdateNote } from '../UpdateNote';
import classes from './history.module.css';
import { TimeBar } from './TimeBar';
import { scaleStep, type Timeline, type TimelineRow } from './timeline';

type Key = 'step' | 'status' | 'attempts' | 'begun' | 'took' | 'bar';

/** Rows that are shown before "show all": a browser takes its time for thousands. */
const shownRows = 200;

/** The steps as a table in the order of the plan, each with its stretch of the whole time. */
export function StepTimeline({ timeline }: { timeline: Timeline }) {
  const { t, i18n } = useTranslation(['history', 'slices']);
  const { t: tEvents } = useTranslation('events');
  const [all, setAll] = useState(false);
  const lines = scaleStep(timeline.length);
  const duration = (ms: number) => formatDuration(ms, i18n.language);
  const columns: Column<TimelineRow, Key>[] = [
    {
      key: 'step',
      header: t('columns.step'),
      sortValue: ({ step }) => step.seq,
      render: ({ step }) => (
        <span className={classes.step}>
          <span className={classes.number}>{step.seq + 1}</span>
          <span style={{ overflowWrap: 'anywhere' }}>
            {stepTitle(tEvents, step)}{' '}
            {step.dependsOn.length === 0 ? null : (
              <span className={classes.after}>
                {t('slices:plan.after', {
                  steps: step.dependsOn
                    .map((seq) => seq + 1)
                    .toSorted((one, other) => one - other)
                    .join(', '),
                })}
              </span>
            )}
            {step.update === null ? null : <UpdateNote update={step.update} />}
            {step.error === null ? null : (
              <Text size="xs" c="red">
                {spoken(step.error, step.sentences)}
              </Text>
            )}
          </span>
        </span>
      ),
    },
    {
      key: 'status',
      header: t('columns.outcome'),
      sortValue: ({ step }) => step.status,
      render: ({ step }) => <StepStatusBadge status={step.status} />,
    },
    {
      key: 'attempts',
      header: t('columns.attempts'),
      kind: 'end',
      sortValue: ({ step }) => step.attempts,
      render: ({ step }) => step.attempts,
    },
    {
      key: 'begun',
      header: t('columns.begun'),
      kind: 'end',
      sortValue: ({ whole }) => whole?.from ?? Number.MAX_SAFE_INTEGER,
      render: ({ whole }) => (whole === null ? '–' : t('after', { duration: duration(whole.from) })),
    },
    {
      key: 'took',
      header: t('columns.took'),
      kind: 'end',
      sortValue: ({ whole }) => (whole === null ? -1 : whole.to - whole.from),
      render: ({ whole }) => (whole === null ? '–' : duration(whole.to - whole.from)),
    },
    {
      key: 'bar',
      header: t('columns.time'),
      wide: true,
      render: ({ step, attempts }) => (
        <TimeBar length={timeline.length} waited={0} stretches={attempts} look={step.status} lines={lines} />
      ),
    },
  ];
  const rows = all ? timeline.rows : timeline.rows.slice(0, shownRows);
  return (
    <section aria-label={t('steps')}>
      <Group justify="space-between" mb="xs" gap="xs">
        <Title order={3} size="h4" fz="sm">
          {t('steps')}
        </Title>
        {rows.length === 0 ? null : (
          <Text size="xs" c="dimmed">
            {t('scale', { duration: duration(lines) })}
          </Text>
        )}
      </Group>
      {rows.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('slices:plan.noSteps')}
        </Text>
      ) : (
        <SortedTable caption={t('steps')} columns={columns} rows={rows} rowKey={({ step }) => step.seq} />
      )}
      {rows.length < timeline.rows.length ? (
        <Button mt="xs" size="compact-sm" variant="subtle" onClick={() => setAll(true)}>
          {t('showAll', { count: timeline.rows.length })}
        </Button>
      ) : null}
    </section>
  );
}
