import { z } from 'zod';
import { idInput } from '#shared/primitives';
import { createdSshKeysSchema, createSshKeysInput, sshKeyListSchema } from '#shared/ssh-key';
import { createSshKeys, deleteSshKey, listSshKeys } from '#server/domain/ssh-keys/ssh-keys';
import { answer } from '../answers';
import { router, userProcedure } from '../trpc';

export const sshKeysRouter = router({
  /** One's own. */
  list: userProcedure('account:read')
    .output(answer(sshKeyListSchema))
    .query(({ ctx }) => listSshKeys(ctx.domain, { actor: ctx.actor })),
  /** All keys of a text; guests with a disk have them from their next start on. */
  create: userProcedure('account:manage')
    .input(createSshKeysInput)
    .output(answer(createdSshKeysSchema))
    .mutation(({ ctx, input }) => createSshKeys(ctx.domain, { actor: ctx.actor, ...input })),
  delete: userProcedure('account:manage')
    .input(idInput)
    .output(answer(z.null()))
    .mutation(async ({ ctx, input }) => {
      await deleteSshKey(ctx.domain, { actor: ctx.actor, ...input });
      return null;
    }),
});
