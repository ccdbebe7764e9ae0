import { deleteEnded, type Deleted } from '#server/db/queries/housekeeping';
import { startBackgroundLoop } from '#server/lib/background-loop';
import type { DomainContext } from './context';
import { indexOldTemplates } from './templates/words';

const hour = 3_600_000;
const day = 24 * hour;
/** Sessions and tokens that have ended are kept so long, for whoever asks the audit log what they were. */
const tokensRemainMs = 30 * day;
const consoleTokensRemainMs = hour;
const accountChangesRemainMs = hour;
const notificationsRemainMs = 90 * day;
const deliveriesRemainMs = 30 * day;
const draftsRemainMs = 90 * day;

type Context = Pick<DomainContext, 'db' | 'clock' | 'log' | 'settings'>;

/**
 * Deletes what nobody needs any more: sessions and tokens 30 days after their end, password links and rate limits that
 * have run out, console tokens and what was told to other servers after an hour, notifications after 90 days, calls of webhooks after 30, drafts of templates that nobody goes on with after 90, and audit entries after as many days as are set. Several servers may do it
 * at once.
 */
export async function deleteExpired(ctx: Context, signal = new AbortController().signal): Promise<Deleted> {
  const now = ctx.clock.now();
  const before = (ms: number) => new Date(now.getTime() - ms);
  return deleteEnded(
    ctx.db,
    {
      now,
      tokensBefore: before(tokensRemainMs),
      consoleTokensBefore: before(consoleTokensRemainMs),
      accountChangesBefore: before(accountChangesRemainMs),
      deliveriesBefore: before(deliveriesRemainMs),
      draftsBefore: before(draftsRemainMs),
      notificationsBefore: before(notificationsRemainMs),
      auditBefore: before(ctx.settings.auditDays * day),
    },
    signal,
  );
}

/** Keeps house now and every hour, which includes what older versions have not kept yet. Answers what stops it, and waits for what is under way. */
export function startHousekeeping(ctx: Context, everyMs = hour): () => Promise<void> {
  return startBackgroundLoop({
    everyMs,
    atOnce: true,
    round: async (signal) => {
      const deleted = await deleteExpired(ctx, signal);
      if (Object.values(deleted).some((count) => count > 0)) ctx.log.info('Housekeeping.', deleted);
      const indexed = await indexOldTemplates(ctx, signal);
      if (indexed > 0) ctx.log.info('Templates were indexed for searches.', { indexed });
    },
    // a database that is away, or another server that was faster: there is a next time
    onError: (error) => ctx.log.warn('Housekeeping ended early.', { error }),
  });
}
