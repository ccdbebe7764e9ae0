import { Alert, Button, Group, Text } from '@mantine/core';
import { CircleCheck, LoaderCircle, Send, TriangleAlert } from 'lucide-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Webhook, WebhookDelivery } from '#shared/webhook';
import { keyset, listedPages } from '../api/keyset';
import { notifyDone, notifyError } from '../api/error-message';
import { trpc } from '../api/trpc';
import { useKeptFocus } from '../hooks/kept-focus';
import { spoken } from '../i18n/spoken';
import { ListStates } from '../layouts/ListPage';
import { Delivery } from './Delivery';
import classes from './webhooks.module.css';

const soonMs = 30_000;

/** How often to look: often while something is under way or near. */
export function lookAgainMs(deliveries: readonly WebhookDelivery[], now: number): number {
  const isNear = deliveries.some(
    ({ status, attemptedAt, nextAt }) =>
      status === 'pending' && (attemptedAt === null || nextAt === null || Date.parse(nextAt) - now < soonMs),
  );
  return isNear ? 1_500 : 15_000;
}

/** How a test went, in one sentence and with what was answered. */
function TestResult({ delivery }: { delivery: WebhookDelivery | undefined }) {
  const { t } = useTranslation('webhooks');
  const status = delivery?.status ?? 'pending';
  const {
    color,
    icon: Icon,
    title,
  } = {
    pending: { color: 'blue', icon: LoaderCircle, title: t('calls.testing') },
    delivered: { color: 'green', icon: CircleCheck, title: t('calls.testDone') },
    failed: { color: 'red', icon: TriangleAlert, title: t('calls.testFailed') },
  }[status];
  const answered =
    delivery?.responseStatus == null
      ? null
      : t('calls.answered', { status: delivery.responseStatus, ms: delivery.durationMs ?? 0 });
  return (
    <Alert role="status" variant="light" color={color} icon={<Icon size={18} />} title={title} mb="md">
      {status === 'pending' ? null : (
        <>
          {delivery?.error == null ? answered : spoken(delivery.error, delivery.sentences)}
          {delivery?.responseBody == null || delivery.responseBody === '' ? null : (
            <pre className={classes.body}>{delivery.responseBody}</pre>
          )}
        </>
      )}
    </Alert>
  );
}

/** What a webhook was called for, how that went and when it is tried again; and a test, with what is answered. */
export function CallsPanel({ webhook: { id: webhookId, url } }: { webhook: Webhook }) {
  const { t } = useTranslation('webhooks');
  const frame = useRef<HTMLDivElement>(null);
  useKeptFocus(frame);
  const utils = trpc.useUtils();
  const query = trpc.webhooks.deliveries.useInfiniteQuery(
    { webhookId, limit: 25 },
    {
      ...keyset,
      staleTime: 0,
      refetchInterval: ({ state }) => lookAgainMs(state.data?.pages.flatMap(({ items }) => items) ?? [], Date.now()),
    },
  );
  const list = listedPages(query);
  const changed = () =>
    Promise.all([utils.webhooks.deliveries.invalidate({ webhookId }), utils.webhooks.list.invalidate()]);
  const [tested, setTested] = useState<number | null>(null);
  const test = trpc.webhooks.test.useMutation({
    onSuccess: ({ id }) => setTested(id),
    onError: notifyError,
    onSettled: changed,
  });
  const again = trpc.webhooks.redeliver.useMutation({
    onSuccess: () => notifyDone(t('calls.queued')),
    onError: notifyError,
    onSettled: changed,
  });
  const testedNow = list.rows?.find(({ id }) => id === tested);
  return (
    <div ref={frame}>
      <Group justify="space-between" align="flex-start" wrap="nowrap" mb="md" gap="md">
        <div>
          <Text size="sm" className={classes.url ?? ''}>
            {url}
          </Text>
          <Text size="xs" c="dimmed" mt={4}>
            {t('calls.testHelp')}
          </Text>
        </div>
        <Button
          style={{ flex: 'none' }}
          leftSection={<Send size={15} />}
          loading={test.isPending}
          onClick={() => test.mutate({ id: webhookId })}
        >
          {t('calls.test')}
        </Button>
      </Group>
      {tested === null ? null : <TestResult delivery={testedNow} />}
      <ListStates
        list={list}
        loading={{ rows: 4, height: 56 }}
        empty={
          <Text size="sm" c="dimmed">
            {t('calls.empty')}
          </Text>
        }
      >
        {(rows) => (
          <ul className={classes.calls} aria-label={t('calls.caption')}>
            {rows.map((delivery) => (
              <Delivery
                key={delivery.id}
                delivery={delivery}
                onAgain={again.isPending ? null : () => again.mutate({ id: delivery.id })}
              />
            ))}
          </ul>
        )}
      </ListStates>
    </div>
  );
}
