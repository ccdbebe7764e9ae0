import { z } from 'zod';
import { deploymentKinds } from './deployment/operations';
import { idleActions } from './idle';
import { notificationKindNames, unreadCounted } from './notification-kinds';
import { toldNetworkChanges } from './networks/words';
import { idSchema, listInput, pageOf, timestampSchema } from './primitives';
import { sentencesSchema } from './sentence-schema';
import { shareLevels } from './sharing';

/** A thing by its id, and what it was called then. */
const named = z.object({ id: idSchema, name: z.string() });
const ofDeployment = {
  slice: named,
  deploymentId: idSchema,
  operation: z.enum(deploymentKinds),
  /** The VM that it was aimed at, null for the whole slice. */
  vm: named.nullable(),
} as const;
const cause = { error: z.string().nullable(), sentences: sentencesSchema } as const;
const ofImage = { image: named, zone: named } as const;

/** What becomes of a slice at the end of its lease. */
export const leaseEnds = ['stop', 'suspend', 'destroy'] as const;

/** What happened, as data: the names are those of its time, the sentence is made in the reader's language. */
export const happeningSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('deployment.succeeded'), ...ofDeployment }),
  z.object({ kind: z.literal('deployment.failed'), ...ofDeployment, ...cause }),
  z.object({ kind: z.literal('deployment.cancelled'), ...ofDeployment }),
  z.object({ kind: z.literal('slice.degraded'), slice: named, drifted: z.array(z.string()) }),
  z.object({ kind: z.literal('lease.expiring'), slice: named, at: timestampSchema, end: z.enum(leaseEnds) }),
  z.object({ kind: z.literal('lease.expired'), slice: named, at: timestampSchema, end: z.enum(leaseEnds) }),
  z.object({ kind: z.literal('line.admitted'), slice: named, zone: named }),
  z.object({ kind: z.literal('line.dropped'), slice: named, zone: named, ...cause }),
  z.object({ kind: z.literal('slice.idle'), slice: named, minutes: z.number().int(), end: z.enum(idleActions) }),
  z.object({
    kind: z.literal('slice.internet'),
    slice: named,
    percent: z.literal([80, 100]),
    /** MiB in a month. */
    mbPerMonth: z.number().int(),
  }),
  z.object({
    kind: z.literal('slice.network'),
    slice: named,
    /** Of that slice. */
    network: z.string(),
    /** The other slice. */
    other: z.string(),
    what: z.enum(toldNetworkChanges),
  }),
  z.object({ kind: z.literal('slice.shared'), slice: named, by: named, level: z.enum(shareLevels) }),
  z.object({ kind: z.literal('template.shared'), template: named, by: named }),
  z.object({ kind: z.literal('image.ready'), ...ofImage }),
  z.object({ kind: z.literal('image.broken'), ...ofImage, ...cause }),
  z.object({ kind: z.literal('webhook.failing'), webhook: named, ...cause }),
  z.object({ kind: z.literal('webhook.disabled'), webhook: named, ...cause }),
]);
export type Happening = z.infer<typeof happeningSchema>;

export const notificationSchema = z.object({
  id: idSchema,
  at: timestampSchema,
  readAt: timestampSchema.nullable(),
  /** The sentence, English: for programs. The client makes its own of `happening`. */
  message: z.string(),
  happening: happeningSchema,
});
export type Notification = z.infer<typeof notificationSchema>;
export const notificationPage = pageOf(notificationSchema);

export const listNotificationsInput = z.strictObject({
  limit: listInput.limit,
  cursor: listInput.cursor,
  unread: z.boolean().default(false).describe('only what was not read yet'),
});

export const unreadSchema = z.object({ unread: z.number().int().nonnegative().max(unreadCounted) });

/** Exactly one of the three: single ones; all of one slice; all up to the newest that was seen. */
export const readNotificationsInput = z
  .strictObject({
    ids: z.array(idSchema).min(1).max(100).optional(),
    sliceId: idSchema.optional(),
    upTo: idSchema.optional(),
  })
  .refine((given) => Object.values(given).filter((one) => one !== undefined).length === 1, {
    error: 'Say one of ids, sliceId and upTo.',
  });

export const watchNotificationsInput = z.strictObject({ lastEventId: z.string().max(20).nullish() });
/** What is new since the last one, oldest first, and how many are not read. */
export const notificationNewsSchema = z.object({ ...unreadSchema.shape, fresh: z.array(notificationSchema) });
export type NotificationNews = z.infer<typeof notificationNewsSchema>;

/** Which kinds the account is not told of in the app. */
export const notificationPreferencesSchema = z.object({ muted: z.array(z.enum(notificationKindNames)) });
export const setNotificationPreferencesInput = z.strictObject({
  muted: z.array(z.enum(notificationKindNames)).max(notificationKindNames.length),
});
