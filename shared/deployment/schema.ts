import { z } from 'zod';
import { problemSchema, publicErrorSchema } from '../errors';
import { lossSchema, updateSchema } from './applied';
import { quotaSchema, quotaUseSchema } from '../quota';
import { idSchema, listInput, nameSchema, pageOf, resourcesSchema, timestampSchema } from '../primitives';
import { limits } from '../limits';
import {
  aimsAtVm,
  bulkKinds,
  canRollBack,
  deploymentKinds,
  needsSnapshot,
  operationOf,
  systemReasons,
  takesSnapshot,
  type DeploymentKind,
} from './operations';
import { sentencesSchema } from '../sentence-schema';
import { partChangeSchema } from '../topology/diff';
import { parameterValuesSchema } from '../topology/parameters/schema';
import { topologySchema } from '../topology/schema';

/** `queued`: waits for an earlier deployment of its slice. `pending`: may be claimed. */
export const deploymentStatuses = ['queued', 'pending', 'running', 'succeeded', 'failed', 'cancelled'] as const;
export type DeploymentStatus = (typeof deploymentStatuses)[number];
export const liveDeploymentStatuses = ['queued', 'pending', 'running'] as const satisfies readonly DeploymentStatus[];
/** Whether a deployment in this status may still change something. */
export const isLiveStatus = (status: DeploymentStatus): boolean =>
  liveDeploymentStatuses.some((live) => live === status);

/** What becomes of what came up when a step of an operation fails: it stays, or it is taken back. */
export const failurePolicies = ['keep', 'rollback'] as const;
export type FailurePolicy = (typeof failurePolicies)[number];

export const stepStatuses = ['pending', 'running', 'done', 'failed', 'undone', 'skipped'] as const;
export type StepStatus = (typeof stepStatuses)[number];

export const resourceTypes = ['image', 'network', 'vm', 'edge', 'slice', 'snapshot'] as const;
export type ResourceType = (typeof resourceTypes)[number];

export const stepActions = [
  'prepare',
  'create',
  'update',
  'start',
  'await',
  'connect',
  'stop',
  'reboot',
  'disconnect',
  'remove',
  'sweep',
  'suspend',
  'resume',
  'restore',
] as const;
export type StepAction = (typeof stepActions)[number];

/** One idempotent action on one resource. `key` is unique in its plan and reads like `vm:web/start`. */
export const planStepSchema = z.object({
  seq: z.number().int().nonnegative(),
  key: z.string(),
  resource: z.enum(resourceTypes),
  /** Row id of the resource (slice_vms, slice_networks, slice_edges, images, slices, slice_snapshots); 0 in a preview. */
  resourceId: z.number().int().nonnegative(),
  /** What the user calls it: `web`, `web–db`, `tiny`. */
  label: z.string(),
  action: z.enum(stepActions),
  /** Of the action `update`: property by property, what it changes. */
  update: updateSchema.nullable(),
  /** `seq` of the steps that must be done before. */
  dependsOn: z.array(z.number().int().nonnegative()),
});
export type PlanStep = z.infer<typeof planStepSchema>;

/** What becomes of one part of the slice. `loses`: what of it is gone then. */
export const planChangeSchema = partChangeSchema.extend({ loses: z.array(lossSchema) });
export type PlanChange = z.infer<typeof planChangeSchema>;

/** What will happen, what it needs and every reason why it cannot. Nothing has been touched yet. */
export const planSchema = z.object({
  kind: z.enum(deploymentKinds),
  steps: z.array(planStepSchema),
  /** Of an update, part by part in the order of the drawing, what is gone last: what it changes, and what that takes. */
  changes: z.array(planChangeSchema),
  /** Of an update: the version of the topology that it was planned from, to be given back as `baseVersion`. */
  baseVersion: z.number().int().positive().nullable(),
  /** What the slice takes from the zone beyond what it holds already. */
  needs: resourcesSchema,
  free: resourcesSchema.nullable(),
  capacity: resourcesSchema.nullable(),
  /** The owner's quota, and what this would add to it; null for what takes nothing of it. */
  quota: quotaSchema.extend({ added: quotaUseSchema }).nullable(),
  problems: z.array(problemSchema),
  runnable: z.boolean(),
  /** Only room is lacking, which the zone has when others make it: one may wait in line for it. */
  canWait: z.boolean(),
});
export type Plan = z.infer<typeof planSchema>;

