import { Fieldset, NumberInput, Select, SimpleGrid, Stack, Textarea, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  portSecurities,
  reachOf,
  settingFields,
  type SettingField,
  type SettingName,
  type ZoneSettings,
} from '#shared/zone-settings';
import type { ProviderKind } from '#shared/zone';
import { numberOf } from '../ui/numbers';
import type { ConnectionTest } from '#shared/zone-test';
import { ConnectionTester } from './ConnectionTester';
import { CloudChoices, cloudChoices } from './CloudChoices';
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

const monospace = {
  input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 'var(--mantine-font-size-xs)' },
};

type Form = UseFormReturnType<SettingsValues & { provider: ProviderKind } & Record<string, unknown>>;

/** Settings that need more than their label. */
const helped = [
  'accessKey',
  'subnetsDenied',
  'internetDenied',
  'internetAllowed',
  'authUrl',
  'region',
  'caCertificate',
  'applicationCredential',
  'user',
  'externalNetwork',
  'availabilityZone',
  'portSecurity',
  'securityGroup',
] as const satisfies readonly SettingName[];
const isHelped = (name: SettingName): name is (typeof helped)[number] => helped.some((one) => one === name);

const isChoice = (name: string) => [...cloudChoices].some((one) => one === name);

/** The settings that a zone's provider has, each by its kind; of a cloud also what tries them out. `zoneId`: null for a zone that is not made yet. */
export function ZoneSettingsFields({
  form,
  known,
  zoneId,
}: {
  form: Form;
  known: ZoneSettings | null;
  zoneId: number | null;
}) {
  const { t } = useTranslation('catalogue');
  const { provider, settings, cleared } = form.values;
  const fields = settingFields(provider);
  const [found, setFound] = useState<{ of: string; offers: ConnectionTest['offers'] } | null>(null);
  const label = (name: SettingName) => t(`zones.setting.${name}`);
  const props = (name: SettingName) => ({ ...form.getInputProps(`settings.${name}`), value: settings[name] ?? '' });
  const secretState = (name: SettingName): boolean => {
    const state = new Map<string, unknown>(Object.entries(known ?? {})).get(name);
    return typeof state === 'object' && state !== null && 'set' in state && state.set === true;
  };
  const help = ({ name, schema, ...field }: SettingField) => {
    if (isHelped(name)) return t(`zones.settingHelp.${name}`);
    if (name !== 'forwardAddress') return null;
    const address = String(settings[name] ?? '').trim() || String(field.default);
    return schema.safeParse(address).success ? t(`zones.reach.${reachOf(address)}`, { address }) : null;
  };
  /** What a cloud calls so is called so here, too. */
  const choicesOf = ({ name, choices }: SettingField) =>
    name === 'portSecurity'
      ? portSecurities.map((value) => ({ value, label: t(`zones.choice.portSecurity.${value}`) }))
      : [...choices];
  const numbers = fields.filter(({ kind, secret }) => kind === 'number' && !secret);
  const texts = fields.filter(({ name, kind, secret }) => kind !== 'number' && !secret && !cloudChoices.has(name));
  const asked = JSON.stringify(Object.entries(settings).filter(([name]) => !isChoice(name)));
  // what another cloud has is none of this one's
  const offers = found?.of === asked ? found.offers : undefined;
  if (fields.length === 0) return null;
  return (
    <Fieldset legend={t('zones.form.settings')}>
      <Stack gap="sm">
        {texts.map((field) => {
          const common = { label: label(field.name), description: help(field), ...props(field.name) };
          const typed = { ...common, placeholder: String(field.default ?? ''), autoComplete: 'off', spellCheck: false };
          if (field.kind === 'choice')
            return (
              <Select
                key={field.name}
                {...common}
                data={choicesOf(field)}
                value={String(settings[field.name] ?? field.default)}
                allowDeselect={false}
              />
            );
          if (field.kind === 'lines')
            return <Textarea key={field.name} {...typed} autosize minRows={2} maxRows={6} styles={monospace} />;
          return <TextInput key={field.name} {...typed} />;
        })}
        <SimpleGrid cols={{ base: 1, xs: Math.min(2, numbers.length) }} spacing="xs" style={{ alignItems: 'end' }}>
          {numbers.map((field) => (
            <NumberInput
              key={field.name}
              label={label(field.name)}
              placeholder={String(
                field.default ?? t(`zones.settingHelp.${field.name === 'mtu' ? 'asCloud' : 'asServer'}`),
              )}
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
        {provider === 'openstack' ? (
          <>
            <ConnectionTester
              zoneId={zoneId}
              settings={settingsInput(provider, { settings, cleared })}
              onRefused={(field, message) => form.setFieldError(field, message)}
              onOffers={(offers) => setFound({ of: asked, offers })}
            />
            <CloudChoices
              values={settings}
              onChange={(name, text) => form.setFieldValue(`settings.${name}`, text)}
              errorOf={(name) => form.errors[`settings.${name}`]}
              offers={offers}
            />
          </>
        ) : null}
      </Stack>
    </Fieldset>
  );
}
