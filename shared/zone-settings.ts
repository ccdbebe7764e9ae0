import { z } from 'zod';
import { flavourRules } from './cloud-flavours';
import { ipRangesSchema, notInternet } from './ip-ranges';
import { limits } from './limits';
import { pairsSchema } from './pairs';

/*
 * What an administrator may set of a zone beside its room, by its provider. A setting is stated here and nowhere else: one line in the
 * table of its provider says its values, its limits and its default. Rows, the API, what is shown, the audit log, the command line and
 * what the provider is given follow. Two kinds: plain ones, each with a default (rows are older than a setting), and secrets.
 */

const secretFields = z.registry<{ secret: true }>();

/** What only the provider may read: sealed in the database, and told as set or not set everywhere else. */
export function secret() {
  const text = z
    .string()
    .min(1, 'A secret is needed; to take it away, clear it.')
    .max(limits.secretLength, `At most ${limits.secretLength} characters.`);
  // the brand is for the types below only: this is the one kind of setting that is not shown as it is
  return text.brand<'secret'>().register(secretFields, { secret: true });
}
type SecretField = ReturnType<typeof secret>;

function isWebAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username } = new URL(text);
  return (protocol === 'https:' || protocol === 'http:') && username === '';
}

const milliseconds = z.number().int().min(0).max(60_000).default(0);
/** How many VMs of the zone boot at once; null: as the zone's server is configured (`TRAMA_LAUNCH_LIMIT`). */
const launchLimit = z.number().int().min(1).max(256).nullable().default(null);

/** What no network and no link of a slice of the zone may have addresses of, chosen or given: as what else is reached from there has them. */
const subnetsDenied = ipRangesSchema.default('');

const qemu = {
  launchLimit,
  subnetsDenied,
  /**
   * Where forwarded ports listen. On a loopback address every user and program of the host reaches them, and nobody else; on another
   * address of the host whoever reaches that; on 0.0.0.0 whoever reaches the host at all. A VM keeps the address that it was started with.
   */
  forwardAddress: z.ipv4('An IPv4 address of the host: 127.0.0.1, or 0.0.0.0 for all of them.').default('127.0.0.1'),
  /**
   * What guests with internet access do not reach, besides the addresses of the host and the networks that it is in, which are always denied:
   * by default all that is not the public internet.
   */
  internetDenied: ipRangesSchema.default(notInternet),
  /** What they reach all the same: of two ranges the narrower counts. Never an address of the host. */
  internetAllowed: ipRangesSchema.default(''),
};
const simulator = {
  launchLimit,
  subnetsDenied,
  /** Each call takes so long. */
  callDelayMs: milliseconds,
  /** A VM takes so long to boot. */
  bootDelayMs: milliseconds,
  /** As a cloud has one: what is simulated takes the first that it is given, and refuses every call with another or none. */
  accessKey: secret(),
};
/** A name or an id in a cloud, as people copy it. */
const cloudName = (unset = '') => z.string().trim().max(255, 'At most 255 characters.').default(unset);
/** What a VM is made of in a cloud whose image no pair names one for: the cloud's that is called as it, or one that is uploaded. */
export const imageRules = ['named', 'upload'] as const;
export const portSecurities = ['off', 'pairs'] as const;
const openstack = {
  /** Keystone, version 3: what the cloud's openrc file calls OS_AUTH_URL. Empty until it is set: nothing is called. */
  authUrl: z
    .string()
    .trim()
    .max(500, 'At most 500 characters.')
    .refine((text) => text === '' || isWebAddress(text), 'An address that begins with https:// or http://.')
    .default(''),
  /** Empty: the only one that the cloud has. */
  region: cloudName(),
  /** Which of its addresses each service is called at. */
  interface: z.enum(['public', 'internal', 'admin']).default('public'),
  /** Certificates in PEM form of who has signed the cloud's, besides those that are trusted anyhow. */
  caCertificate: z
    .string()
    .trim()
    .max(limits.certificateLength, `At most ${limits.certificateLength} characters.`)
    .default(''),
  /** The best credential: for one project, and without anybody's password. It goes before a user. */
  applicationCredential: cloudName(),
  applicationSecret: secret(),
  user: cloudName(),
  userDomain: cloudName('Default'),
  password: secret(),
  project: cloudName(),
  projectDomain: cloudName('Default'),
  /** By name or id, the network by which VMs reach the internet, and are reached. Empty: the only one that there is. */
  externalNetwork: cloudName(),
  subnetsDenied,
  /**
   * How Neutron is kept from dropping what guests pass on for others: `off`, its port security is off, so that they route and switch; `pairs`, all addresses are
   * allowed at their ports, so that they route, and the security group's rules hold.
   */
  portSecurity: z.enum(portSecurities).default('off'),
  /** Of `pairs`: by name or id, the project's security group that the ports are in. */
  securityGroup: cloudName('default'),
  /** Octets of the largest packet on networks whose drawing says nothing of it. Null: as the cloud says. */
  mtu: z.number().int().min(1_280).max(9_216).nullable().default(null),
  /** Where VMs are made. Empty: where the cloud likes. */
  availabilityZone: cloudName(),
  /** Which of the cloud's flavours, by id or name, VMs of our flavours get. */
  flavours: pairsSchema.default(''),
  /** Which one those get whose flavour is not among them, or that say a size of their own. */
  otherFlavours: z.enum(flavourRules).default('smallest'),
  /** Which of the cloud's images, by id or name, VMs of our images are made of. */
  images: pairsSchema.default(''),
  /** Of which those are made whose image is not among them: the one that is called as it, or one that is uploaded. */
  otherImages: z.enum(imageRules).default('named'),
  /** Calls of the cloud's APIs at once. */
  callLimit: z.number().int().min(1).max(64).default(8),
};

