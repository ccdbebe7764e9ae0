import { useTranslation } from 'react-i18next';
import { deviceOf } from '#shared/user-agent';

/** Returns the function that names a session's device: `Chrome 141 on Linux`. */
export function useDeviceName(): (userAgent: string | null) => string {
  const { t } = useTranslation('account');
  return (userAgent) => {
    const { browser, system } = deviceOf(userAgent);
    if (browser !== null && system !== null) return t('sessions.on', { browser, system });
    return browser ?? system ?? t('sessions.unknown');
  };
}
