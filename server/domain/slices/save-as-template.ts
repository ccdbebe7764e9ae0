import type { z } from 'zod';
import type { saveAsTemplateInput } from '#shared/slice';
import type { Template } from '#shared/template';
import { loadSliceModel } from '#server/db/queries/slice-model';
import type { Actor, DomainContext } from '../context';
import { createFromSlice } from '../templates/write-templates';
import { loadSlice } from './access';
import { drawingOf } from './drawing';

/**
 * A template of the actor's own, with the topology that a slice which they see has now as its first revision; the slice stays as it is.
 * NOT_FOUND, NAME_TAKEN, QUOTA_EXCEEDED.
 */
export function saveAsTemplate(
  ctx: DomainContext,
  { actor, template: { id, name, description } }: { actor: Actor; template: z.infer<typeof saveAsTemplateInput> },
): Promise<Template> {
  return createFromSlice(ctx, {
    actor,
    name,
    description,
    async read(tx) {
      const slice = await loadSlice(tx, { actor, id });
      return { sliceId: id, slice: slice.name, topology: drawingOf(await loadSliceModel(tx, id)) };
    },
  });
}
