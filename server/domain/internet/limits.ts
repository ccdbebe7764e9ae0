import { notFound } from '#shared/errors';
import type { SliceInternet } from '#shared/internet';
import type { Queryable } from '#server/db/client';
import { forgetCounted, internetRows, type SliceInternetRow } from '#server/db/queries/internet';
import { sliceById } from '#server/db/queries/slices';
import { iso } from '#server/db/rows';
import { inTransaction } from '#server/db/transaction';
import type { InternetLimits } from '#server/providers/provider';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';
import { loadSlice } from '../slices/access';
import { bytesOfMonth, endOfMonth, monthOf, reachedPercent } from './count';

const used = ({ counted, mbPerMonth, now }: SliceInternetRow) => {
  const usedBytes = bytesOfMonth(counted, now);
  return { usedBytes, usedUp: reachedPercent(usedBytes, mbPerMonth) === 100 };
};

/** What providers go by. A slice that is not there any more has none. */
export async function internetLimitsOf(q: Queryable, sliceId: number): Promise<InternetLimits> {
  const row = (await internetRows(q, [sliceId])).get(sliceId);
  return row === undefined ? { kbps: null, usedUp: true } : { kbps: row.kbps, usedUp: used(row).usedUp };
}

/** What a slice may have of the internet, and has had. NOT_FOUND. */
export async function sliceInternet(
  ctx: DomainContext,
  { actor, id }: { actor: Actor; id: number },
): Promise<SliceInternet> {
  await loadSlice(ctx.db, { actor, id });
  return internetOf(ctx.db, id);
}

async function internetOf(q: Queryable, sliceId: number): Promise<SliceInternet> {
  const row = (await internetRows(q, [sliceId])).get(sliceId);
  if (row === undefined) throw new Error('A slice has no owner.');
  const { kbps, mbPerMonth, now } = row;
  return { sliceId, kbps, mbPerMonth, ...used(row), until: iso(endOfMonth(monthOf(now))) };
}

/** Has a slice's total of the month begin anew; its guests are led out again within seconds. NOT_FOUND. */
export async function resetInternet(
  ctx: DomainContext,
  { actor, id }: { actor: Actor; id: number },
): Promise<SliceInternet> {
  return inTransaction(ctx.db, async (tx) => {
    // by their right over quotas, whatever they may do to slices
    const slice = await sliceById(tx, id, { lock: false });
    if (slice === null) throw notFound('slice');
    const before = await internetOf(tx, id);
    if (before.usedBytes > 0 && (await forgetCounted(tx, id)))
      await recordAudit(tx, actor, {
        action: 'quotas.reset-internet',
        objectType: 'slice',
        objectId: id,
        details: { name: slice.name, usedBytes: before.usedBytes },
      });
    return internetOf(tx, id);
  });
}
