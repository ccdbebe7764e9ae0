import { Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Zone } from '#shared/zone';
import { formatDisk, formatRam } from '../ui/format';
import { ResourceBar } from '../ui/ResourceBar';

/** What the live slices hold of a zone's capacity. */
export function ZoneUsage({ zone }: { zone: Pick<Zone, 'allocated' | 'capacity'> }) {
  const { t } = useTranslation();
  const { allocated, capacity } = zone;
  return (
    <Stack gap="xs">
      <ResourceBar label={t('resources.vcpu')} used={allocated.vcpus} of={capacity?.vcpus ?? null} />
      <ResourceBar label={t('resources.ram')} used={allocated.ramMb} of={capacity?.ramMb ?? null} format={formatRam} />
      <ResourceBar
        label={t('resources.disk')}
        used={allocated.diskGb}
        of={capacity?.diskGb ?? null}
        format={formatDisk}
      />
    </Stack>
  );
}
