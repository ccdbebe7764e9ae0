import { Disc3 } from 'lucide-react';
import { notifyError } from '../api/error-message';
import { keyset, listedPages } from '../api/keyset';
import { trpc } from '../api/trpc';
import { useSession } from '../hooks/session';
import { CataloguePage, useCatalogueFilter } from './CataloguePage';
import { ImageForm } from './ImageForm';
import { isUnderWay } from './ImageBadge';
import { ImagesTable } from './ImagesTable';

export function Component() {
  const utils = trpc.useUtils();
  const filter = useCatalogueFilter();
  const list = trpc.images.list.useInfiniteQuery(filter.input, {
    ...keyset,
    // what zones are busy with is followed until they are done
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ items }) => items.some(isUnderWay)) === true ? 2_000 : false,
  });
  const retire = trpc.images.retire.useMutation({
    onError: notifyError,
    onSettled: () => void utils.images.invalidate(),
  });
  const check = trpc.images.check.useMutation({
    onError: notifyError,
    onSettled: () => void utils.images.invalidate(),
  });
  return (
    <CataloguePage
      noun="images"
      icon={Disc3}
      mayManage={useSession().can('images:manage')}
      filter={filter}
      list={listedPages(list)}
      onRetire={({ id }) => retire.mutate({ id })}
      table={(images, props) => <ImagesTable images={images} {...props} onCheck={({ id }) => check.mutate({ id })} />}
      form={(image, onDone) => <ImageForm key={image?.id} image={image} onDone={onDone} />}
    />
  );
}
