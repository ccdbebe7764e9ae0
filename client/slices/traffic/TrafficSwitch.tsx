import { Button, Tooltip } from '@mantine/core';
import { skipToken } from '@tanstack/react-query';
import { Activity } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { LinkTraffic } from '#shared/capture/traffic';
import type { Slice } from '#shared/slice';
import { notifyError } from '../../api/error-message';
import { trpc } from '../../api/trpc';
import { usePausableStream } from '../../hooks/stream-pause';

interface TrafficSwitchProps {
  slice: Slice;
  on: boolean;
  onToggle: () => void;
  /** Told each second while it is on. */
  onRead: (links: readonly LinkTraffic[]) => void;
}

/** Reads how much passes on the slice's links, while the page is seen. */
function TrafficReader({ sliceId, onRead }: { sliceId: number } & Pick<TrafficSwitchProps, 'onRead'>) {
  const { paused } = usePausableStream();
  trpc.captures.traffic.useSubscription(paused ? skipToken : { sliceId }, {
    onData: ({ links }) => onRead(links),
    onError: notifyError,
  });
  return null;
}

/** Has the page say how much passes on each link, and which talk most. */
export function TrafficSwitch({ slice, on, onToggle, onRead }: TrafficSwitchProps) {
  const { t } = useTranslation('slices');
  if (slice.status === 'draft' || slice.edges.length === 0) return null;
  return (
    <>
      {on ? <TrafficReader sliceId={slice.id} onRead={onRead} /> : null}
      <Tooltip label={t('traffic.help')} multiline maw={320}>
        <Button
          size="xs"
          variant={on ? 'light' : 'default'}
          leftSection={<Activity size={14} />}
          aria-pressed={on}
          onClick={onToggle}
        >
          {t('traffic.title')}
        </Button>
      </Tooltip>
    </>
  );
}
