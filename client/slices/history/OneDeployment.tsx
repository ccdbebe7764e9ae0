import { Alert, Anchor, Group, List, Stack, Text, Title } from '@mantine/core';
import { ArrowLeft, CircleX } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigationType } from 'react-router';
import { countDone } from '#shared/deployment/progress';
import type { Deployment } from '#shared/deployment/schema';
import type { Slice } from '#shared/slice';
import { ErrorState } from '../../api/ErrorState';
import { trpc } from '../../api/trpc';
import { spoken } from '../../i18n/spoken';
import { formatExact } from '../../ui/format';
import { LoadingRows } from '../../ui/LoadingRows';
import { isLiveStatus } from '#shared/deployment/schema';
import { formatDuration } from '../duration';
import { operationName, stepTitle } from '../event-sentence';
import { requestedText } from '../requested';
import { DeploymentStatusBadge } from '../status-badges';
import type { LiveSlice } from '../use-live-slice';
import { useNow } from '../use-now';
import { Changes } from './Changes';
import { DeploymentEvents } from './DeploymentEvents';
import classes from './history.module.css';
import { StepTimeline } from './StepTimeline';
import { timelineOf, timesOf } from './timeline';
import { useDeploymentEvents } from './use-deployment-events';

interface OneDeploymentProps {
  id: number;
  slice: Slice;
  live: LiveSlice;
}

/** One operation: who asked for it, what came of it, what it changed, its steps in time, and what happened meanwhile. */
export function OneDeployment({ id, slice, live }: OneDeploymentProps) {
  const { t } = useTranslation('history');
  const isCurrent = live.deployment?.id === id;
  const fetched = trpc.deployments.get.useQuery({ id }, { enabled: !isCurrent });
  // another slice's, in an address that somebody wrote, is not shown here
  const deployment = isCurrent ? live.deployment : fetched.data?.sliceId === slice.id ? fetched.data : undefined;
  return (
    <Stack gap="md">
      <Anchor component={Link} to={`/slices/${slice.id}?tab=history`} size="sm">
        <Group gap={4} component="span">
          <ArrowLeft size={14} aria-hidden />
          {t('all')}
        </Group>
      </Anchor>
      {deployment !== undefined ? (
        <Shown deployment={deployment} slice={slice} live={live} />
      ) : fetched.error !== null ? (
        <ErrorState error={fetched.error} onRetry={() => void fetched.refetch()} />
      ) : fetched.data !== undefined ? (
        <Text>{t('ofAnother')}</Text>
      ) : (
        <LoadingRows rows={8} height={24} />
      )}
    </Stack>
  );
}

function Shown({ deployment, slice, live }: { deployment: Deployment; slice: Slice; live: LiveSlice }) {
  const { t, i18n } = useTranslation(['history', 'slices']);
  const { t: tEvents } = useTranslation('events');
  const { t: tSlices } = useTranslation(['slices']);
  const now = useNow(isLiveStatus(deployment.status));
  const history = useDeploymentEvents(deployment, live.events);
  const vmName = (id: number) => slice.vmList.find((vm) => vm.id === id)?.name;
  const { waited, worked } = timesOf(deployment, now);
  const duration = (ms: number) => formatDuration(ms, i18n.language);
  return (
    <>
      <Group gap="xs">
        <Heading>{operationName(tEvents, deployment.kind, deployment.vmId, vmName)}</Heading>
        <DeploymentStatusBadge status={deployment.status} />
      </Group>
      <div className={classes.facts}>
        <span>{requestedText(tSlices, deployment)}</span>
        <time dateTime={deployment.createdAt}>{formatExact(Date.parse(deployment.createdAt), i18n.language)}</time>
        {deployment.waitingSince === null ? null : (
          <span>
            {t('inLine', {
              duration: duration(Date.parse(deployment.createdAt) - Date.parse(deployment.waitingSince)),
            })}
          </span>
        )}
        <span>{t('waited', { duration: duration(waited) })}</span>
        {deployment.startedAt === null ? null : <span>{t('worked', { duration: duration(worked) })}</span>}
        <span>{t('slices:steps.of', { done: countDone(deployment.steps), total: deployment.steps.length })}</span>
      </div>
      <Failures deployment={deployment} />
      <Changes steps={deployment.steps} />
      <StepTimeline timeline={timelineOf(deployment, history.events, now)} />
      <DeploymentEvents history={history} vmName={vmName} />
    </>
  );
}

/** Who came here by a link reads on from here. */
function Heading({ children }: { children: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const came = useNavigationType() === 'PUSH';
  useEffect(() => {
    if (came) heading.current?.focus({ preventScroll: true });
  }, [came]);
  return (
    <Title order={2} size="h3" ref={heading} tabIndex={-1} className={classes.heading ?? ''}>
      {children}
    </Title>
  );
}

function Failures({ deployment }: { deployment: Deployment }) {
  const { t } = useTranslation(['slices', 'history']);
  const { t: tEvents } = useTranslation('events');
  const { error } = deployment;
  // the sentence of the whole names the first of them already
  const failed = deployment.steps.filter(
    (step) => step.status === 'failed' && step.error !== null && error?.includes(step.error) !== true,
  );
  if (error === null && failed.length === 0) return null;
  return (
    <Alert color="red" variant="light" icon={<CircleX size={18} />} title={t('history:failed')}>
      {error === null ? null : (
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {spoken(error, deployment.sentences)}
        </Text>
      )}
      {failed.length === 0 ? null : (
        <List size="sm" mt={4} spacing={2}>
          {failed.map((step) => (
            <List.Item key={step.seq} style={{ overflowWrap: 'anywhere' }}>
              {t('banner.failedStep', { step: stepTitle(tEvents, step), attempts: step.attempts })}{' '}
              {spoken(step.error ?? '', step.sentences)}
            </List.Item>
          ))}
        </List>
      )}
    </Alert>
  );
}