type Fields = Readonly<Record<string, z.ZodType>>;
type Unset<Field extends z.ZodType> = Field extends z.ZodDefault<infer Inner extends z.ZodType> ? Inner : Field;
type GivenShape<F extends Fields> = {
  [Name in keyof F]: z.ZodOptional<F[Name] extends SecretField ? z.ZodNullable<SecretField> : Unset<F[Name]>>;
};
type ShownShape<F extends Fields> = {
  [Name in keyof F]: F[Name] extends SecretField ? typeof secretStateSchema : F[Name];
};
type OpenShape<F extends Fields> = {
  [Name in keyof F]: F[Name] extends SecretField ? z.ZodOptional<SecretField> : F[Name];
};

/** What is told of a secret. */
export const secretStateSchema = z.strictObject({ set: z.boolean() });

const isSecret = (field: z.ZodType) => secretFields.has(field);
/** A function of the fields' own types, which a loop over them forgets. */
const shape = (fields: Fields, of: (field: z.ZodType) => z.ZodType) =>
  Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, of(field)]));
const given = <F extends Fields>(fields: F) =>
  shape(fields, (field) =>
    (isSecret(field)
      ? field.nullable()
      : field instanceof z.ZodDefault
        ? (field.unwrap() as z.ZodType)
        : field
    ).optional(),
  ) as GivenShape<F>;
const shown = <F extends Fields>(fields: F) =>
  shape(fields, (field) => (isSecret(field) ? secretStateSchema : field)) as ShownShape<F>;
const open = <F extends Fields>(fields: F) =>
  shape(fields, (field) => (isSecret(field) ? field.optional() : field)) as OpenShape<F>;

const of = <Kind extends string, F extends z.ZodRawShape>(provider: Kind, fields: F) =>
  z.strictObject({ provider: z.literal(provider), ...fields });

/** What may be given: what is absent stays as it is, and a secret that is null is taken away. */
export const zoneSettingsInput = z.discriminatedUnion('provider', [
  of('qemu', given(qemu)),
  of('openstack', given(openstack)),
  of('simulator', given(simulator)),
]);
export type ZoneSettingsInput = z.output<typeof zoneSettingsInput>;

/** What is shown: of secrets only whether they are set. */
export const zoneSettingsSchema = z.discriminatedUnion('provider', [
  of('qemu', shown(qemu)),
  of('openstack', shown(openstack)),
  of('simulator', shown(simulator)),
]);
export type ZoneSettings = z.output<typeof zoneSettingsSchema>;

/** What the provider is given, and nobody else: secrets in clear. */
export const openSettings = z.discriminatedUnion('provider', [
  of('qemu', open(qemu)),
  of('openstack', open(openstack)),
  of('simulator', open(simulator)),
]);
export type OpenSettings = z.output<typeof openSettings>;

/** What a test of the connection is asked with: what is absent is as the zone has it, or as by default. */
export const openStackSettingsInput = of('openstack', given(openstack));

/** Those of a zone of the provider qemu of which nothing was set. */
export const qemuDefaults = of('qemu', open(qemu)).parse({ provider: 'qemu' });

export type SettingsOf<Kind extends OpenSettings['provider']> = Extract<OpenSettings, { provider: Kind }>;

const tables = { qemu, openstack, simulator } satisfies Record<OpenSettings['provider'], Fields>;

export type SettingName = keyof typeof qemu | keyof typeof openstack | keyof typeof simulator;

/** One setting of a provider. */
export interface SettingField {
  name: SettingName;
  schema: z.ZodType;
  secret: boolean;
  /** How people write it: `lines` is text of several, `pairs` what of ours is which of a cloud. */
  kind: 'number' | 'text' | 'lines' | 'choice' | 'pairs';
  /** Of a choice, what there is to choose from. */
  choices: readonly string[];
  /** Of a plain one. */
  default: string | number | null;
}

/** The settings of a provider, in the order in which they are stated. */
export function settingFields(provider: keyof typeof tables): SettingField[] {
  const fields: Fields = tables[provider];
  // the names of `tables`, which `Object.entries` widens
  return Object.entries(fields).map(([name, schema]) => ({
    name: name as SettingName,
    schema,
    secret: isSecret(schema),
    ...kindOf(name, innermost(schema)),
    default: defaultOf(schema),
  }));
}

/** A certificate is pasted as it is, in lines. */
const inLines = new Set<string>(['caCertificate'] satisfies SettingName[]);

function kindOf(name: string, schema: unknown): Pick<SettingField, 'kind' | 'choices'> {
  if (schema instanceof z.ZodEnum) return { kind: 'choice', choices: schema.options.map(String) };
  if (schema instanceof z.ZodNumber) return { kind: 'number', choices: [] };
  if (schema === pairsSchema) return { kind: 'pairs', choices: [] };
  return { kind: inLines.has(name) ? 'lines' : 'text', choices: [] };
}

function defaultOf(schema: z.ZodType): string | number | null {
  const value = schema.safeParse(undefined).data;
  return typeof value === 'string' || typeof value === 'number' ? value : null;
}

function innermost(schema: unknown): unknown {
  return schema instanceof z.ZodDefault || schema instanceof z.ZodNullable ? innermost(schema.unwrap()) : schema;
}

/** Who reaches ports that listen on an IPv4 address of a host: programs of the host, who reaches that address, or who reaches any of the host's. */
export function reachOf(address: string): 'host' | 'address' | 'everywhere' {
  if (address.startsWith('127.')) return 'host';
  return address === '0.0.0.0' ? 'everywhere' : 'address';
}
