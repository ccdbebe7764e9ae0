import { Select, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Zone } from '#shared/zone';
import { spoken } from '../i18n/spoken';
import { formatDisk, formatRam } from '../ui/format';
import { byName } from '../ui/sort';

interface ZoneSelectProps {
  /** Undefined until they are there. */
  zones: readonly Zone[] | undefined;
  /** Its id, as text; empty: none yet. */
  value: string;
  onChange: (value: string) => void;
  error?: ReactNode;
}

/** Where a new slice goes, with what is free there; what can take none says why. */
export function ZoneSelect({ zones, value, onChange, error }: ZoneSelectProps) {
  const { t, i18n } = useTranslation(['slices', 'common']);
  const closed = zones?.filter((zone) => !isOpen(zone)) ?? [];
  const chosen = zones?.find((zone) => String(zone.id) === value);
  return (
    <Select
      label={t('create.zone')}
      placeholder={zones === undefined ? t('common:loading') : t('create.zonePlaceholder')}
      nothingFoundMessage={zones === undefined ? t('common:loading') : t('create.noZones')}
      data={(zones ?? []).toSorted(byName(i18n.language)).map((zone) => ({
        value: String(zone.id),
        label: zone.name,
        disabled: !isOpen(zone),
      }))}
      renderOption={({ option }) => <ZoneOption zone={zones?.find((zone) => String(zone.id) === option.value)} />}
      description={
        closed.length > 0 && closed.length === zones?.length ? (
          <ClosedZones zones={closed} />
        ) : chosen === undefined ? undefined : (
          <ZoneFree zone={chosen} />
        )
      }
      error={error}
      value={value === '' ? null : value}
      onChange={(next) => onChange(next ?? '')}
    />
  );
}

/** Whether a slice can be made in the zone and run there. */
export function isOpen(zone: Zone): boolean {
  return zone.enabled && zone.capabilities?.run.ok !== false;
}

function ZoneFree({ zone }: { zone: Zone | undefined }) {
  const { t, i18n } = useTranslation('slices');
  if (zone === undefined) return null;
  if (zone.free === null) return <>{t('create.zoneFreeUnknown')}</>;
  const { vcpus, ramMb, diskGb } = zone.free;
  return (
    <>
      {t('create.zoneFree', {
        vcpus,
        ram: formatRam(ramMb, i18n.language),
        disk: formatDisk(diskGb, i18n.language),
      })}
    </>
  );
}

function ZoneClosed({ zone }: { zone: Zone }) {
  const { t } = useTranslation('slices');
  if (!zone.enabled) return <>{t('create.zoneDisabled')}</>;
  const { reason, sentences } = zone.capabilities?.run ?? { reason: null };
  return <>{t('create.zoneCannotRun', { reason: spoken(reason ?? '', sentences) })}</>;
}

function ClosedZones({ zones }: { zones: readonly Zone[] }) {
  return (
    <>
      {zones.map((zone) => (
        <span key={zone.id} style={{ display: 'block' }}>
          {zone.name}: <ZoneClosed zone={zone} />
        </span>
      ))}
    </>
  );
}

function ZoneOption({ zone }: { zone: Zone | undefined }) {
  if (zone === undefined) return null;
  return (
    <div>
      <Text size="sm">{zone.name}</Text>
      <Text size="xs" c="dimmed">
        {isOpen(zone) ? <ZoneFree zone={zone} /> : <ZoneClosed zone={zone} />}
      </Text>
    </div>
  );
}
