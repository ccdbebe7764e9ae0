import { z } from 'zod';
import { forwardProtocols } from './topology/forward';

export const sliceStatuses = [
  'draft',
  'deploying',
  'active',
  'degraded',
  'stopped',
  'suspended',
  'failed',
  'destroying',
  'destroyed',
] as const;
export type SliceStatus = (typeof sliceStatuses)[number];

/** Statuses of slices that run. */
export const runningSliceStatuses = ['active', 'degraded'] as const satisfies readonly SliceStatus[];

/** Whether a slice in this status can be marked as one in which nothing happens: it runs. */
export const canBeIdle = (status: SliceStatus): boolean =>
  (runningSliceStatuses as readonly SliceStatus[]).includes(status);

/** What was last observed of a VM. `starting`: the process runs and the guest has not reported that it booted. */
export const vmStatuses = [
  'absent',
  'stopped',
  'starting',
  'running',
  'paused',
  'failed',
  'unknown',
  // its process is there and does not answer
  'notResponding',
  // its memory is on the zone's disk, and nothing of it runs
  'suspended',
] as const;
export type VmStatus = (typeof vmStatuses)[number];

/** Of these a VM takes its host's processors and memory. */
export const runningVmStatuses = ['starting', 'running', 'notResponding'] as const satisfies readonly VmStatus[];

/** What was asked for. */
export const vmDesiredStates = ['absent', 'stopped', 'running', 'suspended'] as const;
export type VmDesired = (typeof vmDesiredStates)[number];

/** What was last observed of an edge or a network. */
export const edgeStatuses = ['absent', 'down', 'up', 'unknown'] as const;
export type EdgeStatus = (typeof edgeStatuses)[number];

/** A guest port and the address on the zone's host that reaches it. */
export const forwardStateSchema = z.object({
  protocol: z.enum(forwardProtocols),
  guestPort: z.number().int(),
  hostAddress: z.string().nullable(),
  hostPort: z.number().int().nullable(),
});
export type ForwardState = z.infer<typeof forwardStateSchema>;
