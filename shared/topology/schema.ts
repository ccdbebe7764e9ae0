import { z } from 'zod';
import { limits } from '../limits';
import { sizeFields } from '../flavour';
import { drawingLimits } from './limits';
import { hostnameSchema, idSchema, lineSchema } from '../primitives';
import {
  ipv6Schema,
  macSchema,
  mtuSchema,
  ownAddress6Schema,
  ownAddressSchema,
  ownSubnetSchema,
} from './addressing-schema';
import { annotationsSchema } from './annotations';
import { bootDeviceSchema, extraDiskSchema } from './disk-schema';
import { bootDevices } from './disk';
import { forwardSchema } from './forward-schema';
import { linkSchema } from './link';
import { countSchema, parameterNameSchema, parametersSchema } from './parameters/schema';
import { keySchema, positionSchema } from './place';
import { propertyFacts } from './properties';

/** What a guest calls itself, where that is not its name: with its domain, if it has one (RFC 1123 §2.1). */
export const guestHostnameSchema = z
  .string()
  .max(drawingLimits.guestHostnameLength, `At most ${drawingLimits.guestHostnameLength} characters.`)
  .regex(
    /^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*)?$/,
    'Names of letters, digits and hyphens, with dots between them.',
  );

/** No NUL, and no halves of characters. */
const isText = /^[^\u0000\ud800-\udfff]*$/u;

/** An environment variable of a guest. Its name is one that every shell takes (POSIX.1-2017, 3.235). */
export const environmentVariableSchema = z.strictObject({
  name: z
    .string()
    .max(drawingLimits.variableNameLength, `At most ${drawingLimits.variableNameLength} characters.`)
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'Letters, digits and _, no digit first.'),
  value: z
    .string()
    .max(drawingLimits.variableValueLength, `At most ${drawingLimits.variableValueLength} characters.`)
    .regex(/^[^\u0000-\u001f\u007f\ud800-\udfff]*$/u, 'A value is one line of text.'),
});

const salt = String.raw`[./0-9A-Za-z]{1,16}`;
const rounds = String.raw`(rounds=[1-9]\d{0,8}\$)?`;
/** SHA-512, SHA-256 and yescrypt, as crypt(5) writes them. */
const cryptHash = [
  String.raw`\$6\$${rounds}${salt}\$[./0-9A-Za-z]{86}`,
  String.raw`\$5\$${rounds}${salt}\$[./0-9A-Za-z]{43}`,
  String.raw`\$y\$[./0-9A-Za-z]{1,12}\$[./0-9A-Za-z]{1,86}\$[./0-9A-Za-z]{43}`,
].join('|');

/**
 * How one signs in at the console of a guest with a disk: with the password that all images have, with none, so by SSH keys only, or with one's own,
 * of which there is only a hash here, since everybody sees it who sees the drawing.
 */
export const guestPasswordSchema = z
  .string()
  .max(drawingLimits.passwordHashLength)
  .regex(new RegExp(`^(builtin|none|${cryptHash})$`), 'Say builtin, none, or a hash as “openssl passwd -6” makes it.');

const filePathRule = 'An absolute path of letters, digits and . _ @ + : -';

/** A file that a guest finds at its start as it is written here, whatever has become of it meanwhile. */
export const startFileSchema = z.strictObject({
  path: z
    .string()
    .max(limits.filePathLength)
    .regex(/^(\/[A-Za-z0-9._@+:-]+)+$/, filePathRule)
    .refine((path) => !path.split('/').some((step) => step === '.' || step === '..'), filePathRule),
  content: z
    .string()
    .max(limits.fileLength, `At most ${limits.fileLength} characters.`)
    .regex(isText, 'A file is text.'),
  /** Who may read, write and run it, as chmod takes it. */
  mode: z
    .string()
    .regex(/^0[0-7]{3}$/, 'Four octal digits, as 0644.')
    .default('0644'),
});

