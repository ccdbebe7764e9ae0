import { Button } from '@mantine/core';
import { Lock } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { idSchema } from '#shared/primitives';
import type { Slice } from '#shared/slice';
import { appErrorOf } from '../../api/app-error';
import { ErrorState } from '../../api/ErrorState';
import { trpc } from '../../api/trpc';
import { EditorLoading } from '../../editor/EditorLoading';
import { useCatalogue } from '../../editor/use-catalogue';
import { useSession } from '../../hooks/session';
import { EmptyState } from '../../ui/EmptyState';
import { accessRefusal } from '../access';
import { NotFoundPanel } from '../NotFoundPanel';
import { useLiveSlice } from '../use-live-slice';
import { SliceEditor } from './SliceEditor';

/** Changing the topology of one slice. */
export function Component() {
  const { sliceId } = useParams();
  const id = idSchema.safeParse(Number(sliceId));
  return id.success ? <OneSlice key={id.data} id={id.data} /> : <NotFoundPanel />;
}

function OneSlice({ id }: { id: number }) {
  const live = useLiveSlice(id);
  if (live.slice !== undefined) return <OpenSlice slice={live.slice} />;
  if (live.error === null) return <EditorLoading />;
  if (appErrorOf(live.error)?.code === 'NOT_FOUND') return <NotFoundPanel />;
  return <ErrorState wholePage error={live.error} onRetry={live.refetch} />;
}

function OpenSlice({ slice }: { slice: Slice }) {
  const { t } = useTranslation('change');
  const { user } = useSession();
  const catalogue = useCatalogue();
  const own = trpc.slices.topology.useQuery(
    { id: slice.id },
    // the work is not replaced by what is loaded again; what is in the cache may be an old version
    { staleTime: Infinity, gcTime: 0, refetchOnMount: 'always', refetchOnWindowFocus: false },
  );
  if (accessRefusal(slice.access, 'update') !== null) return <Closed slice={slice} text={t('readOnly')} />;
  if (slice.status === 'destroyed' || slice.status === 'destroying') return <Closed slice={slice} text={t('gone')} />;
  const error = own.data === undefined ? own.error : catalogue.data === undefined ? catalogue.error : null;
  if (error !== null)
    return (
      <ErrorState
        wholePage
        error={error}
        onRetry={() => {
          void own.refetch();
          void catalogue.refetch();
        }}
      />
    );
  if (own.data === undefined || !own.isFetchedAfterMount || catalogue.data === undefined || user === null)
    return <EditorLoading />;
  return <SliceEditor slice={slice} own={own.data} catalogue={catalogue.data} userId={user.id} role={user.role} />;
}

function Closed({ slice, text }: { slice: Slice; text: string }) {
  const { t } = useTranslation('change');
  return (
    <EmptyState
      wholePage
      icon={Lock}
      title={t('title', { name: slice.name })}
      action={
        <Button component={Link} to={`/slices/${slice.id}`} variant="default">
          {t('back')}
        </Button>
      }
    >
      {text}
    </EmptyState>
  );
}
