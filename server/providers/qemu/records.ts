import { z } from 'zod';
import { imageKinds } from '#shared/image';
import { appliedSchema } from '#shared/deployment/applied';
import { keptRunSchema } from '../after-boot';
import { forwardProtocols, type ForwardKey } from '#shared/topology/forward';
import { linkSchema } from '#shared/topology/link';
import { topologyParts, type TopologyParts } from '#shared/topology/schema';
import { plain } from '#shared/sentence';
import { saidSchema } from '#shared/sentence-schema';
import { serviceConfigSchema } from './services/config';

/*
 * What the zone's folder keeps of each VM and network, beside what QEMU itself may write. Read back after a restart of
 * the server, so also by newer versions: additions need a default.
 */

const vmOrNetwork = z.union([z.templateLiteral(['v', z.number()]), z.templateLiteral(['n', z.number()])]);

const nic = z.object({
  edgeId: z.number(),
  index: z.number(),
  mac: z.string(),
  mtu: z.number().optional(),
  address: z.string(),
  address6: z.string().optional(),
  dhcp: z.boolean().optional(),
  peer: z.union([z.object({ vmId: z.number() }), z.object({ networkId: z.number() })]),
});

const forwardKeySchema = z.templateLiteral([z.enum(forwardProtocols), ':', z.number()]);
const byTcp = (guestPort: number): ForwardKey => `tcp:${guestPort}`;

/** With every property of VMs; what a record is older than gets its default. */
const vmSpecOf = ({ vm }: TopologyParts) =>
  vm
    .omit({ key: true, flavourId: true, imageId: true, x: true, y: true })
    .strip()
    .extend({
      id: z.number(),
      name: z.string(),
      uuid: z.string(),
      vcpus: z.number(),
      ramMb: z.number(),
      diskGb: z.number(),
      flavourId: z.number().optional(),
      image: z.object({
        id: z.number(),
        name: z.string(),
        kind: z.enum(imageKinds),
        source: z.string(),
        sha256: z.string().nullable(),
        readyMarker: z.string().nullable(),
      }),
      nics: z.array(nic),
      hosts: z.array(z.object({ address: z.string(), name: z.string() })),
      routes: z.array(z.object({ to: z.string(), via: z.string(), edgeId: z.number() })).default([]),
      sshKeys: z.array(z.string()).default([]),
    });

/** How a VM goes on: its command line was that of the process that was ended, and its guest had reported that it is ready. */
export const keptSchema = z.object({
  args: z.array(z.string()),
  ready: z.boolean(),
  /** The PCI slot of the NIC of its forwards, which may have come, or lost the last of them, while it ran. By an older version: not told. */
  forwardNic: z.number().nullable().optional(),
});
export type Kept = z.infer<typeof keptSchema>;

export const vmRecordSchemaOf = (parts = topologyParts) =>
  z.object({
    spec: vmSpecOf(parts),
    /** The host's port of each forward. Records of older versions hold the guest's port alone, by TCP. */
    hostPorts: z.array(z.tuple([z.union([z.number().transform(byTcp), forwardKeySchema]), z.number()])),
    /** Where the forwards of the process that was started last listen: it keeps that, whatever the zone's settings say since. */
    forwardAddress: z.string().default('127.0.0.1'),
    /** Whether a process should be there; if it is not, the VM failed. */
    expected: z.enum(['on', 'off']),
    /** Whether the guest has reported, since its last boot, that it is ready. */
    ready: z.boolean(),
    /** The text of its gate that the console has shown since its last boot, see `ready` of its spec. */
    shown: z.string().nullable().default(null),
    /** Why it failed; records of older versions hold the text. */
    error: z.union([z.string().transform(plain), saidSchema]).nullable(),
    /** The configuration that the running guest was booted with. */
    bootConfig: z.string().nullable(),
    /** Which prepared image its disk lies over, or its kernel came from. */
    imageKey: z.string().nullable().default(null),
    /** What was applied of the VM's definition; null: by a version that kept no account of it. */
    applied: appliedSchema.nullable().default(null),
    /** Of one that is suspended: what goes on with its memory, which lies in a file beside. */
    kept: keptSchema.nullable().default(null),
    /** The same of the edges whose source it is. */
    edges: z.array(z.object({ id: z.number(), applied: appliedSchema })).default([]),
    /** What has become of the commands of its `exec` since its last boot. */
    ran: z.array(keptRunSchema).default([]),
    /** Edges whose NIC here has no carrier. */
    down: z.array(z.number()).default([]),
  });
export type VmRecord = z.infer<ReturnType<typeof vmRecordSchemaOf>>;

export const networkRecordSchema = z.object({
  name: z.string(),
  attachments: z.array(z.object({ edgeId: z.number(), vmId: z.number() })),
  applied: appliedSchema.nullable().default(null),
  /** Its hub has a port for a server of addresses and names. */
  dhcp: z.boolean().default(false),
  /** What makes it one with networks of other slices: with which. */
  joins: z.array(z.object({ id: z.number(), sliceId: z.number(), networkId: z.number() })).default([]),
});
export type NetworkRecord = z.infer<typeof networkRecordSchema>;

export const relayRecordSchema = z.object({
  /** The edges that are relayed, and what they do. Their ends are machines' names, the source first. */
  edges: z.array(z.object({ id: z.number(), source: vmOrNetwork, target: vmOrNetwork, link: linkSchema })),
  /** The networks that have a server of addresses and names in the relay's process, and what it goes by. */
  services: z.array(z.object({ networkId: z.number(), config: serviceConfigSchema })).default([]),
});
export type RelayRecord = z.infer<typeof relayRecordSchema>;
export type RelayedEdge = RelayRecord['edges'][number];
