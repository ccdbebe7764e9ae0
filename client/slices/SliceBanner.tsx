import { Alert, Button, Group, List, Progress, Text } from '@mantine/core';
import { Archive, CircleX, TriangleAlert, Undo2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { countDone, isStepDone } from '#shared/deployment/progress';
import type { Deployment } from '#shared/deployment/schema';
import { driftOf } from '#shared/drift';
import type { Slice } from '#shared/slice';
import { spoken } from '../i18n/spoken';
import { confirmDestroy } from '../ui/confirm';
import { isLiveStatus } from '#shared/deployment/schema';
import { DriftList } from './DriftList';
import { operationName, stepTitle } from './event-sentence';
import classes from './slice.module.css';

interface SliceBannerProps {
  slice: Slice;
  deployment: Deployment | undefined;
  /** Takes an update that has failed back; without it, that is not offered. */
  onUndo?: ((deploymentId: number) => void) | undefined;
}

/** What has to be said before anything else: what goes on, what failed and why, what is not as it should be. */
export function SliceBanner({ slice, deployment, onUndo }: SliceBannerProps) {
  if (slice.deployment !== null && isLiveStatus(slice.deployment.status))
    return <BusyBanner slice={slice} deployment={deployment} />;
  if (slice.status === 'failed') return <FailedBanner slice={slice} deployment={deployment} onUndo={onUndo} />;
  if (slice.status === 'degraded') return <DegradedBanner slice={slice} />;
  return slice.status === 'destroyed' ? <DestroyedBanner /> : null;
}

function useOperationName(slice: Slice): string {
  const { t } = useTranslation('events');
  if (slice.deployment === null) return '';
  const { kind, vmId } = slice.deployment;
  return operationName(t, kind, vmId, (id) => slice.vmList.find((vm) => vm.id === id)?.name);
}

function BusyBanner({ slice, deployment }: { slice: Slice; deployment: Deployment | undefined }) {
  const { t } = useTranslation('slices');
  const kind = useOperationName(slice);
  const summary = slice.deployment;
  if (summary === null) return null;
  const known = deployment?.id === summary.id ? deployment : undefined;
  const done = known === undefined ? summary.stepsDone : countDone(known.steps);
  const total = known?.steps.length ?? summary.stepsTotal;
  return (
    <Group gap="sm" mb="sm" wrap="nowrap" role="status">
      <Text size="sm" className={classes.numbers}>
        {summary.status === 'running' ? t('banner.busy', { kind, done, total }) : t('banner.busyWaiting', { kind })}
      </Text>
      <Progress value={total === 0 ? 0 : (100 * done) / total} flex={1} animated aria-label={t('banner.progress')} />
    </Group>
  );
}

function FailedBanner({ slice, deployment, onUndo }: SliceBannerProps) {
  const { t } = useTranslation('slices');
  const { t: tEvents } = useTranslation('events');
  const kind = useOperationName(slice);
  const told = [slice.deployment, deployment].find((one) => one?.error != null);
  const error = told?.error ?? null;
  // the sentence of the whole names the first of them already
  const failed =
    deployment?.steps.filter(
      (step) => step.status === 'failed' && !(step.error !== null && error?.includes(step.error) === true),
    ) ?? [];
  return (
    <Alert
      mb="sm"
      color="red"
      variant="light"
      role="alert"
      icon={<CircleX size={18} />}
      title={slice.deployment === null ? t('refused.status.failed') : t('banner.failedTitle', { kind })}
    >
      <Text size="sm" className={classes.wrapAnywhere}>
        {error === null ? t('banner.failedUnknown') : spoken(error, told?.sentences)}
      </Text>
      {failed.length === 0 ? null : (
        <List size="sm" my={4} spacing={2}>
          {failed.slice(0, 5).map((step) => (
            <List.Item key={step.seq} className={classes.wrapAnywhere}>
              {t('banner.failedStep', { step: stepTitle(tEvents, step), attempts: step.attempts })}{' '}
              {spoken(step.error ?? '', step.sentences)}
            </List.Item>
          ))}
        </List>
      )}
      <Text size="sm">{t('banner.failedHelp')}</Text>
      {deployment?.topologyChange == null || deployment.id !== slice.deployment?.id ? null : (
        <HalfUpdate slice={slice} deployment={deployment} onUndo={onUndo} />
      )}
    </Alert>
  );
}

/** Of an update that has failed: what of it is done and what is not, and the way back. */
function HalfUpdate({
  slice,
  deployment,
  onUndo,
}: {
  slice: Slice;
  deployment: Deployment;
  onUndo: SliceBannerProps['onUndo'];
}) {
  const { t } = useTranslation('slices');
  const { t: tEvents } = useTranslation('events');
  const missing = deployment.steps.filter(({ status }) => !isStepDone(status)).map((step) => stepTitle(tEvents, step));
  const first = missing.slice(0, 5).join(', ');
  const names = missing.length > 5 ? `${first}, ${t('plan.more', { count: missing.length - 5 })}` : first;
  const ask = () =>
    confirmDestroy({
      title: t('banner.undoTitle', { name: slice.name }),
      goes: [t('banner.undoGoes')],
      stays: t('banner.undoStays'),
      confirmLabel: t('banner.undo'),
      onConfirm: () => onUndo?.(deployment.id),
    });
  return (
    <>
      <Text size="sm" className={classes.wrapAnywhere}>
        {t('banner.halfDone', { done: countDone(deployment.steps), total: deployment.steps.length })}{' '}
        {names === '' ? null : t('banner.notDone', { steps: names })}
      </Text>
      {onUndo === undefined || deployment.because !== null ? null : (
        <Button size="xs" mt={6} variant="default" leftSection={<Undo2 size={14} />} onClick={ask}>
          {t('banner.undo')}
        </Button>
      )}
    </>
  );
}

/** What is not as it was asked for, part by part, each with when it was seen so. */
function DegradedBanner({ slice }: { slice: Slice }) {
  const { t } = useTranslation('slices');
  return (
    <Alert
      mb="sm"
      color="yellow"
      variant="light"
      role="status"
      icon={<TriangleAlert size={18} />}
      title={t('banner.degradedTitle')}
    >
      <DriftList drift={driftOf(slice)} />
      <Text size="sm">{slice.healGaveUpAt === null ? t('banner.degradedHelp') : t('banner.healGaveUp')}</Text>
    </Alert>
  );
}

function DestroyedBanner() {
  const { t } = useTranslation('slices');
  return (
    <Alert mb="sm" color="gray" variant="light" icon={<Archive size={18} />} title={t('banner.destroyedTitle')}>
      <Text size="sm">{t('banner.destroyedText')}</Text>
    </Alert>
  );
}
