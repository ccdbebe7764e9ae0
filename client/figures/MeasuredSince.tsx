import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { timeOfDay } from './figure-text';

/** Since when there is anything, where that is less than the hour that is kept. */
export function MeasuredSince({ of: { at, since } }: { of: { at: string; since: string | null } }) {
  const { t, i18n } = useTranslation('figures');
  const wholeHour = since !== null && Date.parse(at) - Date.parse(since) > 3_570_000;
  return (
    <Text size="xs" c="dimmed">
      {since === null
        ? t('notYet')
        : wholeHour
          ? t('lastHour')
          : t('since', { time: timeOfDay(Date.parse(since), i18n.language) })}
    </Text>
  );
}
