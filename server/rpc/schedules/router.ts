import { addScheduleInput, scheduleListSchema } from '#shared/lease';
import { idInput } from '#shared/primitives';
import { addSchedule, listSchedules, removeSchedule } from '#server/domain/leases/schedules';
import { answer } from '../answers';
import { router, userProcedure } from '../trpc';

export const schedulesRouter = router({
  /** What is done at times to the slice with this id. */
  list: userProcedure('slices:read')
    .input(idInput)
    .output(answer(scheduleListSchema))
    .query(({ ctx, input }) => listSchedules(ctx.domain, { actor: ctx.actor, id: input.id })),
  add: userProcedure('slices:manage')
    .input(addScheduleInput)
    .output(answer(scheduleListSchema))
    .mutation(({ ctx, input }) => addSchedule(ctx.domain, { actor: ctx.actor, schedule: input })),
  /** Answers what is left of its slice's. */
  remove: userProcedure('slices:manage')
    .input(idInput)
    .output(answer(scheduleListSchema))
    .mutation(({ ctx, input }) => removeSchedule(ctx.domain, { actor: ctx.actor, id: input.id })),
});
