import { Anchor } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { SliceVm } from '#shared/slice';
import classes from './slice.module.css';

/** A VM's name in a table, which leads to the VM. */
export function VmName({ vm, onOpen }: { vm: Pick<SliceVm, 'key' | 'name'>; onOpen: (vmKey: string) => void }) {
  const { t } = useTranslation('slices');
  return (
    <Anchor
      component="button"
      type="button"
      fw={500}
      className={classes.wrapAnywhere}
      onClick={() => onOpen(vm.key)}
      aria-label={t('vm.open', { name: vm.name })}
    >
      {vm.name}
    </Anchor>
  );
}
