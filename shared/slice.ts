import { z } from 'zod';
import { problemSchema } from './errors';
import { consoleKinds, imageKinds } from './image';
import { providerKinds } from './zone';
import { deploymentSummarySchema, planSchema } from './deployment/schema';
import { driftPolicies, driftSchema } from './drift';
import { sliceEventSchema } from './deployment/events';
import {
  descriptionSchema,
  idSchema,
  listInput,
  nameSchema,
  pageOf,
  timestampSchema,
  resourcesSchema,
} from './primitives';
import { leaseSchema, newLeaseSchema } from './lease';
import { accessKinds } from './sharing';
import { annotationsSchema } from './topology/annotations';
import { parameterValuesSchema } from './topology/parameters/schema';
import { edgeProperties, networkProperties, topologySchema, vmProperties } from './topology/schema';
import { edgeStatuses, forwardStateSchema, sliceStatuses, vmDesiredStates, vmStatuses } from './slice-status';
import { sentencesSchema } from './sentence-schema';

const named = z.object({ id: idSchema, name: z.string() });

export const sliceSummarySchema = z.object({
  id: idSchema,
  name: z.string(),
  status: z.enum(sliceStatuses),
  owner: named,
  /** How the reader comes to see it: decides what they may do with it. */
  access: z.enum(accessKinds),
  zone: named,
  /** Null when it was deleted, or the reader does not see it. */
  template: named.nullable(),
  vms: z.number().int(),
  vmsRunning: z.number().int(),
  vcpus: z.number().int(),
  ramMb: z.number().int(),
  diskGb: z.number().int(),
  /** The operation under way, if any. */
  busy: deploymentSummarySchema.shape.kind.nullable(),
  /** Until when it may run; null for ever. */
  lease: leaseSchema.nullable(),
  /** Since when it waits in line for room in its zone; null if it does not. */
  waitingSince: timestampSchema.nullable(),
  /** Since when nothing happens in it, where its rules for that have come to it. */
  idleSince: timestampSchema.nullable(),
  createdAt: timestampSchema,
  updatedAt: timestampSchema,
});
export type SliceSummary = z.infer<typeof sliceSummarySchema>;
export const slicePage = pageOf(sliceSummarySchema);

export const sliceVmSchema = z.object({
  ...vmProperties,
  id: idSchema,
  key: z.string(),
  name: z.string(),
  flavour: named,
  image: named.extend({ kind: z.enum(imageKinds) }),
  vcpus: z.number().int(),
  ramMb: z.number().int(),
  diskGb: z.number().int(),
  x: z.number(),
  y: z.number(),
  desired: z.enum(vmDesiredStates),
  status: z.enum(vmStatuses),
  /** When the status was observed. */
  observedAt: timestampSchema.nullable(),
  error: z.string().nullable(),
  sentences: sentencesSchema,
  forwards: z.array(forwardStateSchema),
  consoles: z.array(z.enum(consoleKinds)),
  sshUser: z.string().nullable().describe('whom its owner’s SSH keys let in; null where its image takes none'),
});
export type SliceVm = z.infer<typeof sliceVmSchema>;

export const sliceNetworkSchema = z.object({
  ...networkProperties,
  id: idSchema,
  key: z.string(),
  name: z.string(),
  /** E.g. `10.0.3.0/24`. */
  subnet: z.string(),
  x: z.number(),
  y: z.number(),
  status: z.enum(edgeStatuses),
});

export const sliceEdgeSchema = z.object({
  ...edgeProperties,
  id: idSchema,
  key: z.string(),
  /** Key of the VM. */
  source: z.string(),
  /** Key of the VM or network. */
  target: z.string(),
  subnet: z.string(),
  /** With the prefix length: `10.0.0.1/30`. */
  sourceAddress: z.string(),
  /** Null when the target is a network. */
  targetAddress: z.string().nullable(),
  status: z.enum(edgeStatuses),
  observedAt: timestampSchema.nullable(),
});

