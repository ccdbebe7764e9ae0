import {
  joinedLineSchema,
  joinLineInput,
  linePlaceInput,
  linePlaceOutput,
  linePlacesInput,
  linePlacesOutput,
} from '#shared/line';
import { joinLine, linePlace, linePlaces, quitLine } from '#server/domain/line/line';
import { answer } from '../answers';
import { router, userProcedure } from '../trpc';

/** Waiting for room in a zone that is full. */
export const lineRouter = router({
  /** The place of the slice with this id. */
  get: userProcedure('slices:read')
    .input(linePlaceInput)
    .output(answer(linePlaceOutput))
    .query(({ ctx, input }) => linePlace(ctx.domain, { actor: ctx.actor, ...input })),
  /** The places of those of a list that wait. */
  places: userProcedure('slices:read')
    .input(linePlacesInput)
    .output(answer(linePlacesOutput))
    .query(({ ctx, input }) => linePlaces(ctx.domain, { actor: ctx.actor, ...input })),
  /** Begins at once where there is room. */
  join: userProcedure('slices:manage')
    .input(joinLineInput)
    .output(answer(joinedLineSchema))
    .mutation(({ ctx, input }) => joinLine(ctx.domain, { actor: ctx.actor, ...input })),
  leave: userProcedure('slices:manage')
    .input(linePlaceInput)
    .output(answer(linePlaceOutput))
    .mutation(({ ctx, input }) => quitLine(ctx.domain, { actor: ctx.actor, ...input })),
});