/** A command line, as one types it at a shell. */
export const commandLineSchema = z
  .string()
  .trim()
  .min(1)
  .max(drawingLimits.execLength, `At most ${drawingLimits.execLength} characters.`)
  .regex(/^[^\u0000-\u0008\u000a-\u001f\u007f\ud800-\udfff]*$/u, 'A command is one line of text.');

/** What has to be so of a VM that has booted before it counts as ready, by one of three signs. */
export const readySchema = z
  .strictObject({
    /** Text on the serial console since the VM was started. */
    marker: z.string().min(1).max(limits.markerLength).optional(),
    /** Something in the guest accepts connections at this port, which is one of those forwarded by TCP. */
    tcpPort: z.number().int().min(1).max(65535).optional(),
    /** So much time has passed, and the VM still runs. */
    seconds: z.number().int().min(1).max(limits.gateSeconds).optional(),
    /** After this it counts as not having become ready. */
    timeoutSeconds: z.number().int().min(1).max(limits.gateSeconds).default(300),
  })
  .refine(
    ({ marker, tcpPort, seconds }) => [marker, tcpPort, seconds].filter((sign) => sign !== undefined).length === 1,
    'Say one of marker, tcpPort and seconds.',
  );
/** Of a VM that others wait for: when it is ready, beyond having booted. */
export type Ready = z.infer<typeof readySchema>;

/*
 * Properties are stated here and nowhere else: a line in one of these three tables says a property's values, its limits, its
 * default (each must have one: older documents and rows lack it) and how a change of it takes effect. Rows, documents, the
 * editor's merge, slices, what providers are told and what they keep follow. `parts.db.test.ts` adds one and loses it nowhere.
 */

/** What a VM is called besides its name, where that cannot say it: for those who look at the drawing, told to no guest. */
export const labelSchema = z
  .string()
  .trim()
  .normalize('NFC')
  .max(limits.labelLength, `At most ${limits.labelLength} characters.`)
  .regex(/^[^\u0000-\u001f\u007f\ud800-\udfff]*$/u, 'A label is one line of text.');

/** Where something is on the earth, degrees. */
export const locationSchema = z.strictObject({
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
});

/** What a VM is drawn as. */
export const deviceIcons = ['server', 'router', 'switch', 'firewall', 'computer', 'cloud', 'database'] as const;
export type DeviceIcon = (typeof deviceIcons)[number];

/** What a VM has in place of what its flavour says; what is not said is as the flavour says. RAM in MiB. */
export const ownSizeSchema = z
  .strictObject({ vcpus: sizeFields.vcpus.optional(), ramMb: sizeFields.ramMb.optional() })
  .refine(({ vcpus, ramMb }) => vcpus !== undefined || ramMb !== undefined, 'Say vcpus, ramMb or both.');
export type OwnSize = z.infer<typeof ownSizeSchema>;

/** What only the drawing shows: nothing that runs is changed for it. What is not there is not so. */
const drawnProperties = () => ({
  /** It is neither moved nor deleted by accident: not by dragging, arranging or the Delete key, until it is unlocked. */
  locked: z.boolean().optional().register(propertyFacts, { effect: 'none' }),
  location: locationSchema.optional().register(propertyFacts, { effect: 'none' }),
});

