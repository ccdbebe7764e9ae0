import { z } from 'zod';
import { limits } from './limits';
import { happeningSchema } from './notification';
import { notificationKinds, type NotificationKind } from './notification-kinds';
import { idSchema, listInput, nameSchema, pageOf, timestampSchema, urlSchema } from './primitives';
import { sentencesSchema } from './sentence-schema';

/** `pending`: is to be sent, for the first time or again. `failed`: was given up. */
export const deliveryStatuses = ['pending', 'delivered', 'failed'] as const;

const calls = Object.entries(notificationKinds).flatMap(([kind, { webhook }]) => (webhook ? [kind] : []));
/** What webhooks can be called for: all but what is told of webhooks themselves. */
export const webhookEvents = calls as [NotificationKind, ...NotificationKind[]];

/** What a form says in the reader's language instead. */
export const urlWithLogin = 'Names and passwords do not belong into the address: calls are signed.';

const webhookUrl = urlSchema({ max: limits.webhookUrlLength, withLogin: urlWithLogin });
const eventsSchema = z
  .array(z.enum(webhookEvents))
  .min(1, 'Choose at least one.')
  .max(webhookEvents.length)
  .describe('what it is called for');

export const webhookSchema = z.object({
  id: idSchema,
  name: z.string(),
  url: z.string(),
  events: z.array(z.string()),
  /** Called for what happens to any slice. */
  allSlices: z.boolean(),
  active: z.boolean(),
  owner: z.object({ id: idSchema, name: z.string() }),
  /** Since when no call has succeeded; null while they do. */
  failingSince: timestampSchema.nullable(),
  /** When it was switched off because it had failed for too long. */
  disabledAt: timestampSchema.nullable(),
  createdAt: timestampSchema,
});
export type Webhook = z.infer<typeof webhookSchema>;
export const webhookListSchema = z.object({ items: z.array(webhookSchema) });
/** The secret is shown this once. */
export const createdWebhookSchema = z.object({ webhook: webhookSchema, secret: z.string() });

export const createWebhookInput = z.strictObject({
  name: nameSchema,
  url: webhookUrl.describe('where it is called'),
  events: eventsSchema,
  allSlices: z.boolean().default(false).describe('for every slice, not only your own; for administrators'),
});
/** What is not given stays. */
export const updateWebhookInput = z.strictObject({
  id: idSchema,
  name: nameSchema.optional(),
  url: webhookUrl.optional(),
  events: eventsSchema.optional(),
  active: z.boolean().optional(),
});

export const deliverySchema = z.object({
  id: idSchema,
  /** What the receiver knows it by. */
  uuid: z.string(),
  event: z.string(),
  status: z.enum(deliveryStatuses),
  attempts: z.number().int(),
  createdAt: timestampSchema,
  /** When the last attempt ended; null until the first has, and while one is under way. */
  attemptedAt: timestampSchema.nullable(),
  /** When it is tried next; while an attempt is under way, when it would be made again if its server were gone. */
  nextAt: timestampSchema.nullable(),
  durationMs: z.number().int().nullable(),
  responseStatus: z.number().int().nullable(),
  /** The beginning of what was answered, at most a KiB. */
  responseBody: z.string().nullable(),
  error: z.string().nullable(),
  sentences: sentencesSchema,
});
export type WebhookDelivery = z.infer<typeof deliverySchema>;
export const deliveryPage = pageOf(deliverySchema);
export const listDeliveriesInput = z.strictObject({
  webhookId: idSchema,
  limit: listInput.limit,
  cursor: listInput.cursor,
});

/** What is sent, as JSON. `version` grows when something of it changes its meaning or is left out. */
export const webhookBodySchema = z.object({
  version: z.literal(1),
  /** Of the delivery: the same however often it is tried. */
  id: z.string(),
  event: z.string(),
  at: timestampSchema,
  /** One sentence, English. */
  message: z.string(),
  /** What happened; null for a test. */
  data: happeningSchema.nullable(),
});
export type WebhookBody = z.infer<typeof webhookBodySchema>;
