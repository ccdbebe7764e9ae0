import { ListOrdered, MoonStar } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { limits } from '#shared/limits';
import type { SliceSummary } from '#shared/slice';
import { trpc } from '../api/trpc';
import { formatMoment } from '../ui/format';
import { StatusBadge } from '../ui/StatusBadge';

/** How often the places are asked for while somebody in the list waits. */
const askEveryMs = 10_000;

interface SliceMarksProps {
  slice: Pick<SliceSummary, 'id' | 'waitingSince' | 'idleSince'>;
  /** All in the list that wait: their places are asked for at once. */
  waiting: readonly number[];
}

/** Beside a slice's status in a list: its place in the line for room, or that nothing happens in it. */
export function SliceMarks({ slice, waiting }: SliceMarksProps) {
  const { t, i18n } = useTranslation('slices');
  const { data } = trpc.line.places.useQuery(
    { sliceIds: waiting.slice(0, limits.pageSize) },
    { enabled: slice.waitingSince !== null, refetchInterval: askEveryMs },
  );
  const place = data?.places.find(({ sliceId }) => sliceId === slice.id);
  const when = (at: string) => formatMoment(Date.parse(at), i18n.language);
  return (
    <>
      {slice.waitingSince === null ? null : (
        <StatusBadge
          tone="info"
          icon={ListOrdered}
          label={place === undefined ? t('mark.waiting') : t('mark.place', { place: place.place, of: place.of })}
          title={`${t('line.since')} ${when(slice.waitingSince)}`}
        />
      )}
      {slice.idleSince === null ? null : (
        <StatusBadge
          tone="warning"
          icon={MoonStar}
          label={t('mark.idle')}
          title={`${t('idle.since')} ${when(slice.idleSince)}`}
        />
      )}
    </>
  );
}
