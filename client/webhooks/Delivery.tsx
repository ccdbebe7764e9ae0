import { ActionIcon, Text, Tooltip } from '@mantine/core';
import { CircleCheck, CircleX, Clock, LoaderCircle, RotateCw, type LucideIcon } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { WebhookDelivery } from '#shared/webhook';
import { spoken } from '../i18n/spoken';
import { RelativeTime } from '../ui/RelativeTime';
import { StatusBadge, type Tone } from '../ui/StatusBadge';
import { useEventWords } from './event-words';
import classes from './webhooks.module.css';

type Shown = WebhookDelivery['status'] | 'calling';

const looks: Record<Shown, { tone: Tone; icon: LucideIcon }> = {
  pending: { tone: 'info', icon: Clock },
  calling: { tone: 'progress', icon: LoaderCircle },
  delivered: { tone: 'success', icon: CircleCheck },
  failed: { tone: 'danger', icon: CircleX },
};

/** Under way is what has been begun and has not come to an end. */
function shownOf({ status, attempts, attemptedAt }: WebhookDelivery): Shown {
  return status === 'pending' && attempts > 0 && attemptedAt === null ? 'calling' : status;
}

export interface DeliveryProps {
  delivery: WebhookDelivery;
  /** Null while that cannot be asked for. */
  onAgain: (() => void) | null;
}

/** One call: for what, how it went, when it is made again, and what was answered. */
export function Delivery({ delivery, onAgain }: DeliveryProps) {
  const { t } = useTranslation('webhooks');
  const eventWords = useEventWords();
  const { uuid, event, attempts, createdAt, nextAt, durationMs, responseStatus, responseBody, error } = delivery;
  const shown = shownOf(delivery);
  const facts = [
    ...(attempts === 0 ? [] : [t('calls.attempts', { count: attempts })]),
    ...(durationMs === null || responseStatus === null || shown === 'calling'
      ? []
      : [t('calls.answered', { status: responseStatus, ms: durationMs })]),
  ];
  const name = t('calls.againOf', { event: eventWords(event), id: uuid });
  return (
    <li className={classes.call}>
      <div className={classes.callHead}>
        <StatusBadge {...looks[shown]} label={t(`calls.status.${shown}`)} />
        <span className={classes.event}>{eventWords(event)}</span>
        <Text span size="xs" c="dimmed">
          <RelativeTime at={createdAt} />
        </Text>
        <Tooltip label={t('calls.again')}>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={name}
            disabled={onAgain === null || shown === 'calling'}
            onClick={() => onAgain?.()}
          >
            <RotateCw size={15} />
          </ActionIcon>
        </Tooltip>
      </div>
      <Text size="xs" c="dimmed">
        {facts.join(' · ')}
        {shown === 'pending' && nextAt !== null ? (
          <>
            {facts.length === 0 ? '' : ' · '}
            {t('calls.next')} <RelativeTime at={nextAt} ahead />
          </>
        ) : null}
      </Text>
      {error === null || shown === 'calling' ? null : <Text size="sm">{spoken(error, delivery.sentences)}</Text>}
      <details className={classes.answer}>
        <summary>{t('calls.details')}</summary>
        {responseStatus === null ? null : (
          <>
            <Text size="xs" c="dimmed">
              {t('calls.answer')}:
            </Text>
            <pre className={classes.body}>
              {responseBody === null || responseBody === '' ? t('calls.noBody') : responseBody}
            </pre>
          </>
        )}
        <Text size="xs" c="dimmed">
          {t('calls.id')}: <span className={classes.url}>{uuid}</span>
        </Text>
      </details>
    </li>
  );
}
