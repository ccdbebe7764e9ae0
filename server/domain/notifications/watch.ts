import type { NotificationNews } from '#shared/notification';
import { countUnread, newestNotificationId, notificationsAfter } from '#server/db/queries/notifications';
import { News } from '#server/events/news';
import type { Actor, DomainContext } from '../context';
import { publicNotification } from './read-notifications';

/** So many new ones are told of at once; whoever missed more reads the list. */
const most = 20;

/** `id`: of the newest notification that it stands for, where to go on from after an interruption. */
export interface InboxNews extends NotificationNews {
  id: number;
}

/**
 * How many of the actor's notifications are not read: now, and whenever that changes or new ones come, until the signal fires. With
 * `afterId` the first answer brings what came since. It listens before it reads, so that nothing falls between the two.
 */
export async function* watchNotifications(
  ctx: Pick<DomainContext, 'db' | 'bus'>,
  { actor, afterId, signal }: { actor: Actor; afterId: number | null; signal: AbortSignal },
): AsyncGenerator<InboxNews, void, undefined> {
  const { userId } = actor;
  const news = new News((heard) => ctx.bus.listenInbox(userId, heard), signal);
  try {
    let last = afterId ?? (await newestNotificationId(ctx.db, userId));
    let told: number | null = null;
    while (await news.next()) {
      const rows = await notificationsAfter(ctx.db, { userId, after: last, limit: most });
      const unread = await countUnread(ctx.db, userId);
      last = rows[0]?.id ?? last;
      if (signal.aborted || (rows.length === 0 && unread === told)) continue;
      told = unread;
      yield { id: last, unread, fresh: rows.toReversed().map(publicNotification) };
    }
  } finally {
    news.end();
  }
}
