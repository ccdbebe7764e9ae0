import { useTranslation } from 'react-i18next';
import type { Slice } from '#shared/slice';
import type { ConfirmDestroyOptions } from '../ui/confirm';

/** Names that are listed before "and n more". */
const namedVms = 5;

/** Returns the function that says what destroying a slice takes away, and what it leaves. */
export function useDestroyQuestion(): (slice: Slice) => Omit<ConfirmDestroyOptions, 'onConfirm'> {
  const { t } = useTranslation('slices');
  return (slice) => ({
    title: t('destroy.title', { name: slice.name }),
    goes: slice.status === 'draft' ? [t('destroy.draft')] : goes(slice),
    stays:
      slice.template === null ? t('destroy.staysNoTemplate') : t('destroy.stays', { template: slice.template.name }),
    confirmLabel: t('destroy.confirm'),
  });

  function goes(slice: Slice): string[] {
    const all = slice.vmList.map((vm) => vm.name);
    const first = all.slice(0, namedVms).join(', ');
    const names = all.length > namedVms ? t('destroy.andMore', { names: first, more: all.length - namedVms }) : first;
    const addresses = slice.edges.reduce((sum, edge) => sum + (edge.targetAddress === null ? 1 : 2), 0);
    const forwards = slice.vmList.reduce((sum, vm) => sum + vm.forwards.length, 0);
    const lines: string[] = [t('destroy.vms', { count: all.length, names })];
    if (addresses > 0) lines.push(t('destroy.addresses', { count: addresses }));
    if (forwards > 0) lines.push(t('destroy.forwards', { count: forwards }));
    return lines;
  }
}
