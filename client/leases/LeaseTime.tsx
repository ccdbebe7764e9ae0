import { useTranslation } from 'react-i18next';
import { formatExact, formatRelative } from '../ui/format';
import { useNow } from './use-now';

/** How long until the end of a lease, the exact moment on hover. It keeps itself right while it is on the screen. */
export function LeaseTime({ at }: { at: string }) {
  const { i18n } = useTranslation();
  const moment = Date.parse(at);
  const now = useNow(moment);
  return (
    <time dateTime={at} title={formatExact(moment, i18n.language)} style={{ whiteSpace: 'nowrap' }}>
      {formatRelative(moment, now, i18n.language)}
    </time>
  );
}
