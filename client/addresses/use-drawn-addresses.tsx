import { useDisclosure } from '@mantine/hooks';
import { Table2 } from 'lucide-react';
import { lazy, Suspense, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ActionButton } from '../ui/ActionButton';
import type { DrawnAddressesProps } from './DrawnAddresses';

const DrawnAddresses = lazy(async () => ({ default: (await import('./DrawnAddresses')).DrawnAddresses }));

interface Drawn extends Omit<DrawnAddressesProps, 'onClose'> {
  /** Something is wrong with the drawing. */
  hasProblems?: boolean | undefined;
}

/**
 * The table of a drawing's addresses, and the button that opens it: the table is the page's, since the panel with the button comes and goes with what is
 * selected and with the width of the window.
 */
export function useDrawnAddresses({ hasProblems = false, ...drawn }: Drawn): { button: ReactNode; table: ReactNode } {
  const { t } = useTranslation('addresses');
  const [isOpen, { open, close }] = useDisclosure(false);
  const { vms } = drawn.topology;
  return {
    button: (
      <ActionButton
        variant="default"
        size="xs"
        leftSection={<Table2 size={15} />}
        disabledReason={hasProblems ? t('problems') : vms.length === 0 ? t('none') : null}
        onClick={open}
      >
        {t('title')}
      </ActionButton>
    ),
    table:
      isOpen && !hasProblems ? (
        <Suspense fallback={null}>
          <DrawnAddresses {...drawn} onClose={close} />
        </Suspense>
      ) : null,
  };
}
