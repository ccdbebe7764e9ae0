import { z } from 'zod';
import { pointInput, watchPresenceInput } from '#shared/presence';
import { mayWatchPresence, point, watchPresence } from '#server/domain/presence/presence';
import { answer } from '../answers';
import { router, userProcedure } from '../trpc';
import { whileSignedIn } from '../while-signed-in';

export const presenceRouter = router({
  /** Who has the template open besides, at once and whenever that changes. While it is read, the caller is seen there. */
  watch: userProcedure('templates:read')
    .input(watchPresenceInput)
    .subscription(async ({ ctx, input, signal }) => {
      const of = { actor: ctx.actor, ...input };
      const follow = await watchPresence(ctx.domain, of);
      return whileSignedIn(ctx.domain, ctx.actor, signal, (ended) => follow(ended), {
        may: () => mayWatchPresence(ctx.domain, of),
      });
    }),
  /** Where a page that watches points, and what is chosen in it. */
  point: userProcedure('templates:read')
    .input(pointInput)
    .output(answer(z.null()))
    .mutation(async ({ ctx, input }) => {
      await point(ctx.domain, { actor: ctx.actor, ...input });
      return null;
    }),
});
