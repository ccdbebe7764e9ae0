import { useTranslation } from 'react-i18next';
import { notificationKindNames } from '#shared/notification-kinds';

/** What an event of a webhook is called. One that only a newer server knows is called by its name. */
export function useEventWords(): (event: string) => string {
  const { t } = useTranslation(['webhooks', 'notifications']);
  return (event) => {
    if (event === 'test') return t('calls.testEvent');
    const kind = notificationKindNames.find((known) => known === event);
    return kind === undefined ? event : t(`notifications:kind.${kind}`);
  };
}
