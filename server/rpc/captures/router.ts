import { followCaptureInput, type CaptureBatch } from '#shared/capture/schema';
import { followCapture } from '#server/domain/captures/follow-capture';
import { maySlice } from '#server/domain/slices/access';
import { refuseCall, router, userProcedure } from '../trpc';
import { whileSignedIn } from '../while-signed-in';

export const capturesRouter = router({
  /**
   * What passes on links of a slice, live, for who may use its consoles. It is there while it is read: begun anew, it goes on with what
   * passes then. Ends when none of the links' VMs runs any more.
   */
  follow: userProcedure('slices:operate')
    .input(followCaptureInput)
    .subscription(async ({ ctx, input, signal }) => {
      const follow = await followCapture(ctx.domain, { actor: ctx.actor, capture: input });
      return whileSignedIn(ctx.domain, ctx.actor, signal, (ended) => refusing(follow(ended)), {
        may: () => maySlice(ctx.domain.db, { actor: ctx.actor, id: input.sliceId, need: 'operate' }),
      });
    }),
});

/** What goes wrong in a stream that has begun is told as what goes wrong before. */
async function* refusing(batches: AsyncIterable<CaptureBatch>): AsyncGenerator<CaptureBatch, void> {
  try {
    yield* batches;
  } catch (error) {
    refuseCall(error);
  }
}
