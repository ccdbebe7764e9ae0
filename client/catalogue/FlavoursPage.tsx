import { Cpu } from 'lucide-react';
import { notifyError } from '../api/error-message';
import { keyset, listedPages } from '../api/keyset';
import { trpc } from '../api/trpc';
import { useSession } from '../hooks/session';
import { CataloguePage, useCatalogueFilter } from './CataloguePage';
import { FlavourForm } from './FlavourForm';
import { FlavoursTable } from './FlavoursTable';

export function Component() {
  const utils = trpc.useUtils();
  const filter = useCatalogueFilter();
  const list = trpc.flavours.list.useInfiniteQuery(filter.input, keyset);
  const retire = trpc.flavours.retire.useMutation({
    onError: notifyError,
    onSettled: () => void utils.flavours.invalidate(),
  });
  return (
    <CataloguePage
      noun="flavours"
      icon={Cpu}
      mayManage={useSession().can('flavours:manage')}
      filter={filter}
      list={listedPages(list)}
      onRetire={({ id }) => retire.mutate({ id })}
      table={(flavours, props) => <FlavoursTable flavours={flavours} {...props} />}
      form={(flavour, onDone) => <FlavourForm key={flavour?.id} flavour={flavour} onDone={onDone} />}
    />
  );
}
