import { and, desc, eq, gt, inArray, isNull, lt, lte, sql } from 'drizzle-orm';
import { notificationPreferences, notifications } from '#drizzle/schema/notifications';
import type { Happening } from '#shared/notification';
import { unreadCounted, type NotificationKind } from '#shared/notification-kinds';
import type { Queryable, Transaction } from '#server/db/client';
import { number, prepared } from '../prepared';

export type NotificationRow = typeof notifications.$inferSelect;

/** So many of the newest are kept for each account. */
export const notificationsKept = 500;

/** Puts it into the accounts' lists, and takes out of them what is too many. */
export async function insertNotifications(
  tx: Transaction,
  { users, happening }: { users: readonly number[]; happening: Happening },
): Promise<void> {
  if (users.length === 0) return;
  const sliceId = 'slice' in happening ? happening.slice.id : null;
  await tx.insert(notifications).values(users.map((userId) => ({ userId, kind: happening.kind, sliceId, happening })));
  for (const userId of users) {
    const surplus = await tx
      .select({ id: notifications.id })
      .from(notifications)
      .where(eq(notifications.userId, userId))
      .orderBy(desc(notifications.id))
      .limit(50)
      .offset(notificationsKept);
    // by their keys: no lock of what lies between them
    const ids = surplus.map((row) => row.id);
    if (ids.length > 0) await tx.delete(notifications).where(inArray(notifications.id, ids));
  }
}

/** Of these accounts the ones that want to be told of the kind in the app. */
export async function wantedBy(
  q: Queryable,
  { users, kind }: { users: readonly number[]; kind: NotificationKind },
): Promise<number[]> {
  if (users.length === 0) return [];
  const rows = await q
    .select()
    .from(notificationPreferences)
    .where(inArray(notificationPreferences.userId, [...users]));
  const muting = new Set(rows.filter((row) => row.muted.includes(kind)).map((row) => row.userId));
  return users.filter((userId) => !muting.has(userId));
}

/** Of these accounts the ones that have one of the kind on the slice which they have not read. */
export async function alreadyToldOf(
  q: Queryable,
  { users, kind, sliceId }: { users: readonly number[]; kind: NotificationKind; sliceId: number },
): Promise<Set<number>> {
  if (users.length === 0) return new Set();
  const rows = await q
    .selectDistinct({ userId: notifications.userId })
    .from(notifications)
    .where(
      and(
        inArray(notifications.userId, [...users]),
        isNull(notifications.readAt),
        eq(notifications.kind, kind),
        eq(notifications.sliceId, sliceId),
      ),
    );
  return new Set(rows.map((row) => row.userId));
}

/** The account's, newest first, before the one with the id `before`. */
export function notificationRows(
  q: Queryable,
  options: { userId: number; unread: boolean; before: number | null; limit: number },
): Promise<NotificationRow[]> {
  const { userId, unread, before, limit } = options;
  return q
    .select()
    .from(notifications)
    .where(
      and(
        eq(notifications.userId, userId),
        unread ? isNull(notifications.readAt) : undefined,
        before === null ? undefined : lt(notifications.id, before),
      ),
    )
    .orderBy(desc(notifications.id))
    .limit(limit);
}

/** The newest of the account's that came after the id, newest first. */
export function notificationsAfter(
  q: Queryable,
  { userId, after, limit }: { userId: number; after: number; limit: number },
): Promise<NotificationRow[]> {
  return q
    .select()
    .from(notifications)
    .where(and(eq(notifications.userId, userId), gt(notifications.id, after)))
    .orderBy(desc(notifications.id))
    .limit(limit);
}

const counted = { unread: number(sql`count(*)`) };
const unreadOf = prepared<typeof counted, { user: number }>(
  counted,
  (
    list,
  ) => sql`select ${list} from (select 1 from ${notifications} where ${notifications.userId} = ${sql.placeholder('user')}
    and ${notifications.readAt} is null limit ${sql.raw(String(unreadCounted))}) unread`,
);

/** How many the account has not read, counted as far as {@link unreadCounted}. */
export async function countUnread(q: Queryable, userId: number): Promise<number> {
  const [row] = await unreadOf(q, { user: userId });
  return row?.unread ?? 0;
}

/** Id of the account's newest, 0 if it has none. */
export async function newestNotificationId(q: Queryable, userId: number): Promise<number> {
  const [row] = await q
    .select({ id: notifications.id })
    .from(notifications)
    .where(eq(notifications.userId, userId))
    .orderBy(desc(notifications.id))
    .limit(1);
  return row?.id ?? 0;
}

/** Which of the account's are meant. */
export type Chosen = { ids: readonly number[] } | { sliceId: number } | { upTo: number };

/** Marks the account's own among them as read. Answers whether any was not. */
export async function markNotificationsRead(
  q: Queryable,
  { userId, chosen, now }: { userId: number; chosen: Chosen; now: Date },
): Promise<boolean> {
  const which =
    'ids' in chosen
      ? inArray(notifications.id, [...chosen.ids])
      : 'sliceId' in chosen
        ? eq(notifications.sliceId, chosen.sliceId)
        : lte(notifications.id, chosen.upTo);
  const [result] = await q
    .update(notifications)
    .set({ readAt: now })
    .where(and(eq(notifications.userId, userId), isNull(notifications.readAt), which));
  return result.affectedRows > 0;
}

/** What the account has chosen not to be told of. */
export async function mutedBy(q: Queryable, userId: number): Promise<NotificationKind[]> {
  const [row] = await q.select().from(notificationPreferences).where(eq(notificationPreferences.userId, userId));
  return row?.muted ?? [];
}

export async function setMuted(q: Queryable, userId: number, muted: NotificationKind[]): Promise<void> {
  await q.insert(notificationPreferences).values({ userId, muted }).onDuplicateKeyUpdate({ set: { muted } });
}

/** All that an account was told of, and what it chose: when the account goes. */
export async function deleteNotificationsOf(tx: Transaction, userId: number): Promise<void> {
  await tx.delete(notifications).where(eq(notifications.userId, userId));
  await tx.delete(notificationPreferences).where(eq(notificationPreferences.userId, userId));
}