/** What a guest is, besides its name, its size and its image. */
export const vmProperties = {
  label: labelSchema.default('').register(propertyFacts, { effect: 'none' }),
  /** Without it, as its name or its image suggests. */
  icon: z.enum(deviceIcons).optional().register(propertyFacts, { effect: 'none' }),
  ...drawnProperties(),
  /** CPUs and RAM of its own, for owners whose role allows it (`vms:size`). What a VM has then, {@link sizeOf} says. */
  ownSize: ownSizeSchema.optional().register(propertyFacts, { effect: 'restart' }),
  /** Reach the internet from the guest, where the zone can offer that. */
  internet: z
    .boolean()
    .default(false)
    .register(propertyFacts, {
      effect: 'restart',
      needs: { capability: 'internet', code: 'INTERNET_UNSUPPORTED', words: 'internet access' },
    }),
  /** A display adapter, a keyboard and a pointer, and with them a graphical console beside the serial one. */
  graphics: z
    .boolean()
    .default(false)
    .register(propertyFacts, {
      effect: 'restart',
      needs: { capability: 'graphics', code: 'GRAPHICS_UNSUPPORTED', words: 'a graphical console' },
    }),
  /**
   * It passes on what is not for it: whoever is beside it reaches through it what is beyond, by static routes that guests are told as they are their
   * neighbours' names, which then are those of all that they reach.
   */
  router: z.boolean().default(false).register(propertyFacts, { effect: 'restart' }),
  /** Guest ports to be reached from the zone's host; the host port is allocated on deploy. */
  forwards: z
    .array(forwardSchema)
    .max(limits.forwardsPerVm, `At most ${limits.forwardsPerVm} forwarded ports.`)
    .default([])
    .register(propertyFacts, {
      effect: 'live',
      needs: { capability: 'portForwards', code: 'FORWARDS_UNSUPPORTED', words: 'forwarded ports' },
    }),
  /**
   * Disks beside that of its flavour, empty at first. What is on them stays as long as the VM, also when that is made anew: only a disk that is
   * taken away or made smaller loses its data, which the plan says.
   */
  disks: z
    .array(extraDiskSchema)
    .max(drawingLimits.disksPerVm, `At most ${drawingLimits.disksPerVm} extra disks.`)
    .default([])
    .register(propertyFacts, {
      effect: 'restart',
      needs: { capability: 'extraDisks', code: 'EXTRA_DISKS_UNSUPPORTED', words: 'extra disks' },
    }),
  /**
   * From what it is booted, in this order, until something boots; the disk of its image comes last where it is not named. Empty: that disk. A
   * kernel image boots its kernel, and has no order.
   */
  boot: z
    .array(bootDeviceSchema)
    .max(drawingLimits.disksPerVm + bootDevices.length)
    .default([])
    .register(propertyFacts, { effect: 'restart' }),
  /** Written into the guest at each of its starts: a router's `/etc/frr/frr.conf`. */
  files: z.array(startFileSchema).max(limits.filesPerVm).default([]).register(propertyFacts, { effect: 'restart' }),
  /** Environment variables of who signs in and of what the guest's start begins, taken at each of its starts. */
  environment: z
    .array(environmentVariableSchema)
    .max(drawingLimits.variablesPerVm, `At most ${drawingLimits.variablesPerVm} variables.`)
    .default([])
    .register(propertyFacts, { effect: 'restart' }),
  /** What the guest calls itself, also with its domain; empty: its name. */
  hostname: guestHostnameSchema.default('').register(propertyFacts, { effect: 'restart' }),
  /**
   * A cloud-config (https://cloudinit.readthedocs.io), for images that have cloud-init: most of it is read at a VM's first boot only. A change is told
   * at the next start and makes no disk anew, since an address that is filled in is one, too.
   */
  userData: z
    .string()
    .max(drawingLimits.userDataLength, `At most ${drawingLimits.userDataLength} characters.`)
    .regex(isText, 'User-data is text.')
    .default('')
    .register(propertyFacts, { effect: 'restart' }),
  /** Of images with a disk. What a user sets in the guest stays, until this is changed. */
  password: guestPasswordSchema.default('builtin').register(propertyFacts, { effect: 'restart' }),
  /**
   * Run in the guest by its shell, one after the other, once it has booted: after each start and reboot that Trama does, since a guest without a disk
   * has forgotten what they did. A guest that goes on with its memory has not booted, and one that reboots itself is left alone.
   */
  exec: z
    .array(commandLineSchema)
    .max(drawingLimits.execPerVm, `At most ${drawingLimits.execPerVm} commands.`)
    .default([])
    .register(propertyFacts, {
      effect: 'restart',
      needs: { capability: 'exec', code: 'EXEC_UNSUPPORTED', words: 'commands after its boot' },
    }),
  /** Keys of the VMs that have to be ready before this one is started. */
  startAfter: z.array(keySchema).max(limits.startAfterPerVm).default([]).register(propertyFacts, { effect: 'none' }),
  /** When it is ready. Null: as soon as it has booted. */
  ready: readySchema.nullable().default(null).register(propertyFacts, { effect: 'none' }),
  /** Of a template, as the two behind it: how many VMs there are to be of it in a slice, numbered from 1. */
  count: countSchema.optional().register(propertyFacts, { effect: 'none' }),
  /** The parameters by which its flavour and its image are chosen. */
  flavourFrom: parameterNameSchema.optional().register(propertyFacts, { effect: 'none' }),
  imageFrom: parameterNameSchema.optional().register(propertyFacts, { effect: 'none' }),
};
/** The subnet of a network or a link, in place of one that is given. What guests are told follows from the address plan. */
const ownSubnet = () => ownSubnetSchema.optional().register(propertyFacts, { effect: 'none' });
/** Of all NICs on a network or at a link; without it 1500. An attachment that says it has its own. */
const mtu = () => mtuSchema.optional().register(propertyFacts, { effect: 'restart', ofNics: true });
/** Of a network or a link; without it there is IPv4 only. */
const ipv6 = () => ipv6Schema.optional().register(propertyFacts, { effect: 'restart', ofNics: true });
export const networkProperties = {
  ...drawnProperties(),
  ownSubnet: ownSubnet(),
  /** The part of a subnet that is chosen which its NICs have their addresses in; without it, all of it. What is beside is for NICs of other slices. */
  ownRange: ownSubnetSchema.optional().register(propertyFacts, { effect: 'none' }),
  ipv6: ipv6(),
  mtu: mtu(),
  /**
   * A server on the network gives addresses by DHCP, those of the plan to its NICs and free ones to whoever else is there, and knows the names of the
   * VMs. Guests ask it from their next start on, in place of being told.
   */
  dhcp: z
    .boolean()
    .optional()
    .register(propertyFacts, {
      effect: 'live',
      needs: { capability: 'dhcp', code: 'DHCP_UNSUPPORTED', words: 'DHCP and DNS' },
    }),
  /**
   * The address on it of who passes on what goes to nowhere else: the VMs there have their default route through it, but its owner and those with internet access,
   * which have theirs out there.
   */
  gateway: ownAddressSchema.optional().register(propertyFacts, { effect: 'live' }),
  /** The same of IPv6. */
  gateway6: ownAddress6Schema.optional().register(propertyFacts, { effect: 'live' }),
};
/** What an end is called, where the drawing knows more than the number of its NIC: `GigabitEthernet0/1`. The guest has its own name for it. */
export const interfaceNameSchema = labelSchema
  .min(1)
  .max(limits.interfaceNameLength, `At most ${limits.interfaceNameLength} characters.`);
