import { idInput } from '#shared/primitives';
import { listSnapshotsInput, renameSnapshotInput, renamedSnapshotSchema, snapshotPage } from '#shared/snapshot';
import { listSnapshots, removeSnapshot, renameSnapshot } from '#server/domain/snapshots/snapshots';
import { answer } from '../answers';
import { router, userProcedure } from '../trpc';

/** Taking one and going back to one are operations: `deployments.start` with `snapshot` and `restore`. */
export const snapshotsRouter = router({
  list: userProcedure('slices:read')
    .input(listSnapshotsInput)
    .output(answer(snapshotPage))
    .query(({ ctx, input }) => listSnapshots(ctx.domain, { actor: ctx.actor, query: input })),
  rename: userProcedure('slices:manage')
    .input(renameSnapshotInput)
    .output(answer(renamedSnapshotSchema))
    .mutation(({ ctx, input }) => renameSnapshot(ctx.domain, { actor: ctx.actor, snapshot: input })),
  remove: userProcedure('slices:manage')
    .input(idInput)
    .output(answer(idInput))
    .mutation(({ ctx, input }) => removeSnapshot(ctx.domain, { actor: ctx.actor, ...input })),
});
