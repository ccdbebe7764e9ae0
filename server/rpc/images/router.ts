import { z } from 'zod';
import {
  createImageInput,
  imagePage,
  imageSchema,
  imageUsesSchema,
  listImagesInput,
  unusedImagesSchema,
  updateImageInput,
  updateOwnImageInput,
} from '#shared/image';
import { shareTemplateInput, shareListSchema, unshareInput } from '#shared/sharing';
import { idInput } from '#shared/primitives';
import { checkImage, createImage, listImages, retireImage, updateImage } from '#server/domain/images/images';
import {
  deleteOwnImage,
  listImageShares,
  listImageUses,
  shareImage,
  unshareImage,
  updateOwnImage,
} from '#server/domain/images/own-images';
import { listUnusedImages, pruneImage } from '#server/domain/images/prune';
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
  /** What no VM and no template has, and takes room. */
  unused: permittedProcedure('images:manage', 'catalogue:read')
    .output(answer(unusedImagesSchema))
    .query(({ ctx }) => listUnusedImages(ctx.domain)),
  /** Has zones remove what they have prepared of an image that nothing uses; deletes one of somebody's own. */
  prune: manage
    .input(idInput)
    .output(answer(z.null()))
    .mutation(async ({ ctx, input }) => {
      await pruneImage(ctx.domain, { actor: ctx.actor, id: input.id });
      return null;
    }),

  // of those that were made of an upload: by their owners, and by who manages images
  updateOwn: userProcedure('catalogue:manage')
    .input(updateOwnImageInput)
    .output(answer(imageSchema))
    .mutation(({ ctx, input }) => updateOwnImage(ctx.domain, { actor: ctx.actor, image: input })),
  deleteOwn: userProcedure('catalogue:manage')
    .input(idInput)
    .output(answer(z.null()))
    .mutation(async ({ ctx, input }) => {
      await deleteOwnImage(ctx.domain, { actor: ctx.actor, id: input.id });
      return null;
    }),
  /** Whose VMs have it: what keeps it from being deleted. */
  uses: userProcedure('catalogue:read')
    .input(idInput)
    .output(answer(imageUsesSchema))
    .query(({ ctx, input }) => listImageUses(ctx.domain, { actor: ctx.actor, id: input.id })),
  shares: userProcedure('catalogue:read')
    .input(idInput)
    .output(answer(shareListSchema))
    .query(({ ctx, input }) => listImageShares(ctx.domain, { actor: ctx.actor, id: input.id })),
  share: userProcedure('catalogue:manage')
    .input(shareTemplateInput)
    .output(answer(shareListSchema))
    .mutation(({ ctx, input }) => shareImage(ctx.domain, { actor: ctx.actor, share: input })),
  /** Also to leave what somebody shares with the caller. */
  unshare: userProcedure('catalogue:manage')
    .input(unshareInput)
    .output(answer(shareListSchema))
    .mutation(({ ctx, input }) => unshareImage(ctx.domain, { actor: ctx.actor, share: input })),
});
