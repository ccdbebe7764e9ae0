import { Alert, Text } from '@mantine/core';
import { ServerOff } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Slice } from '#shared/slice';
import type { Capabilities, Zone } from '#shared/zone';
import { trpc } from '../api/trpc';
import { RelativeTime } from '../ui/RelativeTime';

type Home = NonNullable<Zone['home']>;

/** What a slice's zone says: `away` is the server that has its VMs, while it gives no sign of life; `can`: null until it is known. */
export function useSliceZone({ zone, status }: Slice): { away: Home | null; can: Capabilities | null } {
  // what nothing runs of is with no server, and what is to be done with it is in its plan
  const enabled = status !== 'draft' && status !== 'destroyed';
  const asked = trpc.zones.get.useQuery({ id: zone.id }, { enabled, refetchInterval: 15_000 });
  const told = enabled ? asked.data : undefined;
  const home = told?.home ?? null;
  return { away: home?.away === true ? home : null, can: told?.capabilities ?? null };
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
