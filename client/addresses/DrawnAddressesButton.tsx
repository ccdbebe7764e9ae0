import { Table2 } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ActionButton } from '../ui/ActionButton';
import type { DrawnAddressesProps } from './DrawnAddresses';

const DrawnAddresses = lazy(async () => ({ default: (await import('./DrawnAddresses')).DrawnAddresses }));

interface DrawnAddressesButtonProps extends Omit<DrawnAddressesProps, 'onClose'> {
  /** Something is wrong with the drawing. */
  hasProblems?: boolean | undefined;
}

/** Opens the table of a drawing's addresses. */
export function DrawnAddressesButton({ hasProblems = false, ...drawn }: DrawnAddressesButtonProps) {
  const { t } = useTranslation('addresses');
  const [isOpen, setOpen] = useState(false);
  const { vms } = drawn.topology;
  return (
    <>
      <ActionButton
        variant="default"
        size="xs"
        leftSection={<Table2 size={15} />}
        disabledReason={hasProblems ? t('problems') : vms.length === 0 ? t('none') : null}
        onClick={() => setOpen(true)}
      >
        {t('title')}
      </ActionButton>
      {isOpen && !hasProblems ? (
        <Suspense fallback={null}>
          <DrawnAddresses {...drawn} onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </>
  );
}
