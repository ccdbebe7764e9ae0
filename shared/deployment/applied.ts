import { z } from 'zod';

/**
 * What a provider has applied of the specification of a VM, a network or an edge: its properties, those with their default
 * left out, and a digest of them with the version of its rule in front. Made by `server/providers/applied.ts` and nowhere
 * else; read with older records and rows, so that fields only ever come to it.
 */
export const appliedSchema = z.object({ digest: z.string(), properties: z.record(z.string(), z.unknown()) });
export type Applied = z.infer<typeof appliedSchema>;
