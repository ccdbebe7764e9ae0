import { databaseTime } from '#server/db/queries/leases';
import { dueLinkRuns } from '#server/db/queries/link-runs';
import { startBackgroundLoop } from '#server/lib/background-loop';
import type { DomainContext } from '../context';
import { carryOn } from './carry-on';

/** As many runs in one round. */
const batch = 50;

/** One look at the runs of link changes that are due in this server's zones. `now` is the database's; what fails for one slice holds up no other. */
export async function linkRunRound(
  ctx: DomainContext,
  now: Date,
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  for (const run of await dueLinkRuns(ctx.db, now, { home: ctx.home, limit: batch })) {
    if (signal.aborted) return;
    await carryOn(ctx, run, now).catch((error: unknown) =>
      ctx.log.warn('A run of link changes could not be carried on.', { sliceId: run.sliceId, error }),
    );
  }
}

/** Looks at once and every second. Answers what stops it, and waits for what is under way. */
export function startLinkRuns(ctx: DomainContext, everyMs = 1_000): () => Promise<void> {
  return startBackgroundLoop({
    everyMs,
    atOnce: true,
    round: async (signal) => linkRunRound(ctx, await databaseTime(ctx.db), signal),
    onError: (error) => ctx.log.warn('Runs of link changes could not be looked for.', { error }),
  });
}
