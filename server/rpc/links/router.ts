import { chaosLinksInput, runOfSliceSchema, scheduleLinksInput, stopLinksInput } from '#shared/links/schema';
import { idInput } from '#shared/primitives';
import { getLinkRun, scheduleLinks, startChaos, stopLinks } from '#server/domain/link-runs/runs';
import { answer } from '../answers';
import { router, userProcedure } from '../trpc';

/** Runs of link changes: steps at times, or failures by chance. */
export const linksRouter = router({
  /** The run of the slice with this id that goes on, or its last one. */
  get: userProcedure('slices:read')
    .input(idInput)
    .output(answer(runOfSliceSchema))
    .query(({ ctx, input }) => getLinkRun(ctx.domain, { actor: ctx.actor, id: input.id })),
  schedule: userProcedure('slices:manage')
    .input(scheduleLinksInput)
    .output(answer(runOfSliceSchema))
    .mutation(({ ctx, input }) => scheduleLinks(ctx.domain, { actor: ctx.actor, run: input })),
  chaos: userProcedure('slices:manage')
    .input(chaosLinksInput)
    .output(answer(runOfSliceSchema))
    .mutation(({ ctx, input }) => startChaos(ctx.domain, { actor: ctx.actor, chaos: input })),
  /** Ends it now; what it has changed is put back. */
  stop: userProcedure('slices:manage')
    .input(stopLinksInput)
    .output(answer(runOfSliceSchema))
    .mutation(({ ctx, input }) => stopLinks(ctx.domain, { actor: ctx.actor, ...input })),
});