export const sliceSchema = sliceSummarySchema.extend({
  zone: named.extend({ provider: z.enum(providerKinds) }),
  templateRevision: z.number().int().nullable(),
  ownerSshKeys: z.number().int().describe('how many SSH keys its owner has: guests take them at each start'),
  /** Grows with every change of its topology. */
  topologyVersion: z.number().int().positive(),
  /** Whether VMs that ran come back by themselves after the machine that they run on was restarted. */
  restartAfterReboot: z.boolean(),
  /** What is done about what is not as it was asked for: it is shown, or the server heals it by itself, too. */
  driftPolicy: z.enum(driftPolicies),
  /** Since when the server does not heal it by itself any more: that failed too often in a row. */
  healGaveUpAt: timestampSchema.nullable(),
  /** What is not as it was asked for. Nothing while an operation is under way. */
  drift: z.array(driftSchema),
  vmList: z.array(sliceVmSchema),
  networks: z.array(sliceNetworkSchema),
  edges: z.array(sliceEdgeSchema),
  /** What is drawn beside them. */
  annotations: annotationsSchema,
  /** The deployment that is under way, else the last one. */
  deployment: deploymentSummarySchema.nullable(),
  /** Operations on other VMs that wait until that one has ended, in their order. */
  waiting: z.array(deploymentSummarySchema.pick({ id: true, kind: true, vmId: true, cancelRequested: true })),
  /** The newest event that this answer contains; `deployments.watch` continues from here. */
  lastEventId: z.number().int().nonnegative(),
});
export type Slice = z.infer<typeof sliceSchema>;

/** What slices are marked with beside their status: their lease ends soon, they wait in line for room, nothing happens in them. */
export const sliceMarks = ['expiring', 'waiting', 'idle'] as const;
export type SliceMark = (typeof sliceMarks)[number];
export const sliceSets = ['mine', 'shared', 'all', 'everyone'] as const;
export const listSlicesInput = z.strictObject({
  ...listInput,
  status: z.enum(sliceStatuses).optional().describe('only those in this status'),
  /** Whose: one's own, those shared with one, both, or, with `slices:see-all`, everybody's. */
  of: z.enum(sliceSets).default('mine').describe('whose: yours, those shared with you, both, or everyone’s'),
  includeDestroyed: z.boolean().default(false).describe('also what is destroyed'),
  mark: z.enum(sliceMarks).optional().describe('only those that end soon, wait in line, or in which nothing happens'),
  ownerId: idSchema.optional().describe('only those of this account'),
  /** Of one that the caller sees: whose template a slice was made of is nobody else's matter. */
  templateId: idSchema.optional().describe('only those made of this template'),
  zoneId: idSchema.optional().describe('only those in this zone'),
});
export const createSliceInput = z.strictObject({
  name: nameSchema.describe('what the slice is called'),
  templateId: idSchema,
  /** Of the template's parameters. */
  values: parameterValuesSchema.optional(),
  zoneId: idSchema,
  restartAfterReboot: z.boolean().default(false).describe('start again by itself after a restart of the machine'),
  /** Without it the longest that its zone and role allow, or none where they set no limit; null: none. */
  lease: newLeaseSchema.nullable().optional(),
  idempotencyKey: z.string().min(8).max(64).optional(),
});
/**
 * Another slice of the same topology; `zoneId`: where, else in the zone of the first. `snapshotId`: with the disks of that one of its
 * snapshots, which stays in its zone; without what was in memory.
 */
const cloned = { id: idSchema, zoneId: idSchema.optional(), snapshotId: idSchema.nullish() };
export const cloneSliceInput = z.strictObject({
  ...cloned,
  name: nameSchema.describe('what the new slice is called'),
  idempotencyKey: z.string().min(8).max(64).optional(),
});
export const previewCloneInput = z.strictObject(cloned);
/**
 * `snapshot`: the name of the one that it begins with, if any. `anew`: names of the VMs that begin with nothing of it: it has no disk of
 * theirs, or of another image.
 */
