import { Alert, Text } from '@mantine/core';
import { MoonStar } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Slice } from '#shared/slice';
import { RelativeTime } from '../ui/RelativeTime';

/** That nothing happens in the slice, where it, its zone or its owner's role has a rule for that. */
export function IdleBar({ slice }: { slice: Slice }) {
  const { t } = useTranslation('slices');
  if (slice.idleSince === null) return null;
  return (
    <Alert mb="sm" color="yellow" variant="light" role="status" icon={<MoonStar size={18} />} title={t('idle.title')}>
      <Text size="sm">
        {t('idle.since')} <RelativeTime at={slice.idleSince} />. {t('idle.help')}
      </Text>
    </Alert>
  );
}
