import { useTranslation } from 'react-i18next';
import type { Ready } from '#shared/topology/schema';

/** When a VM is ready, in a few words. */
export function useReadyText(): (ready: Ready) => string {
  const { t } = useTranslation('editor');
  return ({ marker, tcpPort, seconds, timeoutSeconds: timeout }) => {
    if (marker !== undefined) return t('vm.readyIs.marker', { marker, timeout });
    if (tcpPort !== undefined) return t('vm.readyIs.tcpPort', { port: tcpPort, timeout });
    return t('vm.readyIs.seconds', { seconds: seconds ?? 0 });
  };
}
