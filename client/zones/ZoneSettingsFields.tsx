import { Fieldset, NumberInput, SimpleGrid, Stack, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { reachOf, settingFields, type SettingField, type SettingName, type ZoneSettings } from '#shared/zone-settings';
import type { ProviderKind } from '#shared/zone';
import { numberOf } from '../ui/numbers';
import { SecretField } from './SecretField';

/** What the fields hold: of every provider's settings, since a new zone's provider can be changed until it is made. */
export interface SettingsValues {
  settings: Record<string, number | string>;
  /** Secrets that are to be taken away. */
  cleared: Record<string, boolean>;
}

/** What the fields begin with. Empty is the default, which stands in the field as its placeholder. */
export function settingsValues(known: ZoneSettings | null): SettingsValues {
  const values = Object.entries(known ?? {}).filter(
    (entry): entry is [string, number | string] => typeof entry[1] === 'number' || typeof entry[1] === 'string',
  );
  return { settings: Object.fromEntries(values), cleared: {} };
}

/** From the fields to what the API takes. */
export function settingsInput(provider: ProviderKind, { settings, cleared }: SettingsValues): Record<string, unknown> {
  const given = settingFields(provider).map(({ name, secret, kind, ...field }) => {
    const value = settings[name] ?? '';
    if (secret) return [name, value === '' ? (cleared[name] === true ? null : undefined) : value];
    if (value === '') return [name, field.default];
    return [name, kind === 'number' ? numberOf(value) : String(value).trim()];
  });
  return { provider, ...Object.fromEntries(given) };
}

type Form = UseFormReturnType<SettingsValues & { provider: ProviderKind } & Record<string, unknown>>;

/** The settings that a zone's provider has, each by its kind. */
export function ZoneSettingsFields({ form, known }: { form: Form; known: ZoneSettings | null }) {
  const { t } = useTranslation('catalogue');
  const { provider, settings, cleared } = form.values;
  const fields = settingFields(provider);
  const label = (name: SettingName) => t(`zones.setting.${name}`);
  const props = (name: SettingName) => ({ ...form.getInputProps(`settings.${name}`), value: settings[name] ?? '' });
  const secretState = (name: SettingName): boolean => {
    const state = new Map<string, unknown>(Object.entries(known ?? {})).get(name);
    return typeof state === 'object' && state !== null && 'set' in state && state.set === true;
  };
  const help = ({ name, schema, ...field }: SettingField) => {
    if (name === 'accessKey' || name === 'subnetsDenied' || name === 'internetDenied' || name === 'internetAllowed')
      return t(`zones.settingHelp.${name}`);
    if (name !== 'forwardAddress') return null;
    const address = String(settings[name] ?? '').trim() || String(field.default);
    return schema.safeParse(address).success ? t(`zones.reach.${reachOf(address)}`, { address }) : null;
  };
  const numbers = fields.filter(({ kind, secret }) => kind === 'number' && !secret);
  const texts = fields.filter(({ kind, secret }) => kind === 'text' && !secret);
  if (fields.length === 0) return null;
  return (
    <Fieldset legend={t('zones.form.settings')}>
      <Stack gap="sm">
        {texts.map((field) => (
          <TextInput
            key={field.name}
            label={label(field.name)}
            description={help(field)}
            placeholder={String(field.default ?? '')}
            autoComplete="off"
            spellCheck={false}
            {...props(field.name)}
          />
        ))}
        <SimpleGrid cols={{ base: 1, xs: Math.min(2, numbers.length) }} spacing="xs" style={{ alignItems: 'end' }}>
          {numbers.map((field) => (
            <NumberInput
              key={field.name}
              label={label(field.name)}
              placeholder={String(field.default ?? t('zones.settingHelp.asServer'))}
              min={0}
              allowDecimal={false}
              {...props(field.name)}
            />
          ))}
        </SimpleGrid>
        {fields
          .filter(({ secret }) => secret)
          .map((field) => (
            <SecretField
              key={field.name}
              label={label(field.name)}
              description={help(field)}
              set={secretState(field.name)}
              value={String(settings[field.name] ?? '')}
              onChange={(text) => form.setFieldValue(`settings.${field.name}`, text)}
              cleared={cleared[field.name] === true}
              onClear={(on) => form.setFieldValue(`cleared.${field.name}`, on)}
              error={form.errors[`settings.${field.name}`]}
            />
          ))}
      </Stack>
    </Fieldset>
  );
}