export const clonePlanSchema = planSchema.extend({ snapshot: z.string().nullable(), anew: z.array(z.string()) });
export type ClonePlan = z.infer<typeof clonePlanSchema>;
/** A template with values of its parameters. Secrets may be missing, since nothing of them is looked at. */
const wishedTemplate = { templateId: idSchema, values: parameterValuesSchema.optional() };
export const previewSliceInput = z.strictObject({ ...wishedTemplate, zoneId: idSchema });
/** For a new slice of a template, or for a clone of a slice. */
export const chooseZoneInput = z.union([z.strictObject(wishedTemplate), z.strictObject({ sliceId: idSchema })]);
export type ZoneWish = z.infer<typeof chooseZoneInput>;
/** Why a zone was chosen before others: nothing else can take it; it has more of the images; more is left free in it. */
export const zoneReasons = ['only', 'images', 'free'] as const;
/** For a deploy of a template or a clone: every zone, what speaks for and against it, and which one is chosen; null where none can take it now. */
export const zoneChoiceSchema = z.object({
  zoneId: idSchema.nullable(),
  because: z.enum(zoneReasons).nullable(),
  zones: z.array(
    z.object({
      zone: named,
      free: resourcesSchema.nullable(),
      /** How much of what the zone has of its scarcest resource would be in use, 0 to 1; null where that is not known. */
      fill: z.number().nullable(),
      /** Of the images that it boots: how many are there already. */
      images: z.object({ there: z.number().int(), needed: z.number().int() }),
      /** Why it cannot be deployed there now; empty where it can. */
      problems: z.array(problemSchema),
    }),
  ),
});
export type ZoneChoice = z.infer<typeof zoneChoiceSchema>;
/** Who makes a slice asks first what it can be called. */
export const freeSliceNameInput = z.strictObject({ name: nameSchema.describe('what it should be called') });
export const freeSliceNameOutput = z.object({ name: nameSchema.describe('the same if it is free, else one like it') });
export const setRestartInput = z.strictObject({ id: idSchema, restartAfterReboot: z.boolean() });
export const setHealInput = z.strictObject({ id: idSchema, driftPolicy: z.enum(driftPolicies) });
export const renameSliceInput = z.strictObject({ id: idSchema, name: nameSchema });

/** The slice's own topology, to be drawn from, and who changed it last, and when; null for as it was made. */
export const sliceTopologySchema = z.object({
  version: z.number().int().positive(),
  topology: topologySchema,
  changed: z.object({ by: named, at: timestampSchema }).nullable(),
});
export type SliceTopology = z.infer<typeof sliceTopologySchema>;
export const saveAsTemplateInput = z.strictObject({
  id: idSchema,
  name: nameSchema.describe('what the template is called'),
  description: descriptionSchema.default(''),
});

export const listEventsInput = z.strictObject({ limit: listInput.limit, cursor: listInput.cursor, sliceId: idSchema });
/** Newest first. */
export const eventPage = pageOf(sliceEventSchema);

/** What the lists show, as it changes: one notice per change of a slice that the reader may see. */
export const sliceNoticeSchema = z.object({ sliceId: idSchema, status: z.enum(sliceStatuses).nullable() });
export const sliceChangesInput = z.strictObject({ lastEventId: z.string().max(20).nullish() });

export const openConsoleInput = z.strictObject({ vmId: idSchema, kind: z.enum(consoleKinds).default('serial') });
/**
 * `token` is used once, within seconds, as the second WebSocket subprotocol after `trama.console`, at `path`. `readOnly`: the
 * slice is shared to view only, so what is typed goes nowhere.
 */
export const consoleTicketSchema = z.object({
  token: z.string(),
  path: z.string(),
  expiresAt: timestampSchema,
  readOnly: z.boolean(),
});

/**
 * What the console WebSocket says besides the bytes of the terminal, or of RFB (binary frames). Text frames, JSON.
 * From the server: `state`, and `left-out` where bytes are missing between two frames, since they were not taken in time; nothing
 * from the client but binary input.
 */
export const consoleNoticeSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('state'),
    state: z.enum(['attached', 'vm-stopped', 'closed']),
    message: z.string(),
    /** The message as data. */
    sentences: sentencesSchema,
  }),
  z.object({ type: z.literal('left-out'), bytes: z.number().int().positive() }),
]);
