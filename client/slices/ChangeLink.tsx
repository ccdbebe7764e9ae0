import { Button } from '@mantine/core';
import { PencilLine } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { refusal } from '#shared/deployment/operations';
import type { Slice } from '#shared/slice';
import { ActionButton } from '../ui/ActionButton';
import { accessRefusal } from './access';
import { reasonSentence } from './reason-sentence';

/** To where the topology of the slice is drawn anew; why it cannot be changed where it cannot. */
export function ChangeLink({ slice }: { slice: Slice }) {
  const { t, i18n } = useTranslation(['slices', 'common', 'problems']);
  // what is under way does not keep anybody from drawing
  const reason = accessRefusal(slice.access, 'update') ?? refusal('update', slice.status, []);
  const look = { size: 'xs', variant: 'default', leftSection: <PencilLine size={14} /> } as const;
  if (reason !== null)
    return (
      <ActionButton {...look} disabledReason={reasonSentence(t, i18n.language, reason)} onClick={() => undefined}>
        {t('actions.change')}
      </ActionButton>
    );
  return (
    <Button {...look} component={Link} to={`/slices/${slice.id}/change`}>
      {t('actions.change')}
    </Button>
  );
}
