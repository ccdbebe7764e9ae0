import { z } from 'zod';
import { idInput } from '#shared/primitives';
import {
  createTemplateInput,
  duplicateTemplateInput,
  exportTemplateInput,
  exportTemplateOutput,
  importTemplateInput,
  importTemplateOutput,
  listTemplatesInput,
  publishTemplateInput,
  templatePage,
  templateSchema,
  updateTemplateInput,
} from '#shared/template';
import { shareListSchema, shareTemplateInput, unshareInput } from '#shared/sharing';
import { exportTemplate, importTemplate } from '#server/domain/templates/documents';
import { getTemplate, listTemplates } from '#server/domain/templates/read-templates';
import { listTemplateShares, publishTemplate, shareTemplate, unshareTemplate } from '#server/domain/templates/shares';
import {
  createTemplate,
  deleteTemplate,
  duplicateTemplate,
  updateTemplate,
} from '#server/domain/templates/write-templates';
import { answer } from '../answers';
import { permittedProcedure, router, userProcedure } from '../trpc';

export const templatesRouter = router({
  list: userProcedure('templates:read')
    .input(listTemplatesInput)
    .output(answer(templatePage))
    .query(({ ctx, input }) => listTemplates(ctx.domain, { actor: ctx.actor, query: input })),
  get: userProcedure('templates:read')
    .input(idInput)
    .output(answer(templateSchema))
    .query(({ ctx, input }) => getTemplate(ctx.domain, { actor: ctx.actor, id: input.id })),
  create: userProcedure('templates:manage')
    .input(createTemplateInput)
    .output(answer(templateSchema))
    .mutation(({ ctx, input }) => createTemplate(ctx.domain, { actor: ctx.actor, template: input })),
  update: userProcedure('templates:manage')
    .input(updateTemplateInput)
    .output(answer(templateSchema))
    .mutation(({ ctx, input }) => updateTemplate(ctx.domain, { actor: ctx.actor, change: input })),
  duplicate: userProcedure('templates:manage')
    .input(duplicateTemplateInput)
    .output(answer(templateSchema))
    .mutation(({ ctx, input }) => duplicateTemplate(ctx.domain, { actor: ctx.actor, source: input })),
  delete: userProcedure('templates:manage')
    .input(idInput)
    .output(answer(z.null()))
    .mutation(async ({ ctx, input }) => {
      await deleteTemplate(ctx.domain, { actor: ctx.actor, id: input.id });
      return null;
    }),
  import: userProcedure('templates:manage')
    .input(importTemplateInput)
    .output(answer(importTemplateOutput))
    .mutation(({ ctx, input }) => importTemplate(ctx.domain, { actor: ctx.actor, file: input })),
  export: userProcedure('templates:read')
    .input(exportTemplateInput)
    .output(answer(exportTemplateOutput))
    .query(({ ctx, input }) => exportTemplate(ctx.domain, { actor: ctx.actor, file: input })),
  /** With whom the owner shares it. */
  shares: userProcedure('templates:read')
    .input(idInput)
    .output(answer(shareListSchema))
    .query(({ ctx, input }) => listTemplateShares(ctx.domain, { actor: ctx.actor, id: input.id })),
  share: userProcedure('templates:manage')
    .input(shareTemplateInput)
    .output(answer(shareListSchema))
    .mutation(({ ctx, input }) => shareTemplate(ctx.domain, { actor: ctx.actor, share: input })),
  /** Also to leave what somebody shares with the caller. */
  unshare: userProcedure('templates:manage')
    .input(unshareInput)
    .output(answer(shareListSchema))
    .mutation(({ ctx, input }) => unshareTemplate(ctx.domain, { actor: ctx.actor, share: input })),
  publish: permittedProcedure('templates:publish', 'templates:manage')
    .input(publishTemplateInput)
    .output(answer(templateSchema))
    .mutation(({ ctx, input }) => publishTemplate(ctx.domain, { actor: ctx.actor, template: input })),
});
