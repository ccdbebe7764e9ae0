import { Button, Tooltip } from '@mantine/core';
import { skipToken } from '@tanstack/react-query';
import { Activity } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { LinkTraffic } from '#shared/capture/traffic';
import type { Slice } from '#shared/slice';
import { notifyError } from '../api/error-message';
import { trpc } from '../api/trpc';
import { usePausableStream } from '../hooks/stream-pause';

/** Figures of links by their ids. */
export type LinkFigures = ReadonlyMap<number, LinkTraffic>;

/** Reads how much passes on the slice's links, while the page is seen. */
function TrafficReader({ sliceId, onRead }: { sliceId: number; onRead: (figures: LinkFigures) => void }) {
  const { paused } = usePausableStream();
  trpc.captures.traffic.useSubscription(paused ? skipToken : { sliceId }, {
    onData: ({ links }) => onRead(new Map(links.map((link) => [link.edgeId, link]))),
    onError: notifyError,
  });
  return null;
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

/** Has the canvas say how much passes on each link: `figures` are null while nobody wants to know. */
export function TrafficSwitch({
  slice,
  figures,
  onChange,
}: {
  slice: Slice;
  figures: LinkFigures | null;
  onChange: (figures: LinkFigures | null) => void;
}) {
  const { t } = useTranslation('slices');
  if (slice.status === 'draft' || slice.edges.length === 0) return null;
  const on = figures !== null;
  return (
    <>
      {on ? <TrafficReader sliceId={slice.id} onRead={onChange} /> : null}
      <Tooltip label={t('actions.trafficHelp')} multiline maw={320}>
        <Button
          size="xs"
          variant={on ? 'light' : 'default'}
          leftSection={<Activity size={14} />}
          aria-pressed={on}
          onClick={() => onChange(on ? null : new Map())}
        >
          {t('actions.traffic')}
        </Button>
      </Tooltip>
    </>
  );
}
