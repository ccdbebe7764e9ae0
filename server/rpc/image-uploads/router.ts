import { z } from 'zod';
import {
  chunkAnswerSchema,
  createUploadInput,
  fetchUploadInput,
  finishUploadInput,
  imageUploadPage,
  imageUploadSchema,
  listUploadsInput,
  saveDiskInput,
} from '#shared/image-upload';
import { idInput } from '#shared/primitives';
import { fetchUpload } from '#server/domain/images/fetches';
import { saveDisk } from '#server/domain/images/saves';
import {
  cancelUpload,
  createUpload,
  finishUpload,
  getUpload,
  listUploads,
  writeChunk,
} from '#server/domain/images/uploads';
import { answer } from '../answers';
import { octetsInput } from '../octets';
import { router, userProcedure } from '../trpc';

export const imageUploadsRouter = router({
  /** One's own, newest first. */
  list: userProcedure('catalogue:read')
    .input(listUploadsInput)
    .output(answer(imageUploadPage))
    .query(({ ctx, input }) => listUploads(ctx.domain, { actor: ctx.actor, query: input })),
  get: userProcedure('catalogue:read')
    .input(idInput)
    .output(answer(imageUploadSchema))
    .query(({ ctx, input }) => getUpload(ctx.domain, { actor: ctx.actor, ...input })),
  create: userProcedure('catalogue:manage')
    .input(createUploadInput)
    .output(answer(imageUploadSchema))
    .mutation(({ ctx, input }) => createUpload(ctx.domain, { actor: ctx.actor, upload: input })),
  /** Has the server fetch the file from a URL. */
  fetch: userProcedure('catalogue:manage')
    .input(fetchUploadInput)
    .output(answer(imageUploadSchema))
    .mutation(({ ctx, input }) => fetchUpload(ctx.domain, { actor: ctx.actor, upload: input })),
  /** Has the disk of a VM saved. */
  save: userProcedure('catalogue:manage')
    .input(saveDiskInput)
    .output(answer(imageUploadSchema))
    .mutation(({ ctx, input }) => saveDisk(ctx.domain, { actor: ctx.actor, save: input })),
  /** A piece, with its head: `shared/upload-chunk.ts`. */
  writeChunk: userProcedure('catalogue:manage')
    .input(octetsInput)
    .output(answer(chunkAnswerSchema))
    .mutation(({ ctx, input }) => writeChunk(ctx.domain, { actor: ctx.actor, body: input })),
  finish: userProcedure('catalogue:manage')
    .input(finishUploadInput)
    .output(answer(imageUploadSchema))
    .mutation(({ ctx, input }) => finishUpload(ctx.domain, { actor: ctx.actor, ...input })),
  cancel: userProcedure('catalogue:manage')
    .input(idInput)
    .output(answer(z.null()))
    .mutation(async ({ ctx, input }) => {
      await cancelUpload(ctx.domain, { actor: ctx.actor, ...input });
      return null;
    }),
});
