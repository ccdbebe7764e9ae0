import { internetCountedEverySeconds } from '#shared/internet';
import { internetRows, writeCounted, type SliceInternetRow } from '#server/db/queries/internet';
import { zonesByName, type ZoneRow } from '#server/db/queries/zones';
import { startBackgroundLoop } from '#server/lib/background-loop';
import type { MeterReading } from '#server/lib/meters';
import type { Provider } from '#server/providers/provider';
import type { DomainContext } from '../context';
import { whatIsSaid } from '../errors';
import { serves } from '../homes/places';
import { telling } from '../notifications/tell';
import { countAfter, reachedPercent } from './count';

/** Without a total nothing depends on it at once: so many rounds pass before it is counted, that it costs no writes. */
const roundsWithoutTotal = 12;

interface Counting {
  /** Whether that of slices without a total is counted, too. */
  withoutTotal: boolean;
}

/**
 * Counts once what has passed between the guests of this server's zones and the internet. A zone that cannot be asked is counted later: its meters go on.
 */
export async function countInternet(ctx: DomainContext, counting: Counting = { withoutTotal: true }): Promise<void> {
  for (const zone of await zonesByName(ctx.db)) {
    if (!serves(ctx.home, zone)) continue;
    await countZone(ctx, zone, counting).catch((error: unknown) => {
      // that a zone cannot be asked, those say who have to do something there
      if (whatIsSaid(error) === null)
        ctx.log.warn('What passes to the internet was not counted.', { zoneId: zone.id, error });
    });
  }
}

async function countZone(ctx: DomainContext, zone: ZoneRow, { withoutTotal }: Counting): Promise<void> {
  const provider = await ctx.providers.forZone(zone);
  const sliceIds = [...(await provider.internetUse()).keys()];
  if (sliceIds.length === 0) return;
  // first the rows, then the meters: of what another server counts in between the version tells
  const all = await internetRows(ctx.db, sliceIds);
  const rows = new Map([...all].filter(([, { mbPerMonth }]) => withoutTotal || mbPerMonth !== null));
  if (rows.size === 0) return;
  for (const [sliceId, readings] of await provider.internetUse()) {
    const row = rows.get(sliceId);
    if (row !== undefined) await countSlice(ctx, provider, row, readings);
  }
}

async function countSlice(
  ctx: DomainContext,
  provider: Provider,
  row: SliceInternetRow,
  readings: readonly MeterReading[],
): Promise<void> {
  const { sliceId, counted: before, mbPerMonth, now } = row;
  const after = countAfter(before, readings, now);
  if (after === null) return;
  const percent = reachedPercent(after.bytes, mbPerMonth);
  const told = before?.month === after.month ? before.toldPercent : 0;
  const isSame = before?.bytes === after.bytes && before.meter === after.meter && before.month === after.month;
  if (isSame && percent === told) return;
  const isWritten = await telling(ctx, async (tx, say) => {
    if (!(await writeCounted(tx, before, { sliceId, ...after, toldPercent: percent }))) return false;
    if (percent !== 0 && percent > told && mbPerMonth !== null)
      await say({
        kind: 'slice.internet',
        slice: { id: sliceId, name: row.name },
        percent,
        mbPerMonth,
        to: [row.ownerId],
      });
    return true;
  });
  // whoever is not told here sees it soon by itself
  if (isWritten && percent === 100) await provider.limitInternet({ id: sliceId });
}

/** Counts for as long as the server runs. Answers what stops it, and waits for what is under way. */
export function startCountingInternet(
  ctx: DomainContext,
  everyMs = internetCountedEverySeconds * 1000,
): () => Promise<void> {
  let rounds = 0;
  return startBackgroundLoop({
    everyMs,
    round: () => countInternet(ctx, { withoutTotal: rounds++ % roundsWithoutTotal === 0 }),
    onError: (error) => ctx.log.warn('What passes to the internet cannot be counted.', { error }),
  });
}