export const stepSchema = planStepSchema.extend({
  id: idSchema,
  status: z.enum(stepStatuses),
  attempts: z.number().int(),
  error: z.string().nullable(),
  sentences: sentencesSchema,
  startedAt: timestampSchema.nullable(),
  finishedAt: timestampSchema.nullable(),
});
export type Step = z.infer<typeof stepSchema>;

export const deploymentSummarySchema = z.object({
  id: idSchema,
  sliceId: idSchema,
  kind: z.enum(deploymentKinds),
  status: z.enum(deploymentStatuses),
  /** The VM it is aimed at, null for the whole slice. */
  vmId: idSchema.nullable(),
  cancelRequested: z.boolean(),
  onFailure: z.enum(failurePolicies),
  error: z.string().nullable(),
  sentences: sentencesSchema,
  stepsDone: z.number().int(),
  stepsTotal: z.number().int(),
  requestedBy: z.object({ id: idSchema, name: z.string() }),
  /** Why the server asked for it by itself, on behalf of that account; null where the account did. */
  because: z.enum(systemReasons).nullable(),
  /** Since when it waited in line for room in its zone, until `createdAt`; null where it did not. */
  waitingSince: timestampSchema.nullable(),
  createdAt: timestampSchema,
  startedAt: timestampSchema.nullable(),
  finishedAt: timestampSchema.nullable(),
});
export type DeploymentSummary = z.infer<typeof deploymentSummarySchema>;
export const deploymentPage = pageOf(deploymentSummarySchema);
/** How a deployment has changed the slice's topology: the version that it made, and part by part what was planned. */
export const topologyChangeSchema = z.object({
  version: z.number().int().positive(),
  changes: z.array(planChangeSchema),
});
export const deploymentSchema = deploymentSummarySchema.extend({
  steps: z.array(stepSchema),
  /** Null where it was to leave the topology as it was. */
  topologyChange: topologyChangeSchema.nullable(),
});
export type Deployment = z.infer<typeof deploymentSchema>;

/** Where the topology of an update comes from. Without any it brings what is there to the slice's own topology. */
export const topologySourceSchema = z.discriminatedUnion('from', [
  /** Drawn, from the version `baseVersion` of the slice's own. */
  z.strictObject({ from: z.literal('drawing'), topology: topologySchema }),
  /** The newest revision of a template that the caller sees. `values` of its parameters come before those that the slice has. */
  z.strictObject({ from: z.literal('template'), templateId: idSchema, values: parameterValuesSchema.optional() }),
  /** A document, as it was read from its file. */
  z.strictObject({
    from: z.literal('document'),
    text: z.string().min(1, 'The file is empty.').max(limits.importLength, 'The file is too large.'),
  }),
  /** What it was before that deployment of this slice changed it. */
  z.strictObject({ from: z.literal('before'), deploymentId: idSchema }),
  /** What it is, and its networks have the addresses that they have been given of the published ones that they join. */
  z.strictObject({ from: z.literal('joins') }),
]);
export type TopologySource = z.infer<typeof topologySourceSchema>;

