import { z } from 'zod';
import { idInput } from '#shared/primitives';
import {
  createdWebhookSchema,
  createWebhookInput,
  deliveryPage,
  deliverySchema,
  listDeliveriesInput,
  updateWebhookInput,
  webhookListSchema,
  webhookSchema,
} from '#shared/webhook';
import {
  createWebhook,
  deleteWebhook,
  listDeliveries,
  listWebhooks,
  redeliver,
  renewSecret,
  testWebhook,
  updateWebhook,
} from '#server/domain/webhooks/webhooks';
import { answer } from '../answers';
import { router, userProcedure } from '../trpc';

export const webhooksRouter = router({
  /** One's own; for administrators those over all slices as well. */
  list: userProcedure('account:read')
    .output(answer(webhookListSchema))
    .query(({ ctx }) => listWebhooks(ctx.domain, { actor: ctx.actor })),
  /** Its secret is shown this once. */
  create: userProcedure('account:manage')
    .input(createWebhookInput)
    .output(answer(createdWebhookSchema))
    .mutation(({ ctx, input }) => createWebhook(ctx.domain, { actor: ctx.actor, webhook: input })),
  update: userProcedure('account:manage')
    .input(updateWebhookInput)
    .output(answer(webhookSchema))
    .mutation(({ ctx, input }) => updateWebhook(ctx.domain, { actor: ctx.actor, webhook: input })),
  delete: userProcedure('account:manage')
    .input(idInput)
    .output(answer(z.null()))
    .mutation(async ({ ctx, input }) => {
      await deleteWebhook(ctx.domain, { actor: ctx.actor, ...input });
      return null;
    }),
  renewSecret: userProcedure('account:manage')
    .input(idInput)
    .output(answer(createdWebhookSchema))
    .mutation(({ ctx, input }) => renewSecret(ctx.domain, { actor: ctx.actor, ...input })),
  /** Calls it once with nothing to tell. */
  test: userProcedure('account:manage')
    .input(idInput)
    .output(answer(deliverySchema))
    .mutation(({ ctx, input }) => testWebhook(ctx.domain, { actor: ctx.actor, ...input })),
  /** Its calls, newest first. */
  deliveries: userProcedure('account:read')
    .input(listDeliveriesInput)
    .output(answer(deliveryPage))
    .query(({ ctx, input }) => listDeliveries(ctx.domain, { actor: ctx.actor, query: input })),
  redeliver: userProcedure('account:manage')
    .input(idInput)
    .output(answer(deliverySchema))
    .mutation(({ ctx, input }) => redeliver(ctx.domain, { actor: ctx.actor, ...input })),
});
