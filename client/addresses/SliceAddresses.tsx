import { ScanEye } from 'lucide-react';
import { useEffect, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Slice } from '#shared/slice';
import { addressTable } from '#shared/topology/address-table';
import { ErrorState } from '../api/ErrorState';
import { trpc } from '../api/trpc';
import { ActionButton } from '../ui/ActionButton';
import { LoadingRows } from '../ui/LoadingRows';
import { Addresses } from './Addresses';
import { useAskedGuests } from './use-asked-guests';

/** The addresses of a slice, as they are planned and, for who asks, as its guests have them. */
export function SliceAddresses({ slice, onOpen }: { slice: Slice; onOpen: (vmKey: string) => void }) {
  const { t } = useTranslation('addresses');
  const query = trpc.slices.topology.useQuery({ id: slice.id }, { staleTime: 0 });
  const { data, refetch } = query;
  const version = data?.version;
  useEffect(() => {
    if (version !== undefined && version !== slice.topologyVersion) void refetch();
  }, [version, slice.topologyVersion, refetch]);
  const { said, asking, ask } = useAskedGuests(slice);
  const topology = data?.topology;
  const rows = useMemo(() => {
    if (topology === undefined) return [];
    const images = new Map(slice.vmList.map(({ image }) => [image.id, image.name]));
    return addressTable(topology, {
      imageName: (id) => images.get(id) ?? '',
      slice,
      here: window.location.hostname,
      guests: said ?? undefined,
    });
  }, [topology, slice, said]);
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void refetch()} />;
  if (topology === undefined) return <LoadingRows rows={6} />;
  const nobody = slice.vmList.every(({ status }) => status !== 'running');
  return (
    <Addresses
      name={slice.name}
      rows={rows}
      withGuests={said !== null}
      onOpen={onOpen}
      deeds={
        slice.status === 'destroyed' ? null : (
          <ActionButton
            size="sm"
            variant="default"
            leftSection={<ScanEye size={15} />}
            loading={asking}
            disabledReason={nobody ? t('nobodyRuns') : null}
            onClick={ask}
          >
            {t('askGuests')}
          </ActionButton>
        )
      }
    />
  );
}
