import { Lock } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../ui/EmptyState';

/** In the place of a page that only administrators see. */
export function AdminsOnly() {
  const { t } = useTranslation('users');
  return (
    <EmptyState wholePage icon={Lock} title={t('adminsOnly.title')}>
      {t('adminsOnly.text')}
    </EmptyState>
  );
}
