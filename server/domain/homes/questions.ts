import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '#shared/errors';
import { say } from '#shared/sentence';
import { askAnew, answerTo, isAnswered, openQuestions, writeReport } from '#server/db/queries/homes';
import type { ZoneRow } from '#server/db/queries/zones';
import type { DomainContext } from '../context';
import { describeHere, refreshPatienceMs } from '../zones/describe';
import { placeOf, zoneAway } from './places';

/** How often the database is asked whether the answer is there: nothing calls from the one server to the other. */
const lookMs = 100;

/**
 * Has the server that a zone is at look at it anew, and write down what it finds. Resolves when that is done. ZONE_AWAY when the server gives no
 * sign of life, also when that turns out meanwhile; ZONE_UNAVAILABLE for a zone that no server has, or when it does not answer in time.
 */
export async function askItsServer(
  ctx: Pick<DomainContext, 'db' | 'home'>,
  { zone, patienceMs = refreshPatienceMs + 5_000 }: { zone: ZoneRow; patienceMs?: number },
): Promise<void> {
  const place = await placeOf(ctx, { zone });
  if (place.at === 'here') return;
  if (place.at !== 'elsewhere') throw zoneAway(zone, place);
  const question = await askAnew(ctx.db, zone.id);
  const over = performance.now() + patienceMs;
  while (!(await isAnswered(ctx.db, zone.id, question))) {
    const now = await placeOf(ctx, { zone });
    if (now.at === 'away') throw zoneAway(zone, now);
    if (performance.now() > over) throw new AppError('ZONE_UNAVAILABLE', say('ZONE_SILENT'));
    await delay(lookMs);
  }
}

/** Answers what other servers have asked of this home's zones. Each question is answered by what was found after it was asked. */
export async function answerQuestions(
  ctx: Pick<DomainContext, 'db' | 'providers' | 'log' | 'clock'>,
  { homeId }: { homeId: number },
): Promise<number[]> {
  const open = await openQuestions(ctx.db, homeId);
  await Promise.all(
    open.map(async ({ zone, question }) => {
      const { observedAt, ...report } = await describeHere(ctx, { zone, refresh: true });
      await writeReport(ctx.db, zone.id, report, observedAt ?? ctx.clock.now());
      await answerTo(ctx.db, zone.id, question);
    }),
  );
  return open.map(({ zone }) => zone.id);
}
