import { idleOfSliceSchema, idleRulesSchema, setIdleInput, setIdleRuleInput } from '#shared/idle';
import { idInput } from '#shared/primitives';
import { getIdle, listIdleRules, setIdle, setIdleRule } from '#server/domain/idle/rules';
import { answer } from '../answers';
import { permittedProcedure, router, userProcedure } from '../trpc';

/** What is done about slices in which nothing happens. */
export const idleRouter = router({
  /** Of the slice with this id. */
  get: userProcedure('slices:read')
    .input(idInput)
    .output(answer(idleOfSliceSchema))
    .query(({ ctx, input }) => getIdle(ctx.domain, { actor: ctx.actor, id: input.id })),
  set: userProcedure('slices:manage')
    .input(setIdleInput)
    .output(answer(idleOfSliceSchema))
    .mutation(({ ctx, input }) => setIdle(ctx.domain, { actor: ctx.actor, ...input })),
  /** Of zones and roles. */
  rules: permittedProcedure('zones:manage', 'catalogue:read')
    .output(answer(idleRulesSchema))
    .query(({ ctx }) => listIdleRules(ctx.domain)),
  setRule: permittedProcedure('zones:manage', 'catalogue:manage')
    .input(setIdleRuleInput)
    .output(answer(idleRulesSchema))
    .mutation(({ ctx, input }) => setIdleRule(ctx.domain, { actor: ctx.actor, ...input })),
});
