import { z } from 'zod';

/**
 * What a provider has applied of the specification of a VM, a network or an edge: its properties, those with their default
 * left out, and a digest of them with the version of its rule in front. Made by `server/providers/applied.ts` and nowhere
 * else; read with older records and rows, so that fields only ever come to it.
 */
export const appliedSchema = z.object({ digest: z.string(), properties: z.record(z.string(), z.unknown()) });
export type Applied = z.infer<typeof appliedSchema>;

/** What a change of a property takes, other than none. */
const changeEffects = ['live', 'restart', 'recreate'] as const;

/** How one property of a part differs from what was applied of it. Its values are JSON; null: not set, or as by default. */
const changeSchema = z.object({
  property: z.string(),
  effect: z.enum(changeEffects),
  from: z.string().nullable(),
  to: z.string().nullable(),
});
export type Change = z.infer<typeof changeSchema>;

/**
 * What is lost by a change: what the guest has in its memory, for which it is shut down; what is on the disk that it boots; and what is on extra disks,
 * those that the change takes away or makes smaller.
 */
export const lossSchema = z.enum(['memory', 'disk', 'extraDisk']);
export type Loss = z.infer<typeof lossSchema>;

/** What a step changes of something that is there, and what is lost by it. */
export const updateSchema = z.object({ changes: z.array(changeSchema), loses: z.array(lossSchema) });
export type Update = z.infer<typeof updateSchema>;
