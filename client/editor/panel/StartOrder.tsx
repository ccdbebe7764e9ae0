import { MultiSelect, NumberInput, Select, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { limits } from '#shared/limits';
import { readySchema, type Ready, type TopologyVm } from '#shared/topology/schema';
import type { VmFields } from '../document';
import { CommittedName } from './CommittedName';

const signs = ['booted', 'marker', 'tcpPort', 'seconds'] as const;
type Sign = (typeof signs)[number];

function signOf(ready: Ready | null): Sign {
  if (ready === null) return 'booted';
  return ready.marker !== undefined ? 'marker' : ready.tcpPort !== undefined ? 'tcpPort' : 'seconds';
}

interface StartOrderProps {
  vm: TopologyVm;
  /** All of the drawing. */
  vms: readonly TopologyVm[];
  problemOf: (field: string) => string | undefined;
  /** `join`: changes of one kind in a row are one step of undo. */
  onChange: (fields: VmFields, join?: string) => void;
}

/** After which other VMs one is started, and when it is ready for those that are started after it. */
export function StartOrder({ vm, vms, problemOf, onChange }: StartOrderProps) {
  const { t } = useTranslation('editor');
  const { ready } = vm;
  const tcp = vm.forwards.filter(({ protocol }) => protocol === 'tcp');
  const ports = [...new Set(tcp.map(({ guestPort }) => guestPort))];
  const choose = (sign: Sign) => {
    const timeoutSeconds = ready?.timeoutSeconds ?? 300;
    if (sign === 'booted') onChange({ ready: null });
    else if (sign === 'marker') onChange({ ready: { marker: 'login:', timeoutSeconds } });
    else if (sign === 'seconds') onChange({ ready: { seconds: 10, timeoutSeconds } });
    else if (ports[0] !== undefined) onChange({ ready: { tcpPort: ports[0], timeoutSeconds } });
  };
  const set = (change: Partial<Ready>, field: string) =>
    ready !== null && onChange({ ready: { ...ready, ...change } }, `ready ${field} ${vm.key}`);
  const others = vms.filter(({ key }) => key !== vm.key).map(({ key, name }) => ({ value: key, label: name }));
  const unknown = vm.startAfter.filter((key) => !others.some(({ value }) => value === key));
  return (
    <Stack gap="sm">
      <MultiSelect
        label={t('vm.startAfter')}
        description={t('vm.startAfterHint')}
        data={[...others, ...unknown.map((key) => ({ value: key, label: key }))]}
        value={vm.startAfter}
        error={problemOf('startAfter')}
        maxValues={limits.startAfterPerVm}
        searchable
        clearable
        nothingFoundMessage={t('vm.startAfterNone')}
        onChange={(startAfter) => onChange({ startAfter })}
      />
      <Select
        label={t('vm.ready')}
        description={t('vm.readyHint')}
        data={signs.map((sign) => ({
          value: sign,
          label: t(`vm.readyWhen.${sign}`),
          disabled: sign === 'tcpPort' && ports.length === 0,
        }))}
        value={signOf(ready)}
        error={problemOf('ready')}
        allowDeselect={false}
        onChange={(value) => {
          const sign = signs.find((one) => one === value);
          if (sign !== undefined && sign !== signOf(ready)) choose(sign);
        }}
      />
      {ready?.marker !== undefined && (
        <CommittedName
          key={`marker ${vm.key}`}
          label={t('vm.marker')}
          value={ready.marker}
          schema={readySchema.shape.marker.unwrap()}
          maxLength={limits.markerLength}
          invalid={t('vm.markerInvalid', { max: limits.markerLength })}
          problem={undefined}
          onChange={(marker) => set({ marker }, 'marker')}
        />
      )}
      {ready?.tcpPort !== undefined && (
        <Select
          label={t('vm.readyPort')}
          data={[...new Set([...ports, ready.tcpPort])].map(String)}
          value={String(ready.tcpPort)}
          allowDeselect={false}
          onChange={(value) => value !== null && set({ tcpPort: Number(value) }, 'port')}
        />
      )}
      {ready?.seconds !== undefined && (
        <Seconds
          label={t('vm.readySeconds')}
          value={ready.seconds}
          onChange={(seconds) => set({ seconds }, 'seconds')}
        />
      )}
      {ready !== null && (
        <Seconds
          label={t('vm.readyTimeout')}
          value={ready.timeoutSeconds}
          onChange={(timeoutSeconds) => set({ timeoutSeconds }, 'timeout')}
        />
      )}
    </Stack>
  );
}

function Seconds({ label, value, onChange }: { label: string; value: number; onChange: (value: number) => void }) {
  return (
    <NumberInput
      label={label}
      value={value}
      min={1}
      max={limits.gateSeconds}
      clampBehavior="blur"
      allowDecimal={false}
      suffix=" s"
      onChange={(next) => {
        if (typeof next === 'number' && Number.isInteger(next) && next >= 1 && next <= limits.gateSeconds)
          onChange(next);
      }}
    />
  );
}
