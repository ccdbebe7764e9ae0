import type { z } from 'zod';
import type { startManyInput, startManySchema } from '#shared/deployment/schema';
import { AppError } from '#shared/errors';
import { isRefusal, recordRefusal } from '../audit/refusals';
import type { Actor, DomainContext } from '../context';
import { queueDeployment } from './start';

/**
 * Asks for the same operation on many slices, one after the other: each is accepted or refused by itself, as if it had been asked for
 * alone, and what is refused keeps nothing from the others. Refusals are answered, not thrown, and written down like others.
 * The same key again answers the deployments that were accepted with it, and tries what was refused anew.
 */
export async function startMany(
  ctx: DomainContext,
  { actor, sliceIds, ...request }: z.infer<typeof startManyInput> & { actor: Actor },
): Promise<z.infer<typeof startManySchema>> {
  const results: z.infer<typeof startManySchema>['results'] = [];
  for (const sliceId of sliceIds) results.push(await startOne(ctx, { actor, sliceId, ...request }));
  return { results };
}

async function startOne(
  ctx: DomainContext,
  {
    actor,
    sliceId,
    kind,
    idempotencyKey,
  }: Omit<z.infer<typeof startManyInput>, 'sliceIds'> & {
    actor: Actor;
    sliceId: number;
  },
): Promise<z.infer<typeof startManySchema>['results'][number]> {
  try {
    const deploymentId = await queueDeployment(ctx, { actor, sliceId, kind, idempotencyKey });
    return { sliceId, deploymentId, error: null };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (isRefusal(error.code))
      await recordRefusal(ctx, {
        actor,
        procedure: 'deployments.start',
        input: { sliceId, kind },
        code: error.code,
      });
    return { sliceId, deploymentId: null, error: error.toPublic() };
  }
}
