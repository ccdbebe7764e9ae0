import { passesWithRoom } from '#shared/deployment/operations';
import { AppError } from '#shared/errors';
import { asError, say, type Said } from '#shared/sentence';
import { deleteWait, heldByOwners, waitOf, waitsIn, zonesWithWaits, type WaitInLine } from '#server/db/queries/waits';
import { zoneById, type ZoneRow } from '#server/db/queries/zones';
import { insertEvents, lockSlice } from '#server/events/append';
import { startBackgroundLoop } from '#server/lib/background-loop';
import type { DomainContext } from '../context';
import { isPassing } from '../deployments/passing';
import { askZone, planZoneOf } from '../deployments/situation';
import { queueDeployment } from '../deployments/start';
import { toAppError, whatIsSaid } from '../errors';
import { telling } from '../notifications/tell';
import { needsOf } from './line';
import { fits, nextInLine } from './order';
import { lineEvent } from './stand';

const because = 'line.join';

/**
 * Lets in whoever has room now, in every zone in which somebody waits. Any number of servers may do it at once: a wait ends in the
 * transaction in which its operation begins. What fails in one zone holds up no other.
 */
export async function admitWaiting(ctx: DomainContext, signal = new AbortController().signal): Promise<void> {
  for (const zoneId of await zonesWithWaits(ctx.db)) {
    if (signal.aborted) return;
    const zone = await zoneById(ctx.db, zoneId);
    if (zone === null) continue;
    await admitIn(ctx, zone, signal).catch((error: unknown) =>
      ctx.log.warn('The line of a zone could not be looked at.', { zoneId, error }),
    );
  }
}

async function admitIn(ctx: DomainContext, zone: ZoneRow, signal: AbortSignal): Promise<void> {
  const report = await askZone(ctx, zone);
  // the whole line waits for such a zone
  if (!zone.enabled || report.away !== null || report.unavailable !== null) return;
  if (report.description?.capabilities.run.ok === false) return;
  const tried = new Set<number>();
  while (!signal.aborted) {
    const { capacity, free } = await planZoneOf(ctx.db, zone, report);
    if (capacity === null || free === null) return;
    const all = await waitsIn(ctx.db, zone.id);
    const waits = all.flatMap((wait) => (tried.has(wait.id) ? [] : [{ ...wait, needs: needsOf(wait) }]));
    const gone = waits.find((wait) => wait.isVoid || !fits(wait.needs, capacity));
    if (gone !== undefined) {
      tried.add(gone.id);
      await drop(ctx, zone, gone, gone.isVoid ? say('LINE_ACCOUNT') : say('LINE_TOO_LARGE', { zone: zone.name }));
      continue;
    }
    const heldBy = await heldByOwners(ctx.db, zone.id, [...new Set(waits.map(({ ownerId }) => ownerId))]);
    const next = nextInLine(waits, { capacity, free, heldBy });
    if (next === null) return;
    tried.add(next.id);
    try {
      await begin(ctx, next);
    } catch (error) {
      if (isFull(error)) return;
      if (toAppError(error) === null) ctx.log.warn('What waited could not be begun.', { sliceId: next.sliceId, error });
      if (!isPassing(error)) await drop(ctx, zone, next, whatIsSaid(error) ?? say('INTERNAL_LOGGED'));
    }
  }
}

/** Begins what has waited, by the system, for who has asked for it. Quota, rights of the slice and everything else are asked for now. */
async function begin(ctx: DomainContext, wait: WaitInLine): Promise<void> {
  const { id, sliceId, kind, onFailure, requestedBy } = wait;
  const actor = { kind: 'system', onBehalfOf: requestedBy, because } as const;
  const idempotencyKey = wait.idempotencyKey ?? `line:${id}`;
  await queueDeployment(ctx, { actor, sliceId, kind, onFailure, idempotencyKey, fromLine: id });
}

/** Somebody else was faster. */
function isFull(error: unknown): boolean {
  if (!(error instanceof AppError) || error.code !== 'PLAN_NOT_RUNNABLE') return false;
  return error.problems?.every(passesWithRoom) === true;
}

/** Ends a wait that cannot come to anything any more, and says why. */
async function drop(ctx: DomainContext, zone: ZoneRow, wait: WaitInLine, why: Said): Promise<void> {
  const { sliceId, ownerId, requestedBy, kind } = wait;
  const isOurs = await telling(ctx, async (tx, tell) => {
    const slice = await lockSlice(tx, sliceId);
    if (slice === undefined || (await waitOf(tx, sliceId))?.id !== wait.id) return false;
    await deleteWait(tx, sliceId);
    await insertEvents(tx, sliceId, [{ ...lineEvent('dropped', kind), ...asError(why) }]);
    const place = { slice: { id: sliceId, name: slice.name }, zone: { id: zone.id, name: zone.name } };
    await tell({ kind: 'line.dropped', ...place, ...asError(why), to: [ownerId, requestedBy] });
    return true;
  });
  if (isOurs) ctx.bus.notify(sliceId);
}

/** Lets in at once, whenever room is offered, and now and then what nobody has told of: a server that died, a zone that came back. */
export function startLine(ctx: DomainContext, everyMs = 30_000): () => Promise<void> {
  return startBackgroundLoop({
    everyMs,
    atOnce: true,
    wokenBy: (wake) => ctx.bus.onRoom(wake),
    round: (signal) => admitWaiting(ctx, signal),
    onError: (error) => ctx.log.warn('The lines for room could not be looked at.', { error }),
  });
}
