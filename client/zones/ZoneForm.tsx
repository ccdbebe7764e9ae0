import { Fieldset, NumberInput, Select, SimpleGrid, Switch, Text, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { createZoneInput, providerKinds, type ProviderKind, type Zone } from '#shared/zone';
import { trpc } from '../api/trpc';
import { useSchemaForm } from '../hooks/schema-form';
import { numberOf } from '../ui/numbers';
import { PanelForm } from '../ui/FormFrame';
import { settingsInput, settingsValues, ZoneSettingsFields, type SettingsValues } from './ZoneSettingsFields';

interface Amounts {
  vcpus: number | string;
  ramMb: number | string;
  diskGb: number | string;
}
interface Factors {
  vcpus: number | string;
  ram: number | string;
  disk: number | string;
}
interface Values extends SettingsValues, Record<string, unknown> {
  name: string;
  provider: ProviderKind;
  enabled: boolean;
  limits: Amounts;
  overcommit: Factors;
}

/** Creates a zone, or edits the one that it is given; its provider never changes. */
export function ZoneForm({ zone, onDone }: { zone: Zone | null; onDone: () => void }) {
  const { t } = useTranslation(['catalogue', 'common']);
  const utils = trpc.useUtils();
  const create = trpc.zones.create.useMutation();
  const update = trpc.zones.update.useMutation();
  const initialValues: Values = {
    name: zone?.name ?? '',
    provider: zone?.provider ?? 'qemu',
    enabled: zone?.enabled ?? true,
    limits: {
      vcpus: zone?.limits.vcpus ?? '',
      ramMb: zone?.limits.ramMb ?? '',
      diskGb: zone?.limits.diskGb ?? '',
    },
    overcommit: zone?.overcommit ?? { vcpus: 8, ram: 4, disk: 4 },
    ...settingsValues(zone?.settings ?? null),
  };
  const { form, ...frame } = useSchemaForm({
    schema: createZoneInput,
    initialValues,
    toInput: ({ limits, overcommit, settings, cleared, ...values }) => ({
      ...values,
      settings: settingsInput(values.provider, { settings, cleared }),
      limits: {
        vcpus: numberOf(limits.vcpus) ?? null,
        ramMb: numberOf(limits.ramMb) ?? null,
        diskGb: numberOf(limits.diskGb) ?? null,
      },
      overcommit: {
        vcpus: numberOf(overcommit.vcpus),
        ram: numberOf(overcommit.ram),
        disk: numberOf(overcommit.disk),
      },
    }),
    save: async ({ provider, ...input }) => {
      await (zone === null
        ? create.mutateAsync({ provider, ...input })
        : update.mutateAsync({ id: zone.id, ...input }));
      await utils.zones.invalidate();
      onDone();
    },
  });
  return (
    <PanelForm
      {...frame}
      submit={zone === null ? t('common:actions.create') : t('common:actions.save')}
      onCancel={onDone}
    >
      <TextInput label={t('name')} data-autofocus {...form.getInputProps('name')} />
      <Select
        label={t('zones.provider')}
        data={providerKinds.map((value) => ({ value, label: t(`zones.providers.${value}`) }))}
        allowDeselect={false}
        disabled={zone !== null}
        {...form.getInputProps('provider')}
      />
      <Switch label={t('zones.form.enabled')} {...form.getInputProps('enabled', { type: 'checkbox' })} />
      <Fieldset legend={t('zones.form.limits')}>
        <Text size="xs" c="dimmed" mb="xs">
          {t('zones.form.limitsHelp')}
        </Text>
        <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="xs">
          <NumberInput
            label={t('zones.form.vcpus')}
            min={0}
            allowDecimal={false}
            {...form.getInputProps('limits.vcpus')}
          />
          <NumberInput
            label={t('zones.form.ramMb')}
            min={0}
            step={1024}
            allowDecimal={false}
            {...form.getInputProps('limits.ramMb')}
          />
          <NumberInput
            label={t('zones.form.diskGb')}
            min={0}
            allowDecimal={false}
            {...form.getInputProps('limits.diskGb')}
          />
        </SimpleGrid>
      </Fieldset>
      {/* a cloud's quotas are promised once: what its hosts promise is its own affair */}
      {form.values.provider === 'openstack' ? null : (
        <Fieldset legend={t('zones.form.overcommit')}>
          <Text size="xs" c="dimmed" mb="xs">
            {t('zones.form.overcommitHelp')}
          </Text>
          <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="xs">
            <NumberInput
              label={t('zones.form.vcpusFactor')}
              step={0.5}
              decimalScale={2}
              {...form.getInputProps('overcommit.vcpus')}
            />
            <NumberInput
              label={t('zones.form.ramFactor')}
              step={0.5}
              decimalScale={2}
              {...form.getInputProps('overcommit.ram')}
            />
            <NumberInput
              label={t('zones.form.diskFactor')}
              step={0.5}
              decimalScale={2}
              {...form.getInputProps('overcommit.disk')}
            />
          </SimpleGrid>
        </Fieldset>
      )}
      <ZoneSettingsFields form={form} known={zone?.settings ?? null} zoneId={zone?.id ?? null} />
    </PanelForm>
  );
}
