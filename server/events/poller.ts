import { desc, gt, sql } from 'drizzle-orm';
import { events } from '#drizzle/schema/deployments';
import { notifications } from '#drizzle/schema/notifications';
import { accountChanges } from '#drizzle/schema/users';
import type { Database } from '#server/db/client';
import type { Logger } from '#server/lib/logger';
import type { EventBus } from './bus';

/** How often it is looked. What another server writes is noticed by the first look that begins after it is committed. */
export const lookEveryMs = 250;
/** How long an id may stay uncommitted after a later one of another slice is seen, in looks. */
const overlap = 40;
/** How many ids of accounts' changes are read again at each look: so many are hardly made within one transaction's life. */
const accountOverlap = 100;
/** The same for notifications, of which more may come within one look. */
const inboxOverlap = 500;
/** How many of the newest rows count as news when the looking begins. A spare notice costs one empty read. */
const firstLook = 2_000;

/**
 * Brings other servers' events, notifications, and changes of accounts' rights, to this server's listeners: it looks for new rows four times a second, while there are any
 * and other servers are alive. What they queue for this server's zones is among their news.
 * Ids of different slices may commit out of order, so each look goes back over those of the last few.
 * Returns the way to stop it.
 */
export function startPoller(options: {
  db: Database;
  bus: EventBus;
  log: Logger;
  /** Whether other servers are alive; without it they are. */
  accompanied?: () => boolean;
  intervalMs?: number;
  /** What else is told and read at each look. */
  besides?: () => Promise<void>;
}): () => Promise<void> {
  const { db, bus, log, accompanied = () => true, besides = () => Promise.resolve() } = options;
  /** Highest id at each of the last looks; the first is the floor. */
  let highest: number[] = [];
  let known = new Map<number, number>();
  let accountsKnown = new Set<number>();
  /** Ids of notifications that were seen, above the floor; null before the first look. */
  let inboxesKnown: Set<number> | null = null;
  let looking: Promise<void> | null = null;
  let failing = false;

  const look = async () => {
    if (highest.length === 0) {
      const [row] = await db.select({ id: sql<string | number | null>`max(${events.id})` }).from(events);
      // whoever began to listen since the last look may have read before these came
      highest = [Math.max(0, Number(row?.id ?? 0) - firstLook)];
    }
    const floor = highest[0] ?? 0;
    const rows = await db
      .select({
        sliceId: events.sliceId,
        count: sql<string | number>`count(*)`,
        max: sql<string | number>`max(${events.id})`,
      })
      .from(events)
      .where(gt(events.id, floor))
      .groupBy(events.sliceId);
    const seen = new Map<number, number>();
    let max = highest.at(-1) ?? 0;
    let news = false;
    for (const row of rows) {
      max = Math.max(max, Number(row.max));
      // ids only ever appear above the floor, so a sum that differs is news; the floor's moves only cause a spare notice
      const mark = Number(row.count) * 1e6 + (Number(row.max) % 1e6);
      seen.set(row.sliceId, mark);
      if (known.get(row.sliceId) === mark) continue;
      news = true;
      bus.notify(row.sliceId);
    }
    if (news) bus.offerWork();
    known = seen;
    highest = [...highest, max].slice(-overlap);
  };

  const lookAtAccounts = async () => {
    if (!bus.listeningToAccounts) {
      accountsKnown = new Set();
      return;
    }
    // those that are there when the looking begins are told, too: it asks what is open once more than needed
    const rows = await db
      .select({ id: accountChanges.id, userId: accountChanges.userId })
      .from(accountChanges)
      .orderBy(desc(accountChanges.id))
      .limit(accountOverlap);
    for (const row of rows) if (!accountsKnown.has(row.id)) bus.notifyAccount(row.userId);
    accountsKnown = new Set(rows.map((row) => row.id));
  };

  const lookAtInboxes = async () => {
    if (!bus.listeningToInboxes) {
      inboxesKnown = null;
      return;
    }
    const newest = inboxesKnown === null ? await newestNotification(db) : Math.max(0, ...inboxesKnown);
    const rows = await db
      .select({ id: notifications.id, userId: notifications.userId })
      .from(notifications)
      .where(gt(notifications.id, newest - inboxOverlap));
    const fresh = rows.filter((row) => inboxesKnown?.has(row.id) !== true);
    for (const userId of new Set(fresh.map((row) => row.userId))) bus.notifyInbox(userId);
    // of what was pruned the newest id is remembered all the same
    inboxesKnown = new Set([newest, ...rows.map((row) => row.id)]);
  };

  const timer = setInterval(() => {
    if (!accompanied()) {
      highest = [];
      known = new Map();
      inboxesKnown = null;
      return;
    }
    if (looking) return;
    looking = Promise.all([look(), lookAtAccounts(), lookAtInboxes(), besides()])
      .then(
        () => {
          failing = false;
        },
        (error: unknown) => {
          if (!failing) log.warn('New events cannot be looked for.', { error });
          failing = true;
        },
      )
      .finally(() => {
        looking = null;
      });
  }, options.intervalMs ?? lookEveryMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await looking;
  };
}

async function newestNotification(db: Database): Promise<number> {
  const [row] = await db.select({ id: sql<string | number | null>`max(${notifications.id})` }).from(notifications);
  return Number(row?.id ?? 0);
}
