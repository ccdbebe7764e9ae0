import { Alert, Text } from '@mantine/core';
import { ServerOff } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Slice } from '#shared/slice';
import type { Zone } from '#shared/zone';
import { trpc } from '../api/trpc';
import { RelativeTime } from '../ui/RelativeTime';

type Home = NonNullable<Zone['home']>;

/** The server that has the slice's VMs, while it gives no sign of life; else null. */
export function useAwayHome({ zone, status }: Slice): Home | null {
  // what nothing runs of is with no server, and what is to be done with it is in its plan
  const enabled = status !== 'draft' && status !== 'destroyed';
  const asked = trpc.zones.get.useQuery({ id: zone.id }, { enabled, refetchInterval: 15_000 });
  const home = enabled ? asked.data?.home : undefined;
  return home?.away === true ? home : null;
}

/** Says that what is shown is what was told last, and that nothing but destroying can be begun. */
export function ZoneAwayBanner({ home, zone }: { home: Home; zone: string }) {
  const { t } = useTranslation('slices');
  return (
    <Alert
      mb="sm"
      color="yellow"
      variant="light"
      role="status"
      icon={<ServerOff size={18} />}
      title={t('banner.awayTitle', { zone, host: home.host })}
    >
      <Text size="sm">
        {t('banner.awayText')} {t('banner.awaySince')} <RelativeTime at={home.seenAt} />
      </Text>
    </Alert>
  );
}
