import { z } from 'zod';
import { idSchema, nameSchema, resourcesSchema, timestampSchema } from './primitives';
import { zoneSettingsInput, zoneSettingsSchema } from './zone-settings';
import { sentencesSchema } from './sentence-schema';

export const providerKinds = ['qemu', 'openstack', 'simulator'] as const;
export type ProviderKind = (typeof providerKinds)[number];

/** Providers whose VMs are in the data folder of one server: their zones have a home. */
export const localProviderKinds = ['qemu', 'simulator'] as const satisfies readonly ProviderKind[];

/** What a provider can do. `reason` says, when not, why and what to do about it; `sentences` is the same as data. */
export const capabilitySchema = z.object({
  ok: z.boolean(),
  reason: z.string().nullable(),
  sentences: sentencesSchema,
});
export type Capability = z.infer<typeof capabilitySchema>;
export const capabilitiesSchema = z.object({
  /** VMs can be run at all. */
  run: capabilitySchema,
  /** Guests reach the internet and cannot reach the host. */
  internet: capabilitySchema,
  /** How fast guests reach it can be limited, as a quota says. */
  internetRate: capabilitySchema,
  /** Host → guest TCP forwards. */
  portForwards: capabilitySchema,
  /** Disk images (qcow2) with overlays. */
  disks: capabilitySchema,
  /** Disks beside the one that a VM boots, for kernel images too. */
  extraDisks: capabilitySchema,
  serialConsole: capabilitySchema,
  /** VMs with a screen, a keyboard and a pointer (RFB, RFC 6143). */
  graphics: capabilitySchema,
  /** What runs can be kept with its memory while nothing of it runs. */
  suspend: capabilitySchema,
  /** Disks and memory of a slice at one instant, to go back to. */
  snapshot: capabilitySchema,
  /** Links can delay, lose and slow down what passes. */
  impair: capabilitySchema,
  /** Networks can have a server of addresses and names. */
  dhcp: capabilitySchema,
  /** Networks of different slices can be joined. */
  crossSlice: capabilitySchema,
  /** Guests that answer can be asked how they are, and run commands. */
  exec: capabilitySchema,
});
export type Capabilities = z.infer<typeof capabilitiesSchema>;
/** Of a zone that can do everything, or nothing, for one and the same reason. */
export const allCapabilities = (one: Capability): Capabilities =>
  capabilitiesSchema.parse(Object.fromEntries(Object.keys(capabilitiesSchema.shape).map((name) => [name, one])));

const range = z.object({ min: z.number().int(), max: z.number().int() });
/** What one VM of a zone can have, by what its provider can do. NICs are numbered from 0. */
export const vmLimitsSchema = z.object({ nics: z.number().int(), vcpus: range, ramMb: range, diskGb: range });
export type VmLimits = z.infer<typeof vmLimitsSchema>;

const factor = z.number().min(0.1).max(100);
/** How many times the capacity may be promised. */
export const overcommitSchema = z.strictObject({ vcpus: factor, ram: factor, disk: factor });

/** What an admin may set: null takes what the provider measures. */
const limit = z.number().int().min(0).max(10_000_000).nullable();
export const zoneLimitsSchema = z.strictObject({ vcpus: limit, ramMb: limit, diskGb: limit });

/** Something to show as it is; a value that is words has them in `sentences`, too. */
const factSchema = z.object({ name: z.string(), value: z.string(), sentences: sentencesSchema });
export type Fact = z.infer<typeof factSchema>;

export const zoneSchema = z.object({
  id: idSchema,
  name: z.string(),
  provider: z.enum(providerKinds),
  enabled: z.boolean(),
  /** What the provider measured of the machine; null while the provider cannot be asked. */
  physical: resourcesSchema.nullable(),
  limits: zoneLimitsSchema,
  overcommit: overcommitSchema,
  /** What its provider is told; null for who may not manage zones. */
  settings: zoneSettingsSchema.nullable(),
  /** limits ?? physical, times overcommit. Null while unknown. */
  capacity: resourcesSchema.nullable(),
  /** Sum over the VMs of live slices. */
  allocated: resourcesSchema,
  /** capacity − allocated, not below 0. */
  free: resourcesSchema.nullable(),
  runningVms: z.number().int(),
  slices: z.number().int(),
  capabilities: capabilitiesSchema.nullable(),
  /** What one VM can have; null while the provider has not told. */
  vmLimits: vmLimitsSchema.nullable(),
  /** Facts to show as they are: accelerator, version, launch limit … */
  facts: z.array(factSchema),
  /** When capabilities and physical were last read. */
  observedAt: timestampSchema.nullable(),
  /** The server whose machine its VMs are on. Null: no server has taken it yet, or it is no machine's of ours. */
  home: z
    .object({
      id: idSchema,
      /** Name of the machine. */
      host: z.string(),
      seenAt: timestampSchema,
      /** It gives no sign of life: what is shown of the zone is what it told last. */
      away: z.boolean(),
    })
    .nullable(),
  /** Taken from its server by an administrator: none takes it until it is given to one. */
  released: z.boolean(),
  createdAt: timestampSchema,
});
export type Zone = z.infer<typeof zoneSchema>;

/** A server that zones can be at, with a data folder of its own. */
export const homeSchema = z.object({
  id: idSchema,
  /** Name of the machine. */
  host: z.string(),
  seenAt: timestampSchema,
  /** It gives no sign of life. */
  away: z.boolean(),
  /** Names of the zones that are at it. */
  zones: z.array(z.string()),
});
export type Home = z.infer<typeof homeSchema>;

/** What is at a server that is gone, and is not brought over by hand, may be lost. */
const acceptLoss = z.boolean().default(false).describe('accept that VMs and disks at a server that is gone are lost');
export const moveZoneInput = z.strictObject({ id: idSchema, homeId: idSchema, acceptLoss });
export const releaseZoneInput = z.strictObject({ id: idSchema, acceptLoss });

/** What the home of a zone has told of it, and when that was seen. */
export type ZoneReport = Pick<Zone, 'facts' | 'physical'> & {
  capabilities: Capabilities;
  /** Missing in what an older version has told. */
  vmLimits?: VmLimits;
};

export const createZoneInput = z.strictObject({
  name: nameSchema,
  provider: z.enum(providerKinds),
  enabled: z.boolean().default(true),
  limits: zoneLimitsSchema.default({ vcpus: null, ramMb: null, diskGb: null }),
  overcommit: overcommitSchema.default({ vcpus: 8, ram: 4, disk: 4 }),
  /** Of the zone's provider. What is not given has its default, and no secret is set. */
  settings: zoneSettingsInput.optional(),
});
export const updateZoneInput = z.strictObject({
  id: idSchema,
  name: nameSchema,
  enabled: z.boolean(),
  limits: zoneLimitsSchema,
  overcommit: overcommitSchema,
  /** Of the zone's provider. What is not given stays as it is. */
  settings: zoneSettingsInput.optional(),
});
