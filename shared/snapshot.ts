import { z } from 'zod';
import { idSchema, listInput, nameSchema, pageOf, timestampSchema } from './primitives';
import { vmDesiredStates } from './slice-status';

/** `making`: cannot be restored yet. */
export const snapshotStatuses = ['making', 'ready'] as const;

/** What a slice consisted of when a snapshot was taken: by their ids, since only what is still there can go back to it. */
const snapshotContentSchema = z.object({
  vms: z.array(
    z.object({
      id: idSchema,
      name: z.string(),
      /** What was wanted of it, and is again when it is restored. */
      desired: z.enum(vmDesiredStates),
      image: z.object({ id: idSchema, name: z.string() }),
    }),
  ),
  /** Of the slice's topology then; missing in what an older version took. */
  topologyVersion: z.number().int().positive().optional(),
  networks: z.array(idSchema),
  edges: z.array(idSchema),
});
export type SnapshotContent = z.infer<typeof snapshotContentSchema>;

/** What a slice was at one instant: the disks of its VMs and, of those that ran, the memory. */
export const snapshotSchema = z.object({
  id: idSchema,
  sliceId: idSchema,
  name: z.string(),
  /** Taken by itself before another one was restored: a slice keeps the newest of these. */
  automatic: z.boolean(),
  status: z.enum(snapshotStatuses),
  /** What it has on the zone's disk by itself; null while it is made. */
  sizeMb: z.number().int().nullable(),
  /** Of the slice's topology when it was taken; null where nobody wrote it down. */
  topologyVersion: z.number().int().positive().nullable(),
  vms: z.number().int(),
  /** How many of them ran, and run on from there. */
  vmsRunning: z.number().int(),
  createdBy: z.object({ id: idSchema, name: z.string() }),
  createdAt: timestampSchema,
});
export type Snapshot = z.infer<typeof snapshotSchema>;
export const snapshotPage = pageOf(snapshotSchema);

export const listSnapshotsInput = z.strictObject({
  sliceId: idSchema,
  limit: listInput.limit,
  cursor: listInput.cursor,
});
export const renameSnapshotInput = z.strictObject({ id: idSchema, name: nameSchema });
export const renamedSnapshotSchema = z.object({ id: idSchema, name: z.string() });
