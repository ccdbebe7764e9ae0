import { z } from 'zod';
import { draftInput, draftOutput, savedDraftSchema, saveDraftInput } from '#shared/template-draft';
import { dropDraft, readDraft, saveDraft } from '#server/domain/drafts/drafts';
import { answer } from '../answers';
import { router, userProcedure } from '../trpc';

/** What is drawn and not saved yet: everybody's own, seen by nobody else. */
export const draftsRouter = router({
  get: userProcedure('templates:read')
    .input(draftInput)
    .output(answer(draftOutput))
    .query(({ ctx, input }) => readDraft(ctx.domain, { actor: ctx.actor, of: input })),
  save: userProcedure('templates:manage')
    .input(saveDraftInput)
    .output(answer(savedDraftSchema))
    .mutation(({ ctx, input }) => saveDraft(ctx.domain, { actor: ctx.actor, draft: input })),
  drop: userProcedure('templates:manage')
    .input(draftInput)
    .output(answer(z.null()))
    .mutation(async ({ ctx, input }) => {
      await dropDraft(ctx.domain, { actor: ctx.actor, of: input });
      return null;
    }),
});
