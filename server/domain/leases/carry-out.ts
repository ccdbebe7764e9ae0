import { eq } from 'drizzle-orm';
import { removesSlice } from '#shared/deployment/operations';
import { AppError } from '#shared/errors';
import { leaseEnds } from '#shared/schedule/terms';
import { asError, say, type Said } from '#shared/sentence';
import { claimAct, writeAct, type ActRow } from '#server/db/queries/leases';
import { slices } from '#drizzle/schema/slices';
import { inTransaction } from '#server/db/transaction';
import { insertEvents, lockSlice } from '#server/events/append';
import type { DomainContext, SystemActor } from '../context';
import { queueDeployment } from '../deployments/start';
import { toAppError, whatIsSaid } from '../errors';
import { isPassing } from '../deployments/passing';
import { actEvent, sourceOf, tooLate } from './due';

/** A server that has claimed an act and is not heard of for so long has died. */
const claimMs = 60_000;
/** What cannot be begun now is tried again after so long. */
const againMs = 15_000;

/**
 * Has what came due begun, by the system, for the slice's owner: once, by one server. One that dies over it is followed by another after a
 * minute, which finds the same deployment by the act's key. What is refused for now is tried again; what a schedule says no longer than it
 * is worth doing.
 */
export async function carryOut(ctx: DomainContext, act: ActRow, now: Date): Promise<void> {
  if (!(await claimAct(ctx.db, act, new Date(now.getTime() + claimMs)))) return;
  const claim = { ...act, generation: act.generation + 1 };
  const [slice] = await ctx.db.select().from(slices).where(eq(slices.id, act.sliceId));
  if (slice === undefined) return;
  const because = sourceOf(act) === 'lease' ? 'leases.set' : 'schedules.add';
  const actor: SystemActor = { kind: 'system', onBehalfOf: slice.ownerId, because };
  const { sliceId, kind } = act;
  // nothing of it runs: to stop it would only give up what was kept of its memory
  if (slice.status === 'suspended' && leaseEnds.includes(kind) && !removesSlice(kind))
    return over(ctx, claim, 'left', { why: say('ACT_NOTHING_TO_DO', { status: slice.status }) });
  try {
    const deploymentId = await queueDeployment(ctx, { actor, sliceId, kind, idempotencyKey: `act:${act.id}` });
    await over(ctx, claim, 'begun', { deploymentId });
  } catch (error) {
    const late = sourceOf(act) === 'schedule' ? tooLate(act.dueAt, new Date(now.getTime() + againMs)) : null;
    if (toAppError(error) === null) ctx.log.warn('What was due could not be begun.', { actId: act.id, sliceId, error });
    if (isPassing(error) && late === null) {
      await writeAct(ctx.db, claim, { claimableAt: new Date(now.getTime() + againMs) });
      return;
    }
    if (error instanceof AppError && error.code === 'INVALID_TRANSITION')
      await over(ctx, claim, 'left', { why: say('ACT_NOTHING_TO_DO', { status: String(error.params?.['status']) }) });
    else await over(ctx, claim, 'failed', { why: late ?? whatIsSaid(error) ?? say('INTERNAL_LOGGED') });
  }
}

async function over(
  ctx: DomainContext,
  claim: ActRow,
  outcome: 'begun' | 'left' | 'failed',
  { deploymentId = null, why = null }: { deploymentId?: number | null; why?: Said | null },
): Promise<void> {
  const isOurs = await inTransaction(ctx.db, async (tx) => {
    await lockSlice(tx, claim.sliceId);
    if (!(await writeAct(tx, claim, { claimableAt: null, deploymentId, ...asError(why) }))) return false;
    await insertEvents(tx, claim.sliceId, [actEvent(claim, outcome, { deploymentId, why })]);
    return true;
  });
  if (isOurs) ctx.bus.notify(claim.sliceId);
}
