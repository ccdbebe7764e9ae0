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
import { permittedProcedure, router, userProcedure } from '../trpc';

export const templatesRouter = router({
  list: userProcedure('templates:read')
    .input(listTemplatesInput)
    .output(templatePage)
    .query(({ ctx, input }) => listTemplates(ctx.domain, { actor: ctx.actor, query: input })),
  get: userProcedure('templates:read')
    .input(idInput)
    .output(templateSchema)
    .query(({ ctx, input }) => getTemplate(ctx.domain, { actor: ctx.actor, id: input.id })),
  create: userProcedure('templates:manage')
    .input(createTemplateInput)
    .output(templateSchema)
    .mutation(({ ctx, input }) => createTemplate(ctx.domain, { actor: ctx.actor, template: input })),
  update: userProcedure('templates:manage')
    .input(updateTemplateInput)
    .output(templateSchema)
    .mutation(({ ctx, input }) => updateTemplate(ctx.domain, { actor: ctx.actor, change: input })),
  duplicate: userProcedure('templates:manage')
    .input(duplicateTemplateInput)
    .output(templateSchema)
    .mutation(({ ctx, input }) => duplicateTemplate(ctx.domain, { actor: ctx.actor, source: input })),
  delete: userProcedure('templates:manage')
    .input(idInput)
    .output(z.null())
    .mutation(async ({ ctx, input }) => {
      await deleteTemplate(ctx.domain, { actor: ctx.actor, id: input.id });
      return null;
    }),
  import: userProcedure('templates:manage')
    .input(importTemplateInput)
    .output(importTemplateOutput)
    .mutation(({ ctx, input }) => importTemplate(ctx.domain, { actor: ctx.actor, file: input })),
  export: userProcedure('templates:read')
    .input(exportTemplateInput)
    .output(exportTemplateOutput)
    .query(({ ctx, input }) => exportTemplate(ctx.domain, { actor: ctx.actor, file: input })),
  /** With whom the owner shares it. */
  shares: userProcedure('templates:read')
    .input(idInput)
    .output(shareListSchema)
    .query(({ ctx, input }) => listTemplateShares(ctx.domain, { actor: ctx.actor, id: input.id })),
  share: userProcedure('templates:manage')
    .input(shareTemplateInput)
    .output(shareListSchema)
    .mutation(({ ctx, input }) => shareTemplate(ctx.domain, { actor: ctx.actor, share: input })),
  /** Also to leave what somebody shares with the caller. */
  unshare: userProcedure('templates:manage')
    .input(unshareInput)
    .output(shareListSchema)
    .mutation(({ ctx, input }) => unshareTemplate(ctx.domain, { actor: ctx.actor, share: input })),
  publish: permittedProcedure('templates:publish', 'templates:manage')
    .input(publishTemplateInput)
    .output(templateSchema)
    .mutation(({ ctx, input }) => publishTemplate(ctx.domain, { actor: ctx.actor, template: input })),
});