const interfaceName = () => interfaceNameSchema.optional().register(propertyFacts, { effect: 'none' });
/** The static address of an end, in a subnet that is chosen; without it the end is given one. */
const ownAddress = () => ownAddressSchema.optional().register(propertyFacts, { effect: 'none' });
/** Its static address of IPv6, in a /64 that does not move; without it, the end has the number there that it has in its IPv4 subnet. */
const ownAddress6 = () => ownAddress6Schema.optional().register(propertyFacts, { effect: 'none' });
/** Which NIC of its VM an end is, from 0, along which guests number their interfaces; without it the lowest that is free. */
const ownNic = () =>
  z
    .number()
    .int()
    .min(0)
    .max(limits.nicsPerVm - 1)
    .optional()
    .register(propertyFacts, { effect: 'none' });
/** Without it, one that follows from the edge's row and never changes. */
const mac = () => macSchema.optional().register(propertyFacts, { effect: 'restart' });
export const edgeProperties = {
  sourceInterface: interfaceName(),
  targetInterface: interfaceName(),
  sourceOwnNic: ownNic(),
  targetOwnNic: ownNic(),
  /** Of a link: an attachment is in its network's. */
  ownSubnet: ownSubnet(),
  ipv6: ipv6(),
  sourceOwnAddress: ownAddress(),
  targetOwnAddress: ownAddress(),
  sourceOwnAddress6: ownAddress6(),
  targetOwnAddress6: ownAddress6(),
  sourceMac: mac(),
  targetMac: mac(),
  mtu: mtu(),
  /** What it does to frames on their way. Without it, nothing. */
  link: linkSchema.optional().register(propertyFacts, {
    effect: 'live',
    needs: { capability: 'impair', code: 'IMPAIR_UNSUPPORTED', words: 'delay, loss or a rate' },
  }),
  /** It is taken down: no carrier at either end, and nothing passes. */
  down: z.boolean().optional().register(propertyFacts, { effect: 'live' }),
};
const edgePropertiesSchema = z.object(edgeProperties);
export type EdgeProperties = z.infer<typeof edgePropertiesSchema>;

