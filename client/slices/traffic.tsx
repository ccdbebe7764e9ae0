import { Button, Tooltip } from '@mantine/core';
import { skipToken } from '@tanstack/react-query';
import { Activity } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LinkTraffic } from '#shared/capture/traffic';
import type { Slice } from '#shared/slice';
import { notifyError } from '../api/error-message';
import { trpc } from '../api/trpc';
import { usePausableStream } from '../hooks/stream-pause';

const nothing: ReadonlyMap<number, LinkTraffic> = new Map();

/** How much passes on the slice's links now, by their ids, while it is `on` and the page is seen. */
export function useTraffic(sliceId: number, on: boolean): ReadonlyMap<number, LinkTraffic> {
  const [traffic, setTraffic] = useState(nothing);
  const { paused } = usePausableStream();
  const counts = on && !paused;
  trpc.captures.traffic.useSubscription(counts ? { sliceId } : skipToken, {
    onData: ({ links }) => setTraffic(new Map(links.map((link) => [link.edgeId, link]))),
    onError: notifyError,
  });
  return counts ? traffic : nothing;
}

/** Bits in a second, for the canvas: `14.2 kbit/s`. */
export function rateText({ bitsPerSecond }: LinkTraffic, language: string): string {
  const [divisor, unit] = bitsPerSecond >= 1e6 ? [1e6, 'Mbit/s'] : [1e3, 'kbit/s'];
  const number = new Intl.NumberFormat(language, { maximumSignificantDigits: 3 }).format(bitsPerSecond / divisor);
  return `${number} ${unit}`;
}

/** All figures of a link, as its hint says them. */
export function trafficHint({ framesPerSecond, frames, bytes }: LinkTraffic, language: string) {
  const number = (value: number) => new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(value);
  return { rate: number(framesPerSecond), frames: number(frames), bytes: number(bytes) };
}

/** Has the canvas say how much passes on each link. */
export function TrafficSwitch({ slice, on, onChange }: { slice: Slice; on: boolean; onChange: (on: boolean) => void }) {
  const { t } = useTranslation('slices');
  if (slice.status === 'draft' || slice.edges.length === 0) return null;
  return (
    <Tooltip label={t('actions.trafficHelp')} multiline maw={320}>
      <Button
        size="xs"
        variant={on ? 'light' : 'default'}
        leftSection={<Activity size={14} />}
        aria-pressed={on}
        onClick={() => onChange(!on)}
      >
        {t('actions.traffic')}
      </Button>
    </Tooltip>
  );
}
