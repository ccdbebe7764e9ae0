import { HardDriveDownload } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import type { Slice, SliceVm } from '#shared/slice';
import { usePanel } from '../hooks/panel';
import { ActionButton } from '../ui/ActionButton';
import { LoadingRows } from '../ui/LoadingRows';
import { SidePanel } from '../ui/SidePanel';
import { accessRefusal } from './access';
import { reasonSentence } from './reason-sentence';

const SaveDiskPanel = lazy(async () => ({ default: (await import('./SaveDiskPanel')).SaveDiskPanel }));

interface SaveDiskButtonProps {
  slice: Slice;
  vm: SliceVm;
  away: boolean;
}

/** The way to an image of what a VM has on its disk (`?panel=save-ID`), or why there is none. */
export function SaveDiskButton({ slice, vm, away }: SaveDiskButtonProps) {
  const { t, i18n } = useTranslation(['slices', 'common', 'problems']);
  const panel = usePanel(['save']);
  const refused = accessRefusal(slice.access, 'save');
  const reason = () => {
    if (refused !== null) return reasonSentence(t, i18n.language, refused);
    if (vm.image.kind !== 'disk') return t('vm.save.noDisk');
    if (vm.status === 'absent') return t('vm.save.notYet');
    return away ? t('refused.ZONE_AWAY') : null;
  };
  return (
    <ActionButton
      size="xs"
      variant="default"
      px={6}
      leftSection={<HardDriveDownload size={13} />}
      disabledReason={reason()}
      onClick={() => panel.open('save', vm.id)}
    >
      {t('vm.save.open')}
    </ActionButton>
  );
}

/** The VM whose disk is being saved, by the address, and how to have done with it. */
export function useDiskToSave({ vmList }: Slice): { vm: SliceVm | undefined; close: () => void } {
  const panel = usePanel(['save']);
  return { vm: panel.name === null ? undefined : vmList.find(({ id }) => id === panel.id), close: panel.close };
}

/** Beside the page, not beside the VM's own panel: where that lies over the page, one panel takes the other's place. */
export function SaveDiskSide({ vm, close }: ReturnType<typeof useDiskToSave>) {
  const { t } = useTranslation('slices');
  return (
    <SidePanel opened={vm !== undefined} onClose={close} title={t('vm.save.title', { name: vm?.name ?? '' })}>
      {vm === undefined ? null : (
        <Suspense fallback={<LoadingRows rows={4} height={40} />}>
          <SaveDiskPanel vm={vm} onCancel={close} />
        </Suspense>
      )}
    </SidePanel>
  );
}