/*
 * Where parts stand in the address plan. Given when a drawing is saved (`addresses.ts`) and kept from then on, in later
 * revisions, copies and slices: a link keeps its subnet, its NICs their numbers and addresses, whatever else comes or goes.
 */
const cidr = z.string().regex(/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/, 'An address with its prefix length: 10.0.0.1/30.');
const subnets = z.array(cidr).max(1).optional();
/** One end of an edge: which NIC of the VM it is, from 0, and that NIC's addresses. */
const nicSchema = z.strictObject({
  index: z.number().int().min(0).max(limits.edgesPerTopology),
  addresses: z.array(cidr).max(1),
});
const networkPlacement = { subnets };
const edgePlacement = { subnets, sourceNic: nicSchema.optional(), targetNic: nicSchema.optional() };

export const topologyVmSchema = z.strictObject({
  key: keySchema,
  name: hostnameSchema,
  flavourId: idSchema,
  imageId: idSchema,
  ...vmProperties,
  x: positionSchema,
  y: positionSchema,
});
export type TopologyVm = z.infer<typeof topologyVmSchema>;

/** A multi-access layer-2 segment. */
export const topologyNetworkSchema = z.strictObject({
  key: keySchema,
  name: lineSchema,
  ...networkProperties,
  ...networkPlacement,
  x: positionSchema,
  y: positionSchema,
});
export type TopologyNetwork = z.infer<typeof topologyNetworkSchema>;

/** A link VM–VM or an attachment VM–network: `source` is a VM's key, `target` a VM's or a network's. */
export const topologyEdgeSchema = z.strictObject({
  key: keySchema,
  source: keySchema,
  target: keySchema,
  ...edgeProperties,
  ...edgePlacement,
});
export type TopologyEdge = z.infer<typeof topologyEdgeSchema>;

/** The schemas of a topology's parts. What carries properties takes them as a parameter, so that a test can state one more. */
export const topologyParts = { vm: topologyVmSchema, network: topologyNetworkSchema, edge: topologyEdgeSchema };
export type TopologyParts = typeof topologyParts;

const vmPropertiesSchema = z.object(vmProperties);
export type VmProperties = z.infer<typeof vmPropertiesSchema>;
/** Every property of a VM at its default. */
export function vmDefaults(): VmProperties {
  return vmPropertiesSchema.parse({});
}
export function newVm(vm: Omit<TopologyVm, keyof VmProperties>): TopologyVm {
  return { ...vm, ...vmDefaults() };
}

export const topologySchema = z.strictObject({
  vms: z.array(topologyVmSchema).max(limits.vmsPerTopology, `A topology has at most ${limits.vmsPerTopology} VMs.`),
  networks: z
    .array(topologyNetworkSchema)
    .max(limits.networksPerTopology, `A topology has at most ${limits.networksPerTopology} networks.`),
  edges: z
    .array(topologyEdgeSchema)
    .max(limits.edgesPerTopology, `A topology has at most ${limits.edgesPerTopology} edges.`),
  /** Not there: none, as in every topology from before there were any. */
  annotations: annotationsSchema.optional(),
  /** What a slice that is made of it is asked for. A slice's own topology has none: they are filled in. */
  parameters: parametersSchema.optional(),
});
export type Topology = z.infer<typeof topologySchema>;

export const emptyTopology: Topology = { vms: [], networks: [], edges: [] };
