import type { z } from 'zod';
import type {
  listNotificationsInput,
  Notification,
  notificationPage,
  notificationPreferencesSchema,
  readNotificationsInput,
  unreadSchema,
} from '#shared/notification';
import { notificationWords } from '#shared/notification-words';
import { decodeCursor, idCursor, page } from '#server/db/keyset';
import {
  countUnread,
  markNotificationsRead,
  mutedBy,
  notificationRows,
  setMuted,
  type Chosen,
  type NotificationRow,
} from '#server/db/queries/notifications';
import { iso } from '#server/db/rows';
import { inTransaction } from '#server/db/transaction';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';

type Unread = z.infer<typeof unreadSchema>;
type Preferences = z.infer<typeof notificationPreferencesSchema>;

/** A notification as it is answered. */
export function publicNotification({ id, createdAt, readAt, happening }: NotificationRow): Notification {
  return { id, at: iso(createdAt), readAt: iso(readAt), message: notificationWords(happening), happening };
}

/** The actor's own, newest first. */
export async function listNotifications(
  ctx: DomainContext,
  { actor, query: { limit, cursor, unread } }: { actor: Actor; query: z.infer<typeof listNotificationsInput> },
): Promise<z.infer<typeof notificationPage>> {
  const rows = await notificationRows(ctx.db, {
    userId: actor.userId,
    unread,
    before: decodeCursor(idCursor, cursor)?.[0] ?? null,
    limit: limit + 1,
  });
  return page(rows, limit, publicNotification, (row) => [row.id]);
}

/** How many the actor has not read. */
export async function unreadNotifications(ctx: DomainContext, { actor }: { actor: Actor }): Promise<Unread> {
  return { unread: await countUnread(ctx.db, actor.userId) };
}

/** Marks them as read; what is not the actor's, or is read already, stays as it is. Answers how many are left. */
export async function readNotifications(
  ctx: DomainContext,
  { actor, which }: { actor: Actor; which: z.infer<typeof readNotificationsInput> },
): Promise<Unread> {
  const { userId } = actor;
  if (await markNotificationsRead(ctx.db, { userId, chosen: chosenOf(which), now: ctx.clock.now() }))
    ctx.bus.notifyInbox(userId);
  return { unread: await countUnread(ctx.db, userId) };
}

function chosenOf({ ids, sliceId, upTo }: z.infer<typeof readNotificationsInput>): Chosen {
  if (ids !== undefined) return { ids };
  return sliceId === undefined ? { upTo: upTo ?? 0 } : { sliceId };
}

/** Which kinds the actor is not told of in the app. */
export async function notificationPreferences(ctx: DomainContext, { actor }: { actor: Actor }): Promise<Preferences> {
  return { muted: await mutedBy(ctx.db, actor.userId) };
}

/** From now on: what was told stays. */
export async function setNotificationPreferences(
  ctx: DomainContext,
  { actor, preferences }: { actor: Actor; preferences: Preferences },
): Promise<Preferences> {
  const muted = [...new Set(preferences.muted)];
  await inTransaction(ctx.db, async (tx) => {
    await setMuted(tx, actor.userId, muted);
    await recordAudit(tx, actor, {
      action: 'notifications.set-preferences',
      objectType: 'user',
      objectId: actor.userId,
      details: { muted },
    });
  });
  return { muted };
}
