import { Modal } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { addressTable } from '#shared/topology/address-table';
import { withAddresses } from '#shared/topology/addresses';
import type { Topology } from '#shared/topology/schema';
import type { EditorCatalogue } from '../editor/use-catalogue';
import { Addresses } from './Addresses';

export interface DrawnAddressesProps {
  name: string;
  /** Without a problem: only then there is a plan. */
  topology: Topology;
  /** What it was begun with: addresses that parts had there they keep. */
  base?: Topology | undefined;
  catalogue: EditorCatalogue;
  onClose: () => void;
}

/** The addresses that a drawing has, or will have once it is saved. */
export function DrawnAddresses({ name, topology, base, catalogue, onClose }: DrawnAddressesProps) {
  const { t } = useTranslation(['addresses', 'common']);
  const rows = useMemo(() => {
    const images = new Map(catalogue.images.map((image) => [image.id, image.name]));
    return addressTable(withAddresses(topology, base), { imageName: (id) => images.get(id) ?? '' });
  }, [topology, base, catalogue]);
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('drawn', { name })}
      size="xl"
      lockScroll={false}
      closeButtonProps={{ 'aria-label': t('common:actions.close') }}
    >
      <Addresses name={name} rows={rows} />
    </Modal>
  );
}
