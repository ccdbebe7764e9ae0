import { Group, Progress, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { countDone } from '#shared/deployment/progress';
import type { Deployment, Step } from '#shared/deployment/schema';
import { spoken } from '../i18n/spoken';
import { DeploymentStatusBadge, StepStatusBadge } from './status-badges';
import { RelativeTime } from '../ui/RelativeTime';
import { isLiveStatus } from '#shared/deployment/schema';
import { formatDuration } from './duration';
import { operationName, stepTitle } from './event-sentence';
import { requestedText } from './requested';
import classes from './slice.module.css';
import { UpdateNote } from './UpdateNote';
import { useNow } from './use-now';

/** An operation's steps as they go: status, attempts, how long, and what went wrong. */
export function StepList({
  deployment,
  vmName,
}: {
  deployment: Deployment;
  vmName: (id: number) => string | undefined;
}) {
  const { t } = useTranslation(['slices', 'events']);
  const { t: tEvents } = useTranslation('events');
  const done = countDone(deployment.steps);
  const total = deployment.steps.length;
  const live = isLiveStatus(deployment.status);
  const requested = requestedText(t, deployment);
  const now = useNow(live);
  return (
    <Stack gap="sm">
      <Group gap="xs">
        <Title order={2} size="h3">
          {operationName(tEvents, deployment.kind, deployment.vmId, vmName)}
        </Title>
        <DeploymentStatusBadge status={deployment.status} />
        <Text size="sm" c="dimmed">
          {requested} · <RelativeTime at={deployment.createdAt} />
        </Text>
      </Group>
      <Group gap="sm" wrap="nowrap">
        <Progress
          value={total === 0 ? 0 : (100 * done) / total}
          color={deployment.status === 'failed' ? 'red' : undefined}
          animated={live}
          flex={1}
          aria-label={t('banner.progress')}
        />
        <Text size="xs" c="dimmed" className={classes.numbers}>
          {t('steps.of', { done, total })}
        </Text>
      </Group>
      {deployment.error === null ? null : (
        <Text size="sm" c="red" role="alert">
          {spoken(deployment.error, deployment.sentences)}
        </Text>
      )}
      <ol className={classes.steps}>
        {deployment.steps.map((step) => (
          <StepRow key={step.seq} step={step} title={stepTitle(tEvents, step)} now={now} />
        ))}
      </ol>
    </Stack>
  );
}

function StepRow({ step, title, now }: { step: Step; title: string; now: number }) {
  const { t, i18n } = useTranslation('slices');
  const duration = stepDuration(step, now);
  return (
    <li className={classes.step} data-status={step.status}>
      <span className={classes.seq}>{step.seq + 1}</span>
      <StepStatusBadge status={step.status} />
      <span className={classes.stepTitle}>
        {title}
        {step.attempts > 1 ? (
          <Text span inherit c="dimmed">
            {' '}
            · {t('steps.attempt', { count: step.attempts })}
          </Text>
        ) : null}
        {step.update === null ? null : <UpdateNote update={step.update} />}
        {step.error === null ? null : (
          <Text size="xs" c="red" className={classes.wrapAnywhere}>
            {spoken(step.error, step.sentences)}
          </Text>
        )}
      </span>
      <span className={classes.duration}>{duration === null ? '' : formatDuration(duration, i18n.language)}</span>
    </li>
  );
}

function stepDuration(step: Step, now: number): number | null {
  if (step.startedAt === null) return null;
  const begin = Date.parse(step.startedAt);
  if (step.finishedAt !== null) return Date.parse(step.finishedAt) - begin;
  return step.status === 'running' ? Math.max(0, now - begin) : null;
}
