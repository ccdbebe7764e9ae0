import { Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { CatalogueImage } from '#shared/topology/catalogue';
import { bootDevices } from '#shared/topology/disk';
import type { TopologyVm } from '#shared/topology/schema';
import type { VmFields } from '../document';

interface BootOrderProps {
  vm: TopologyVm;
  image: CatalogueImage | undefined;
  problem: string | undefined;
  onChange: (fields: VmFields) => void;
}

/** From what a VM is booted first. A longer order, which documents may have, is kept until another is chosen; a kernel image has none. */
export function BootOrder({ vm, image, problem, onChange }: BootOrderProps) {
  const { t } = useTranslation('editor');
  if (image?.kind === 'kernel' && vm.boot.length === 0) return null;
  const name = (device: string) => {
    const known = bootDevices.find((one) => one === device);
    return known === undefined ? t('vm.bootFrom.disk', { label: device }) : t(`vm.bootFrom.${known}`);
  };
  const orders = [
    ...[[], ['network'], ...vm.disks.map(({ label }) => [label])],
    ...(vm.boot.length > 1 || (vm.boot.length === 1 && !vm.disks.some(({ label }) => label === vm.boot[0]))
      ? [vm.boot]
      : []),
  ];
  const options = new Map(
    orders.map((order) => [order.join(' '), order.length === 0 ? name('image') : order.map(name).join(', ')]),
  );
  return (
    <Select
      label={t('vm.boot')}
      description={t('vm.bootHint')}
      data={[...options].map(([value, label]) => ({ value, label }))}
      value={vm.boot.join(' ')}
      error={problem}
      allowDeselect={false}
      onChange={(value) => value !== null && onChange({ boot: value === '' ? [] : value.split(' ') })}
    />
  );
}
