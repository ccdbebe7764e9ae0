import { z } from 'zod';
import { createFromLabInput, galleryInput, galleryOutput } from '#shared/gallery/labs';
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
  templateSketchInput,
  templateSketchOutput,
  templateTagsInput,
  templateTagsOutput,
  templateUsesSchema,
  updateTemplateInput,
} from '#shared/template';
import {
  listRevisionsInput,
  restoreRevisionInput,
  revisionInput,
  revisionPage,
  wholeRevisionSchema,
} from '#shared/template-history';
import { shareListSchema, shareTemplateInput, unshareInput } from '#shared/sharing';
import { createFromLab, listGallery } from '#server/domain/gallery/gallery';
import { exportTemplate, importTemplate } from '#server/domain/templates/documents';
import { getRevision, listRevisions, restoreRevision } from '#server/domain/templates/history';
import { listTemplateTags, listTemplateUses, sketchTemplate } from '#server/domain/templates/library';
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
  /** Labs to begin with, with what is to be done in each. */
  gallery: userProcedure('templates:read')
    .input(galleryInput)
    .output(answer(galleryOutput))
    .query(({ input }) => listGallery(input)),
  /** Makes a template of one of them. */
  createFromLab: userProcedure('templates:manage')
    .input(createFromLabInput)
    .output(answer(templateSchema))
    .mutation(({ ctx, input }) => createFromLab(ctx.domain, { actor: ctx.actor, choice: input })),
  /** What templates are filed under. */
  tags: userProcedure('templates:read')
    .input(templateTagsInput)
    .output(answer(templateTagsOutput))
    .query(({ ctx, input }) => listTemplateTags(ctx.domain, { actor: ctx.actor, query: input })),
  /** The drawing in small, to be shown in lists. */
  sketch: userProcedure('templates:read')
    .input(templateSketchInput)
    .output(answer(templateSketchOutput))
    .query(({ ctx, input }) => sketchTemplate(ctx.domain, { actor: ctx.actor, of: input })),
  /** Slices that were made of it. */
  uses: userProcedure('templates:read')
    .input(idInput)
    .output(answer(templateUsesSchema))
    .query(({ ctx, input }) => listTemplateUses(ctx.domain, { actor: ctx.actor, id: input.id })),
  /** What was saved of it, the newest first: numbers, authors, messages. */
  revisions: userProcedure('templates:read')
    .input(listRevisionsInput)
    .output(answer(revisionPage))
    .query(({ ctx, input }) => listRevisions(ctx.domain, { actor: ctx.actor, query: input })),
  /** One of these with its drawing. */
  revision: userProcedure('templates:read')
    .input(revisionInput)
    .output(answer(wholeRevisionSchema))
    .query(({ ctx, input }) => getRevision(ctx.domain, { actor: ctx.actor, of: input })),
  /** Makes the drawing of an older one the newest. */
  restore: userProcedure('templates:manage')
    .input(restoreRevisionInput)
    .output(answer(templateSchema))
    .mutation(({ ctx, input }) => restoreRevision(ctx.domain, { actor: ctx.actor, choice: input })),
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
