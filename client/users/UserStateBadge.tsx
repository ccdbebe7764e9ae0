import { Ban, CircleCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { formatExact } from '../ui/format';
import { StatusBadge } from '../ui/StatusBadge';

/** Whether an account can be used. */
export function UserStateBadge({ disabledAt }: { disabledAt: string | null }) {
  const { t, i18n } = useTranslation('users');
  if (disabledAt === null) return <StatusBadge tone="success" icon={CircleCheck} label={t('state.enabled')} />;
  return (
    <StatusBadge
      tone="neutral"
      icon={Ban}
      label={t('state.disabled')}
      title={formatExact(Date.parse(disabledAt), i18n.language)}
    />
  );
}
