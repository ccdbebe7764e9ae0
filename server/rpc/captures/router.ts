import { followCaptureInput } from '#shared/capture/schema';
import { watchTrafficInput } from '#shared/capture/traffic';
import { followCapture } from '#server/domain/captures/follow-capture';
import { watchTraffic } from '#server/domain/captures/watch-traffic';
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
  /** How much passes on each link of a slice: a reading each second, while it is read. */
  traffic: userProcedure('slices:read')
    .input(watchTrafficInput)
    .subscription(async ({ ctx, input, signal }) => {
      const follow = await watchTraffic(ctx.domain, { actor: ctx.actor, ...input });
      return whileSignedIn(ctx.domain, ctx.actor, signal, (ended) => refusing(follow(ended)), {
        may: () => maySlice(ctx.domain.db, { actor: ctx.actor, id: input.sliceId, need: 'read' }),
      });
    }),
});

/** What goes wrong in a stream that has begun is told as what goes wrong before. */
async function* refusing<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item, void> {
  try {
    yield* items;
  } catch (error) {
    refuseCall(error);
  }
}
