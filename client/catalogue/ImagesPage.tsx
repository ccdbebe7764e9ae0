import { Disc3, Eraser, Upload } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import type { Image } from '#shared/image';
import { notifyError } from '../api/error-message';
import { keyset, listedPages } from '../api/keyset';
import { trpc } from '../api/trpc';
import { usePanel } from '../hooks/panel';
import { useSession } from '../hooks/session';
import { ActionButton } from '../ui/ActionButton';
import { LoadingRows } from '../ui/LoadingRows';
import { SidePanel } from '../ui/SidePanel';
import { CataloguePage, useCatalogueFilter } from './CataloguePage';
import { ImageForm } from './ImageForm';
import { isUnderWay } from './ImageBadge';
import { ImagesTable } from './ImagesTable';

const UploadPanel = lazy(async () => ({ default: (await import('./UploadPanel')).UploadPanel }));
const UnusedImages = lazy(async () => ({ default: (await import('./UnusedImages')).UnusedImages }));
const OwnImageForm = lazy(async () => ({ default: (await import('./OwnImageForm')).OwnImageForm }));

export function Component() {
  const { t } = useTranslation('catalogue');
  const utils = trpc.useUtils();
  const session = useSession();
  const mayManage = session.can('images:manage');
  const filter = useCatalogueFilter();
  const panel = usePanel(['upload', 'unused']);
  const list = trpc.images.list.useInfiniteQuery(filter.input, {
    ...keyset,
    // what zones are busy with is followed until they are done
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ items }) => items.some(isUnderWay)) === true ? 2_000 : false,
  });
  const settled = { onError: notifyError, onSettled: () => void utils.images.invalidate() };
  const retire = trpc.images.retire.useMutation(settled);
  const remove = trpc.images.deleteOwn.useMutation({
    ...settled,
    onSuccess: () => void utils.quotas.mine.invalidate(),
  });
  const check = trpc.images.check.useMutation(settled);
  const isOwn = ({ owner }: Image) => owner !== null;
  return (
    <>
      <CataloguePage<Image>
        noun="images"
        icon={Disc3}
        mayManage={mayManage}
        mayEdit={({ owner }) => mayManage || (owner !== null && owner.id === session.user?.id)}
        action={
          <>
            {mayManage && (
              <ActionButton
                variant="default"
                leftSection={<Eraser size={16} />}
                disabledReason={null}
                onClick={() => panel.open('unused')}
              >
                {t('unused.open')}
              </ActionButton>
            )}
            <ActionButton
              variant={mayManage ? 'default' : 'filled'}
              leftSection={<Upload size={16} />}
              disabledReason={null}
              onClick={() => panel.open('upload')}
            >
              {t('own.upload')}
            </ActionButton>
          </>
        }
        filter={filter}
        list={listedPages(list)}
        retireTexts={(image) =>
          isOwn(image)
            ? {
                title: t('own.removal.title', { name: image.name }),
                goes: t('own.removal.goes', { name: image.name }),
                stays: t('own.removal.stays'),
                confirm: t('own.removal.confirm'),
              }
            : null
        }
        onRetire={(image) => (isOwn(image) ? remove : retire).mutate({ id: image.id })}
        table={(images, props) => <ImagesTable images={images} {...props} onCheck={({ id }) => check.mutate({ id })} />}
        form={(image, onDone) =>
          image !== null && isOwn(image) ? (
            <Suspense fallback={<LoadingRows rows={4} />}>
              <OwnImageForm key={image.id} image={image} onDone={onDone} />
            </Suspense>
          ) : (
            <ImageForm key={image?.id} image={image} onDone={onDone} />
          )
        }
      />
      <SidePanel opened={panel.name === 'upload'} onClose={panel.close} title={t('own.title')}>
        <Suspense fallback={<LoadingRows rows={3} />}>
          <UploadPanel />
        </Suspense>
      </SidePanel>
      <SidePanel opened={panel.name === 'unused' && mayManage} onClose={panel.close} title={t('unused.title')}>
        <Suspense fallback={<LoadingRows rows={3} />}>
          <UnusedImages />
        </Suspense>
      </SidePanel>
    </>
  );
}
