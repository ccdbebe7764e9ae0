import { z } from 'zod';
import { idInput } from '#shared/primitives';
import { createdTokenSchema, createTokenInput, listTokensInput, tokenListSchema } from '#shared/token';
import { notYet } from '../not-yet';
import { router, sessionProcedure, userProcedure } from '../trpc';

export const tokensRouter = router({
  /** One's own living tokens, or a service account's, the newest first. */
  list: userProcedure('account:read').input(listTokensInput).output(tokenListSchema).query(notYet),
  create: sessionProcedure.input(createTokenInput).output(createdTokenSchema).mutation(notYet),
  /** One's own, also the one that the call comes with; with `users:manage` anybody's. */
  revoke: userProcedure('account:manage').input(idInput).output(z.null()).mutation(notYet),
});
