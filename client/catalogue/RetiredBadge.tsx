import { Archive, CircleCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { formatExact } from '../ui/format';
import { StatusBadge } from '../ui/StatusBadge';

/** Whether new VMs can take a flavour or an image. */
export function RetiredBadge({ retiredAt }: { retiredAt: string | null }) {
  const { t, i18n } = useTranslation('catalogue');
  if (retiredAt === null) return <StatusBadge tone="success" icon={CircleCheck} label={t('available')} />;
  return (
    <StatusBadge
      tone="neutral"
      icon={Archive}
      label={t('retired')}
      title={formatExact(Date.parse(retiredAt), i18n.language)}
    />
  );
}
