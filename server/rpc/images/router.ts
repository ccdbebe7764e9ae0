import { createImageInput, imagePage, imageSchema, listImagesInput, updateImageInput } from '#shared/image';
import { idInput } from '#shared/primitives';
import { checkImage, createImage, listImages, retireImage, updateImage } from '#server/domain/images/images';
import { answer } from '../answers';
import { permittedProcedure, router, userProcedure } from '../trpc';

const manage = permittedProcedure('images:manage', 'catalogue:manage');

export const imagesRouter = router({
  list: userProcedure('catalogue:read')
    .input(listImagesInput)
    .output(answer(imagePage))
    .query(({ ctx, input }) => listImages(ctx.domain, { actor: ctx.actor, query: input })),
  create: manage
    .input(createImageInput)
    .output(answer(imageSchema))
    .mutation(({ ctx, input }) => createImage(ctx.domain, { actor: ctx.actor, image: input })),
  update: manage
    .input(updateImageInput)
    .output(answer(imageSchema))
    .mutation(({ ctx, input }) => updateImage(ctx.domain, { actor: ctx.actor, image: input })),
  /** Asks every zone to read the image anew, or to fetch it. */
  check: manage
    .input(idInput)
    .output(answer(imageSchema))
    .mutation(({ ctx, input }) => checkImage(ctx.domain, { actor: ctx.actor, id: input.id })),
  retire: manage
    .input(idInput)
    .output(answer(imageSchema))
    .mutation(({ ctx, input }) => retireImage(ctx.domain, { actor: ctx.actor, id: input.id })),
});
