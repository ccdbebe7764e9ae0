import { tracked, type TrackedEnvelope } from '@trpc/server';
import type { SliceEvent } from '#shared/deployment/events';
import { idInput } from '#shared/primitives';
import { eventPage } from '#shared/slice';
import {
  deploymentEventsInput,
  deploymentPage,
  deploymentRowPage,
  deploymentSchema,
  listAllDeploymentsInput,
  listDeploymentsInput,
  planInput,
  planSchema,
  startDeploymentInput,
  startManyInput,
  startManySchema,
  watchInput,
} from '#shared/deployment/schema';
import { cancelDeployment } from '#server/domain/deployments/cancel';
import { planDeployment } from '#server/domain/deployments/plan';
import {
  deploymentEvents,
  getDeployment,
  listAllDeployments,
  listDeployments,
} from '#server/domain/deployments/read-deployments';
import { retryDeployment } from '#server/domain/deployments/retry';
import { startDeployment } from '#server/domain/deployments/start';
import { startMany } from '#server/domain/deployments/start-many';
import { watchSlice } from '#server/domain/deployments/watch';
import { maySlice } from '#server/domain/slices/access';
import { answer } from '../answers';
import { permittedProcedure, router, userProcedure } from '../trpc';
import { whileSignedIn } from '../while-signed-in';

export const deploymentsRouter = router({
  plan: userProcedure('slices:read')
    .input(planInput)
    .output(answer(planSchema))
    .query(({ ctx, input }) => planDeployment(ctx.domain, { actor: ctx.actor, ...input })),
  start: userProcedure('slices:operate')
    .input(startDeploymentInput)
    .output(answer(deploymentSchema))
    .mutation(({ ctx, input }) => startDeployment(ctx.domain, { actor: ctx.actor, ...input })),
  /** The same operation on many slices: an answer for each. */
  startMany: userProcedure('slices:operate')
    .input(startManyInput)
    .output(answer(startManySchema))
    .mutation(({ ctx, input }) => startMany(ctx.domain, { actor: ctx.actor, ...input })),
  get: userProcedure('slices:read')
    .input(idInput)
    .output(answer(deploymentSchema))
    .query(({ ctx, input }) => getDeployment(ctx.domain, { actor: ctx.actor, ...input })),
  list: userProcedure('slices:read')
    .input(listDeploymentsInput)
    .output(answer(deploymentPage))
    .query(({ ctx, input }) => listDeployments(ctx.domain, { actor: ctx.actor, ...input })),
  /** Of all slices, for who sees everybody's. */
  listAll: permittedProcedure('slices:see-all', 'slices:read')
    .input(listAllDeploymentsInput)
    .output(answer(deploymentRowPage))
    .query(({ ctx, input }) => listAllDeployments(ctx.domain, input)),
  /** What happened while it went on, oldest first. */
  events: userProcedure('slices:read')
    .input(deploymentEventsInput)
    .output(answer(eventPage))
    .query(({ ctx, input }) => deploymentEvents(ctx.domain, { actor: ctx.actor, ...input })),
  cancel: userProcedure('slices:operate')
    .input(idInput)
    .output(answer(deploymentSchema))
    .mutation(({ ctx, input }) => cancelDeployment(ctx.domain, { actor: ctx.actor, id: input.id })),
  retry: userProcedure('slices:operate')
    .input(idInput)
    .output(answer(deploymentSchema))
    .mutation(({ ctx, input }) => retryDeployment(ctx.domain, { actor: ctx.actor, id: input.id })),
  /** Every event of the slice after `lastEventId`, then live. Without it: only what comes from now on. */
  watch: userProcedure('slices:read')
    .input(watchInput)
    .subscription(async ({ ctx, input, signal }) => {
      const follow = await watchSlice(ctx.domain, { actor: ctx.actor, ...input });
      return whileSignedIn(ctx.domain, ctx.actor, signal, (ended) => trackedEvents(follow(ended)), {
        may: () => maySlice(ctx.domain.db, { actor: ctx.actor, id: input.sliceId, need: 'read' }),
      });
    }),
});

async function* trackedEvents(events: AsyncIterable<SliceEvent>): AsyncGenerator<TrackedEnvelope<SliceEvent>, void> {
  for await (const event of events) yield tracked(String(event.id), event);
}
