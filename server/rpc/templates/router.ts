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
  templatePage,
  templateSchema,
  updateTemplateInput,
} from '#shared/template';
import { exportTemplate, importTemplate } from '#server/domain/templates/documents';
import { getTemplate, listTemplates } from '#server/domain/templates/read';
import { createTemplate, deleteTemplate, duplicateTemplate, updateTemplate } from '#server/domain/templates/write';
import { router, userProcedure } from '../trpc';

export const templatesRouter = router({
  list: userProcedure
    .input(listTemplatesInput)
    .output(templatePage)
    .query(({ ctx, input }) => listTemplates(ctx.domain, { actor: ctx.actor, query: input })),
  get: userProcedure
    .input(idInput)
    .output(templateSchema)
    .query(({ ctx, input }) => getTemplate(ctx.domain, { actor: ctx.actor, id: input.id })),
  create: userProcedure
    .input(createTemplateInput)
    .output(templateSchema)
    .mutation(({ ctx, input }) => createTemplate(ctx.domain, { actor: ctx.actor, template: input })),
  update: userProcedure
    .input(updateTemplateInput)
    .output(templateSchema)
    .mutation(({ ctx, input }) => updateTemplate(ctx.domain, { actor: ctx.actor, change: input })),
  duplicate: userProcedure
    .input(duplicateTemplateInput)
    .output(templateSchema)
    .mutation(({ ctx, input }) => duplicateTemplate(ctx.domain, { actor: ctx.actor, source: input })),
  delete: userProcedure
    .input(idInput)
    .output(z.null())
    .mutation(async ({ ctx, input }) => {
      await deleteTemplate(ctx.domain, { actor: ctx.actor, id: input.id });
      return null;
    }),
  import: userProcedure
    .input(importTemplateInput)
    .output(importTemplateOutput)
    .mutation(({ ctx, input }) => importTemplate(ctx.domain, { actor: ctx.actor, file: input })),
  export: userProcedure
    .input(exportTemplateInput)
    .output(exportTemplateOutput)
    .query(({ ctx, input }) => exportTemplate(ctx.domain, { actor: ctx.actor, file: input })),
});
