import { tracked, type TrackedEnvelope } from '@trpc/server';
import {
  listNotificationsInput,
  notificationPage,
  notificationPreferencesSchema,
  readNotificationsInput,
  setNotificationPreferencesInput,
  unreadSchema,
  watchNotificationsInput,
  type NotificationNews,
} from '#shared/notification';
import {
  listNotifications,
  notificationPreferences,
  readNotifications,
  setNotificationPreferences,
  unreadNotifications,
} from '#server/domain/notifications/read-notifications';
import { watchNotifications, type InboxNews } from '#server/domain/notifications/watch';
import { answer } from '../answers';
import { router, userProcedure } from '../trpc';
import { whileSignedIn } from '../while-signed-in';

export const notificationsRouter = router({
  /** What the caller was told of, newest first. */
  list: userProcedure('account:read')
    .input(listNotificationsInput)
    .output(answer(notificationPage))
    .query(({ ctx, input }) => listNotifications(ctx.domain, { actor: ctx.actor, query: input })),
  unread: userProcedure('account:read')
    .output(answer(unreadSchema))
    .query(({ ctx }) => unreadNotifications(ctx.domain, { actor: ctx.actor })),
  /** Marks single ones, those of a slice, or all up to one as read. */
  markRead: userProcedure('account:operate')
    .input(readNotificationsInput)
    .output(answer(unreadSchema))
    .mutation(({ ctx, input }) => readNotifications(ctx.domain, { actor: ctx.actor, which: input })),
  preferences: userProcedure('account:read')
    .output(answer(notificationPreferencesSchema))
    .query(({ ctx }) => notificationPreferences(ctx.domain, { actor: ctx.actor })),
  setPreferences: userProcedure('account:manage')
    .input(setNotificationPreferencesInput)
    .output(answer(notificationPreferencesSchema))
    .mutation(({ ctx, input }) => setNotificationPreferences(ctx.domain, { actor: ctx.actor, preferences: input })),
  /** How many are not read, at once and whenever that changes, with what is new. Resumes by the last event id. */
  watch: userProcedure('account:read')
    .input(watchNotificationsInput)
    .subscription(({ ctx, input, signal }) =>
      whileSignedIn(ctx.domain, ctx.actor, signal, (ended) =>
        trackedNews(
          watchNotifications(ctx.domain, { actor: ctx.actor, afterId: idOf(input.lastEventId), signal: ended }),
        ),
      ),
    ),
});

async function* trackedNews(news: AsyncIterable<InboxNews>): AsyncGenerator<TrackedEnvelope<NotificationNews>, void> {
  for await (const { id, ...rest } of news) yield tracked(String(id), rest);
}

/** The id in a `lastEventId`; null, which begins from now, for what we did not send. */
function idOf(text: string | null | undefined): number | null {
  return text == null || !/^\d{1,15}$/.test(text) ? null : Number(text);
}
