import { AppError } from '#shared/errors';
import { ipRangesOf, type IpRange } from '#shared/ip-ranges';
import { canonical } from '#shared/topology/properties';
import {
  openSettings,
  settingFields,
  zoneSettingsSchema,
  type OpenSettings,
  type ZoneSettings,
  type ZoneSettingsInput,
} from '#shared/zone-settings';
import { say } from '#shared/sentence';
import type { ZoneRow } from '#server/db/queries/zones';
import { seal, unseal, type SealedFor } from '../seal';

type Kept = Pick<ZoneRow, 'provider' | 'settings' | 'secrets'>;
type KeptOf = Kept & Pick<ZoneRow, 'id' | 'name'>;

/** A sealed secret opens only in the row and under the name for which it was sealed. */
const sealedFor = (zoneId: number, field: string): SealedFor => ({
  purpose: 'zoneSettings',
  bound: `zone ${zoneId} ${field}`,
});

/** What is told of a zone's settings. A row that holds what is no setting, as another version may leave it, tells the default. */
export function shownSettings({ provider, settings, secrets }: Kept): ZoneSettings {
  const shown = settingFields(provider).map(({ name, schema, secret }) => {
    if (secret) return [name, { set: secrets?.[name] !== undefined }];
    const kept = schema.safeParse(settings?.[name]);
    return [name, kept.success ? kept.data : schema.parse(undefined)];
  });
  return zoneSettingsSchema.parse({ provider, ...Object.fromEntries(shown) });
}

/** The ranges that no subnet of a slice in the zone may be in. */
export function subnetsDenied(zone: Kept): IpRange[] {
  const settings = shownSettings(zone);
  return 'subnetsDenied' in settings ? ipRangesOf(settings.subnetsDenied) : [];
}

/**
 * What the provider is told: the secrets in clear, which go nowhere else. ZONE_UNAVAILABLE, naming the zone and the field, when a
 * secret was sealed by a server with another secret, or a setting is none.
 */
export function openZoneSettings(serverSecret: Uint8Array, zone: KeptOf): OpenSettings {
  const opened = settingFields(zone.provider).flatMap(({ name, schema, secret }) => {
    if (!secret) {
      const kept = schema.safeParse(zone.settings?.[name]);
      if (!kept.success) throw unusable(zone, name, 'SETTING_UNKNOWN', kept.error);
      return [[name, kept.data]];
    }
    const sealed = zone.secrets?.[name];
    if (sealed === undefined) return [];
    try {
      return [[name, unseal(serverSecret, sealed, sealedFor(zone.id, name))]];
    } catch (error) {
      throw unusable(zone, name, 'SETTING_SEALED', error);
    }
  });
  return openSettings.parse({ provider: zone.provider, ...Object.fromEntries(opened) });
}

function unusable(zone: KeptOf, field: string, why: 'SETTING_UNKNOWN' | 'SETTING_SEALED', cause: unknown): AppError {
  const params = { zone: zone.name, field };
  return new AppError('ZONE_UNAVAILABLE', say(why, params), { params, cause });
}

/** What a change of settings comes to. */
export interface SettingsChange {
  settings: Record<string, unknown>;
  secrets: Record<string, string>;
  /** Names of what is other than before. A secret that is given counts as changed, since nobody compares it. */
  changed: string[];
}

/**
 * The columns of a zone with what was given of its settings; what was not given stays. INVALID_INPUT for another provider's.
 * Seals for the zone's id: call it in the transaction that has it.
 */
export function changeSettings(
  serverSecret: Uint8Array,
  zone: Kept & Pick<ZoneRow, 'id'>,
  given: ZoneSettingsInput,
): SettingsChange {
  if (given.provider !== zone.provider)
    throw new AppError('INVALID_INPUT', say('SETTINGS_OF_OTHER_PROVIDER'), {
      field: 'settings.provider',
    });
  const values = new Map<string, unknown>(Object.entries(given));
  const settings = { ...zone.settings };
  const secrets = { ...zone.secrets };
  const changed: string[] = [];
  for (const { name, schema, secret } of settingFields(zone.provider)) {
    const value = values.get(name);
    if (value === undefined) continue;
    if (!secret) {
      const before = schema.safeParse(settings[name]);
      if (!before.success || canonical(before.data) !== canonical(value)) changed.push(name);
      settings[name] = value;
    } else if (typeof value === 'string') {
      secrets[name] = seal(serverSecret, value, sealedFor(zone.id, name));
      changed.push(name);
    } else if (secrets[name] !== undefined) {
      delete secrets[name];
      changed.push(name);
    }
  }
  // a secret goes only to the address that it was given for
  if (changed.includes('authUrl'))
    for (const { name, secret } of settingFields(zone.provider)) {
      if (!secret || secrets[name] === undefined || values.get(name) !== undefined) continue;
      delete secrets[name];
      changed.push(name);
    }
  return { settings, secrets, changed };
}
