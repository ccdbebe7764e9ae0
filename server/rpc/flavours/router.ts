import { createFlavourInput, flavourPage, flavourSchema, listFlavoursInput, updateFlavourInput } from '#shared/flavour';
import { idInput } from '#shared/primitives';
import { createFlavour, listFlavours, retireFlavour, updateFlavour } from '#server/domain/flavours/flavours';
import { answer } from '../answers';
import { permittedProcedure, router, userProcedure } from '../trpc';

const manage = permittedProcedure('flavours:manage', 'catalogue:manage');

export const flavoursRouter = router({
  list: userProcedure('catalogue:read')
    .input(listFlavoursInput)
    .output(answer(flavourPage))
    .query(({ ctx, input }) => listFlavours(ctx.domain, { query: input })),
  create: manage
    .input(createFlavourInput)
    .output(answer(flavourSchema))
    .mutation(({ ctx, input }) => createFlavour(ctx.domain, { actor: ctx.actor, flavour: input })),
  update: manage
    .input(updateFlavourInput)
    .output(answer(flavourSchema))
    .mutation(({ ctx, input }) => updateFlavour(ctx.domain, { actor: ctx.actor, flavour: input })),
  retire: manage
    .input(idInput)
    .output(answer(flavourSchema))
    .mutation(({ ctx, input }) => retireFlavour(ctx.domain, { actor: ctx.actor, id: input.id })),
});
