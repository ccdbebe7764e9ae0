import { Skeleton, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { idSchema } from '#shared/primitives';
import { appErrorOf } from '../api/app-error';
import { ErrorState } from '../api/ErrorState';
import { usePageTitle } from '../hooks/page-title';
import { LoadingRows } from '../ui/LoadingRows';
import { NotFoundPanel } from './NotFoundPanel';
import { SliceView } from './SliceView';
import { useLiveSlice } from './use-live-slice';

/** The page of one slice. */
export function Component() {
  const { sliceId } = useParams();
  const id = idSchema.safeParse(Number(sliceId));
  // another slice is another page: nothing of the one before stays
  return id.success ? <OneSlice key={id.data} id={id.data} /> : <NotFoundPanel />;
}

function OneSlice({ id }: { id: number }) {
  const live = useLiveSlice(id);
  const { t } = useTranslation('slices');
  usePageTitle(live.slice?.name ?? t('one'));
  if (live.slice !== undefined) return <SliceView slice={live.slice} live={live} />;
  if (live.error === null) return <Loading />;
  if (appErrorOf(live.error)?.code === 'NOT_FOUND') return <NotFoundPanel />;
  return <ErrorState wholePage error={live.error} onRetry={live.refetch} />;
}

function Loading() {
  return (
    <Stack gap="sm">
      <Skeleton height={22} width={200} radius="xl" mt={24} />
      <Skeleton height={10} width={320} radius="xl" mb="xl" />
      <LoadingRows rows={10} wholePage />
    </Stack>
  );
}
