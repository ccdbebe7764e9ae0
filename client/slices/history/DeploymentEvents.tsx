import { Button, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ErrorState } from '../../api/ErrorState';
import { LoadingRows } from '../../ui/LoadingRows';
import { EventLine } from '../EventLine';
import classes from '../slice.module.css';
import type { DeploymentHistory } from './use-deployment-events';

interface DeploymentEventsProps {
  history: DeploymentHistory;
  vmName: (vmId: number) => string | undefined;
}

/** What happened while the operation went on, in its order. */
export function DeploymentEvents({ history, vmName }: DeploymentEventsProps) {
  const { t } = useTranslation('history');
  return (
    <section aria-label={t('events')}>
      <Title order={3} size="h4" fz="sm" mb="xs">
        {t('events')}
      </Title>
      {history.error === null ? null : <ErrorState error={history.error} onRetry={history.retry} />}
      <div
        className={classes.logLines}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reachable by keyboard
        tabIndex={0}
        role="log"
        aria-label={t('events')}
      >
        {history.isPending ? <LoadingRows rows={6} height={24} /> : null}
        {history.events.map((event) => (
          <EventLine key={event.id} event={event} vmName={vmName} />
        ))}
        {history.more === null ? null : (
          <Button size="compact-sm" variant="subtle" m="xs" loading={history.loading} onClick={history.more}>
            {t('later')}
          </Button>
        )}
      </div>
    </section>
  );
}
