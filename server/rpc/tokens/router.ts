import { z } from 'zod';
import { idInput } from '#shared/primitives';
import { createdTokenSchema, createTokenInput, listTokensInput, tokenListSchema } from '#shared/token';
import { createToken, listTokens, revokeToken } from '#server/domain/auth/tokens';
import { answer } from '../answers';
import { router, sessionProcedure, userProcedure } from '../trpc';

export const tokensRouter = router({
  /** One's own living tokens, or a service account's, the newest first. */
  list: userProcedure('account:read')
    .input(listTokensInput)
    .output(answer(tokenListSchema))
    .query(({ ctx, input }) => listTokens(ctx.domain, { actor: ctx.actor, ...input })),
  create: sessionProcedure
    .input(createTokenInput)
    .output(answer(createdTokenSchema))
    .mutation(({ ctx, input }) => createToken(ctx.domain, { actor: ctx.actor, ...input })),
  /** One's own, also the one that the call comes with; with `users:manage` anybody's. */
  revoke: userProcedure('account:manage')
    .input(idInput)
    .output(answer(z.null()))
    .mutation(async ({ ctx, input }) => {
      await revokeToken(ctx.domain, { actor: ctx.actor, ...input });
      return null;
    }),
});