const target = {
  sliceId: idSchema,
  kind: z.enum(deploymentKinds).describe('the operation'),
  vmId: idSchema.nullish(),
  /** Of an update: what the slice shall be. */
  change: topologySourceSchema.optional().describe('of an update: where the new topology comes from'),
  /** The version of the slice's topology that `change` was made from; REVISION_CONFLICT if it is not the newest. */
  baseVersion: z.number().int().positive().optional().describe('of an update: the version that it was drawn from'),
  /** Of what goes back to a snapshot: which. */
  snapshotId: idSchema.nullish(),
  /** Of what takes a snapshot: what it shall be called; by default `Snapshot 1`, `Snapshot 2` … */
  snapshotName: nameSchema.nullish(),
} as const;
interface Target {
  kind: DeploymentKind;
  vmId?: number | null | undefined;
  change?: TopologySource | undefined;
  baseVersion?: number | undefined;
  snapshotId?: number | null | undefined;
  snapshotName?: string | null | undefined;
}
const vmKindOnly = (input: Target) => input.vmId == null || aimsAtVm(input.kind);
const vmKindMessage = { path: ['vmId'], message: 'Only start, stop and reboot can be aimed at one VM.' };
const changeFits = (input: Target) => input.change === undefined || operationOf(input.kind).changesTopology;
const changeMessage = { path: ['change'], message: 'Only an update changes the topology.' };
const drawnFromSome = (input: Target) => input.change?.from !== 'drawing' || input.baseVersion !== undefined;
const baseMessage = { path: ['baseVersion'], message: 'A drawing needs the version that it started from.' };
const snapshotIfNeeded = ({ kind, snapshotId }: Target) => (snapshotId != null) === needsSnapshot(kind);
const snapshotMessage = { path: ['snapshotId'], message: 'Restore needs a snapshot, and nothing else takes one.' };
const nameIfTaken = ({ kind, snapshotName }: Target) => snapshotName == null || takesSnapshot(kind);
const nameMessage = { path: ['snapshotName'], message: 'Only a snapshot that is taken has a name.' };
const idempotencyKey = z.string().min(8).max(64).optional();
export const planInput = z
  .strictObject(target)
  .refine(vmKindOnly, vmKindMessage)
  .refine(changeFits, changeMessage)
  .refine(drawnFromSome, baseMessage)
  .refine(snapshotIfNeeded, snapshotMessage)
  .refine(nameIfTaken, nameMessage);
export const startDeploymentInput = z
  .strictObject({
    ...target,
    onFailure: z
      .enum(failurePolicies)
      .default('keep')
      .describe('what came up when something fails: keep it, or take it back'),
    idempotencyKey,
  })
  .refine(vmKindOnly, vmKindMessage)
  .refine(changeFits, changeMessage)
  .refine(drawnFromSome, baseMessage)
  .refine(snapshotIfNeeded, snapshotMessage)
  .refine(nameIfTaken, nameMessage)
  .refine(({ kind, onFailure }) => onFailure === 'keep' || canRollBack(kind), {
    path: ['onFailure'],
    message: 'Only what brings something up can be taken back when it fails: a deploy or a start.',
  });
export const startManyInput = z.strictObject({
  kind: z.enum(bulkKinds).describe('the operation'),
  sliceIds: z
    .array(idSchema)
    .min(1)
    .max(limits.slicesAtOnce)
    .refine((ids) => new Set(ids).size === ids.length, 'A slice is there twice.'),
  idempotencyKey: z.string().min(8).max(64).optional(),
});
/** Of each slice, in the order in which they were given: the deployment that was accepted, or why none was. */
export const startManySchema = z.object({
  results: z.array(
    z.object({ sliceId: idSchema, deploymentId: idSchema.nullable(), error: publicErrorSchema.nullable() }),
  ),
});
export const listDeploymentsInput = z.strictObject({
  limit: listInput.limit,
  cursor: listInput.cursor,
  sliceId: idSchema,
});
const named = z.object({ id: idSchema, name: z.string() });
/** A deployment among those of other slices. */
export const deploymentRowSchema = deploymentSummarySchema.extend({ slice: named, owner: named, zone: named });
export type DeploymentRow = z.infer<typeof deploymentRowSchema>;
export const deploymentRowPage = pageOf(deploymentRowSchema);
/** Across slices, newest first. */
export const listAllDeploymentsInput = z.strictObject({
  limit: listInput.limit,
  cursor: listInput.cursor,
  status: z.enum(deploymentStatuses).optional().describe('only those in this status'),
  kind: z.enum(deploymentKinds).optional().describe('only this operation'),
  ownerId: idSchema.optional().describe('only of slices of this account'),
  zoneId: idSchema.optional(),
  from: timestampSchema.optional().describe('asked for at this moment or later, as 2026-01-31T00:00:00Z'),
  until: timestampSchema.optional().describe('asked for before this moment'),
});
export const deploymentEventsInput = z.strictObject({
  limit: listInput.limit,
  cursor: listInput.cursor,
  id: idSchema,
});
export const watchInput = z.strictObject({ sliceId: idSchema, lastEventId: z.string().max(20).nullish() });
