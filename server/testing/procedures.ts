import type { core } from 'zod';
import { appRouter } from '#server/rpc/app-router';
import type { ProcedureMeta } from '#server/rpc/trpc';

export interface Procedure {
  /** `slices.create` */
  name: string;
  kind: 'query' | 'mutation' | 'subscription';
  meta: ProcedureMeta;
  input: core.$ZodType | undefined;
}

/** All procedures as the router knows them, which has them flat, though its type has them nested. */
export const procedures: readonly Procedure[] = Object.entries(
  appRouter._def.procedures as unknown as Record<
    string,
    { _def: { type: Procedure['kind']; meta: ProcedureMeta; inputs: core.$ZodType[] } }
  >,
).map(([name, { _def }]) => ({ name, kind: _def.type, meta: _def.meta, input: _def.inputs[0] }));
