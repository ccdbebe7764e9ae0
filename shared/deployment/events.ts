import { z } from 'zod';
import { bootRunSchema } from '../guest';
import { linkDeeds } from '../links/deeds';
import { runKinds } from '../links/schema';
import { networkChanges } from '../networks/words';
import { idSchema, timestampSchema } from '../primitives';
import { edgeStatuses, forwardStateSchema, sliceStatuses, vmStatuses } from '../slice-status';
import { deploymentKinds } from './operations';
import { deploymentStatuses, isLiveStatus, resourceTypes, stepActions, stepStatuses } from './schema';
import { sentencesSchema } from '../sentence-schema';

/** What of a slice can change without anything of it starting or stopping. */
export const sliceFacts = [
  'name',
  'owner',
  'restart',
  'healing',
  'healGaveUp',
  'sharing',
  'topology',
  'schedules',
  'snapshots',
  'idle',
] as const;

export const leaseChanges = ['set', 'extended', 'removed', 'cut', 'warned', 'ended'] as const;
/** Of a slice in its zone's line: it came to wait, gave that up, was let in, or can no more be. */
export const lineChanges = ['joined', 'left', 'admitted', 'dropped'] as const;
/** Of a run of link changes: it began; a step of it was `done`, was `left` for a later one, or `failed`; somebody stopped it; it is over. */
export const runChanges = ['begun', 'done', 'left', 'failed', 'stopped', 'ended'] as const;
/** What an act came of. */
export const actSources = ['lease', 'schedule'] as const;
export type ActSource = (typeof actSources)[number];
/** `begun`: its operation was. `left`: there was nothing to do, or something later was due, too. `failed`: it could not be begun. */
export const actOutcomes = ['begun', 'left', 'failed'] as const;
export type ActOutcome = (typeof actOutcomes)[number];

/** What happened, as data: the UI makes the sentence, in the reader's language, and applies it to what it shows. */
export const eventDataSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('slice.status'), status: z.enum(sliceStatuses) }),
  /** Something else of the slice: who shows it reads it again. `name` is its new one, where that is what changed. */
  z.object({ type: z.literal('slice.changed'), what: z.enum(sliceFacts), name: z.string().optional() }),
  z.object({
    type: z.literal('vm.status'),
    vmId: idSchema,
    name: z.string(),
    status: z.enum(vmStatuses),
    error: z.string().nullable(),
    sentences: sentencesSchema,
    /** Where the forwards ended up, when that is news. */
    forwards: z.array(forwardStateSchema).optional(),
  }),
  /** A command of a VM was run after its boot, or could not be. */
  bootRunSchema.extend({ type: z.literal('vm.exec'), vmId: idSchema, name: z.string() }),
  z.object({ type: z.literal('network.status'), networkId: idSchema, name: z.string(), status: z.enum(edgeStatuses) }),
  z.object({ type: z.literal('edge.status'), edgeId: idSchema, label: z.string(), status: z.enum(edgeStatuses) }),
  z.object({
    type: z.literal('deployment.status'),
    deploymentId: idSchema,
    kind: z.enum(deploymentKinds),
    status: z.enum(deploymentStatuses),
    vmId: idSchema.nullable(),
    stepsTotal: z.number().int(),
    error: z.string().nullable(),
    sentences: sentencesSchema,
  }),
  z.object({
    type: z.literal('step.status'),
    deploymentId: idSchema,
    seq: z.number().int(),
    key: z.string(),
    resource: z.enum(resourceTypes),
    resourceId: z.number().int(),
    label: z.string(),
    action: z.enum(stepActions),
    status: z.enum(stepStatuses),
    attempts: z.number().int(),
    error: z.string().nullable(),
    sentences: sentencesSchema,
  }),
  /** Observed and desired state differ, found by the reconciler. */
  z.object({ type: z.literal('slice.drift'), drifted: z.array(z.string()) }),
  /** Its lease: `warned` that it ends soon, `cut` to a limit, `ended`. */
  z.object({
    type: z.literal('slice.lease'),
    what: z.enum(leaseChanges),
    expiresAt: timestampSchema.nullable(),
    /** What is done at its end. */
    atEnd: z.enum(deploymentKinds).nullable(),
  }),
  /** Its place in the line for room in its zone. */
  z.object({
    type: z.literal('slice.line'),
    what: z.enum(lineChanges),
    kind: z.enum(deploymentKinds),
    /** Of what can no more be let in: why. */
    error: z.string().nullable(),
    sentences: sentencesSchema,
  }),
  /** What was due at a time, and what came of it. */
  z.object({
    type: z.literal('slice.act'),
    of: z.enum(actSources),
    kind: z.enum(deploymentKinds),
    dueAt: timestampSchema,
    outcome: z.enum(actOutcomes),
    /** Of several that no server was there for it is the last; the first was due then. */
    missedFrom: timestampSchema.nullable(),
    deploymentId: idSchema.nullable(),
    error: z.string().nullable(),
    sentences: sentencesSchema,
  }),
  /** A run of link changes, and its steps. */
  z.object({
    type: z.literal('slice.links'),
    what: z.enum(runChanges),
    kind: z.enum(runKinds),
    /** Of a step: what its link is called, and what it makes of it. */
    label: z.string().nullable(),
    deed: z.enum(linkDeeds).nullable(),
    /** Why a step failed; of the end, why not all was put back. */
    error: z.string().nullable(),
    sentences: sentencesSchema,
  }),
  /** A network that is published, or joined with one of another slice. */
  z.object({
    type: z.literal('slice.network'),
    what: z.enum(networkChanges),
    network: z.string(),
    /** The other slice. */
    other: z.string().nullable(),
    /** Of networks that should be joined and are apart: why. */
    error: z.string().nullable(),
    sentences: sentencesSchema,
  }),
  /** A server has taken over after another one died. */
  z.object({ type: z.literal('deployment.resumed'), deploymentId: idSchema }),
]);
export type EventData = z.infer<typeof eventDataSchema>;

export const sliceEventSchema = z.object({
  id: idSchema,
  sliceId: idSchema,
  at: timestampSchema,
  data: eventDataSchema,
});
export type SliceEvent = z.infer<typeof sliceEventSchema>;

/** Whether it is the last that is heard of the deployment. */
function endsDeployment(data: EventData, deploymentId: number): boolean {
  if (data.type !== 'deployment.status' || data.deploymentId !== deploymentId) return false;
  return !isLiveStatus(data.status);
}

/**
 * Of a slice's events, oldest first, those that belong to one deployment: its own, and what happened to the slice and its parts
 * while it went on. `ended`: its end is among them, and what came after it was left out.
 */
export function eventsOfDeployment(
  events: readonly SliceEvent[],
  deploymentId: number,
): { events: SliceEvent[]; ended: boolean } {
  const end = events.findIndex(({ data }) => endsDeployment(data, deploymentId));
  const ended = end !== -1;
  const until = ended ? events.slice(0, end + 1) : events;
  return {
    ended,
    events: until.filter(({ data }) => !('deploymentId' in data) || data.deploymentId === deploymentId),
  };
}
