import type { z } from 'zod';
import type { cloneSliceInput, Slice } from '#shared/slice';
import { loadSliceModel } from '#server/db/queries/slice-model';
import type { Actor, DomainContext } from '../context';
import { loadSlice } from './access';
import { drawingOf } from './drawing';
import { makeSlice, partsOfDrawing } from './write-slices';

/**
 * A slice of the actor's own, with the topology and the sizes that a slice which they see has now, as a draft; that one stays as it is, and
 * may be destroyed already. A repeat with the same `idempotencyKey` answers the first one's. NOT_FOUND, NAME_TAKEN,
 * ZONE_UNAVAILABLE, QUOTA_EXCEEDED.
 */
export function cloneSlice(
  ctx: DomainContext,
  { actor, clone }: { actor: Actor; clone: z.infer<typeof cloneSliceInput> },
): Promise<Slice> {
  const { id, zoneId, name, idempotencyKey } = clone;
  return makeSlice(ctx, {
    ...{ actor, name, idempotencyKey },
    async origin(tx) {
      const source = await loadSlice(tx, { actor, id });
      const model = await loadSliceModel(tx, id);
      const sizes = new Map(model.vms.map((vm) => [vm.key, vm]));
      const { templateId, templateRevision, restartAfterReboot, driftPolicy } = source;
      return {
        zoneId: zoneId ?? source.zoneId,
        parts: partsOfDrawing(drawingOf(model), ({ key }) => {
          const size = sizes.get(key);
          if (size === undefined) throw new Error(`There is no VM ${key}`);
          return size;
        }),
        row: { templateId, templateRevision, restartAfterReboot, driftPolicy },
        audit: { action: 'slices.clone', details: { sliceId: id, slice: source.name } },
      };
    },
  });
}
