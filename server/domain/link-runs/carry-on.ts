import { eq } from 'drizzle-orm';
import type { RunIntent } from '#drizzle/schema/link-runs';
import { slices } from '#drizzle/schema/slices';
import type { EventData } from '#shared/deployment/events';
import { afterSteps, originsOf, putBack, type LinkStates, type LinkStep, type StepFate } from '#shared/links/run';
import type { RunOutcome } from '#shared/links/schema';
import { asError, say, saidOf, type Said } from '#shared/sentence';
import { deploymentById, deploymentsUnderWay } from '#server/db/queries/deployments';
import { writeLinkRun, type LinkRunRow } from '#server/db/queries/link-runs';
import { loadSliceModel } from '#server/db/queries/slice-model';
import { inTransaction } from '#server/db/transaction';
import { insertEvents, lockSlice } from '#server/events/append';
import type { DomainContext, SystemActor } from '../context';
import { isLive } from '../deployments/live';
import { isPassing } from '../deployments/passing';
import { queueDeployment } from '../deployments/start';
import { toAppError } from '../errors';
import { linkNamesIn, linksIn } from './links';
import { runEvent } from './runs';

/** A server that has claimed a run and is not heard of for so long has died. */
const claimMs = 60_000;
/** How often is looked whether an operation has ended, or may begin now. */
const lookMs = 1_000;
/** What cannot be put back now is tried again after so long. */
const againMs = 15_000;
/** So often the operation that puts back may fail before it is left. */
const mostAttempts = 5;

const later = (at: Date, ms: number) => new Date(at.getTime() + ms);
const isNone = (states: LinkStates) => Object.keys(states).length === 0;

/**
 * Does what is next of a run that is due at `now`, by one server: it claims the run, writes down what it is about to make of the links, and has
 * that done by an operation, whose end it waits for at later looks. Steps that came due meanwhile are done together. One that dies over it
 * is followed by another, which finds the same operation by the intent's key.
 */
export async function carryOn(ctx: DomainContext, run: LinkRunRow, now: Date): Promise<void> {
  const claim = await write(ctx, run, { nextAt: later(now, claimMs) });
  if (claim === null) return;
  const [slice] = await ctx.db.select().from(slices).where(eq(slices.id, claim.sliceId));
  if (slice === undefined || slice.deletedAt !== null) {
    await write(ctx, claim, { status: 'ended', intent: null, nextAt: null });
    return;
  }
  const turn = { ctx, now, ownerId: slice.ownerId };
  if (claim.intent === null) return next(turn, claim);
  if (claim.deploymentId === null) return begin(turn, claim, claim.intent);
  return conclude(turn, { ...claim, intent: claim.intent, deploymentId: claim.deploymentId });
}

interface Turn {
  ctx: DomainContext;
  now: Date;
  ownerId: number;
}

/** Writes values, as the last claimant of the run, and answers it as it is then; null for who is that no more. */
async function write(
  { db }: Pick<DomainContext, 'db'>,
  run: LinkRunRow,
  values: Partial<LinkRunRow>,
): Promise<LinkRunRow | null> {
  return (await writeLinkRun(db, run, values)) ? { ...run, ...values, generation: run.generation + 1 } : null;
}

async function next(turn: Turn, run: LinkRunRow): Promise<void> {
  const { ctx, now } = turn;
  const elapsed = (now.getTime() - run.startedAt.getTime()) / 1_000;
  const rest = run.status === 'running' ? run.steps.slice(run.outcomes.length) : [];
  const due = rest.filter(({ at }) => at <= elapsed);
  const first = rest[0]?.at ?? run.durationSeconds;
  if (due.length === 0 && run.status === 'running' && elapsed < run.durationSeconds) {
    await write(ctx, run, { nextAt: later(run.startedAt, Math.min(first, run.durationSeconds) * 1_000) });
    return;
  }
  // what comes due meanwhile is done with it
  if ((await deploymentsUnderWay(ctx.db, run.sliceId)).live.length > 0) {
    await write(ctx, run, { nextAt: later(now, lookMs) });
    return;
  }
  const states = linksIn(await loadSliceModel(ctx.db, run.sliceId));
  if (due.length > 0) return intend(turn, run, afterSteps(states, run.touched, due));
  // once the operation that was to do it has failed, all of it: rows may have it back already, and the zone not
  const wanted = run.attempts === 0 ? putBack(states, run.touched) : originsOf(states, run.touched);
  if (!run.restore || isNone(wanted)) return end(ctx, run);
  const ending = await write(ctx, run, { status: 'ending' });
  if (ending !== null) await intend(turn, ending, { fates: [], wanted, touched: run.touched });
}

async function intend(turn: Turn, run: LinkRunRow, what: Omit<RunIntent, 'key'>): Promise<void> {
  const intent = { ...what, key: `links:${run.id}:${run.generation}` };
  if (isNone(what.wanted)) return stepsOver(turn.ctx, run, intent, { isBegun: false, why: null });
  const intending = await write(turn.ctx, run, { intent });
  if (intending !== null) await begin(turn, intending, intent);
}

/** Has the operation begun that does what is intended. */
async function begin({ ctx, now, ownerId }: Turn, run: LinkRunRow, intent: RunIntent): Promise<void> {
  const { sliceId } = run;
  const because = run.kind === 'chaos' ? 'links.chaos' : 'links.schedule';
  const actor: SystemActor = { kind: 'system', onBehalfOf: ownerId, because };
  const change = { from: 'links', links: intent.wanted } as const;
  try {
    const request = { sliceId, kind: 'update', change, idempotencyKey: intent.key } as const;
    const deploymentId = await queueDeployment(ctx, { actor, ...request });
    await write(ctx, run, { deploymentId, nextAt: later(now, lookMs) });
  } catch (error) {
    const app = toAppError(error);
    if (app === null) ctx.log.warn('A step of a run of link changes could not be begun.', { sliceId, error });
    // it may have been begun all the same
    if (app === null || app.code.startsWith('DATABASE_')) await write(ctx, run, { nextAt: later(now, againMs) });
    else if (isPassing(error)) await write(ctx, run, { intent: null, nextAt: later(now, lookMs) });
    else await refused(ctx, run, intent, { why: app.said, now, passes: app.code === 'INVALID_TRANSITION' });
  }
}

/** What cannot begin: of steps that is said, to put back is tried again; `passes`: as of a slice that is suspended. */
async function refused(
  ctx: DomainContext,
  run: LinkRunRow,
  intent: RunIntent,
  { why, now, passes }: { why: Said; now: Date; passes: boolean },
): Promise<void> {
  if (intent.fates.length > 0) return stepsOver(ctx, run, intent, { isBegun: false, why });
  const attempts = run.attempts + (passes ? 0 : 1);
  if (attempts >= mostAttempts) return end(ctx, run, why);
  await write(ctx, run, { intent: null, deploymentId: null, attempts, nextAt: later(now, againMs) });
}

/** What became of the operation, once it has ended. */
async function conclude(
  { ctx, now }: Turn,
  run: LinkRunRow & { intent: RunIntent; deploymentId: number },
): Promise<void> {
  const operation = await deploymentById(ctx.db, run.deploymentId);
  if (isLive(operation)) {
    await write(ctx, run, { nextAt: later(now, lookMs) });
    return;
  }
  const why =
    operation?.status === 'succeeded'
      ? null
      : operation?.error == null
        ? say('LINKS_CANCELLED')
        : saidOf(operation.error, operation.sentences);
  if (run.intent.fates.length > 0) return stepsOver(ctx, run, run.intent, { isBegun: true, why });
  if (why === null) return end(ctx, run);
  return refused(ctx, run, run.intent, { why, now, passes: false });
}

/** Steps have ended; `isBegun`: the slice's topology has them, whatever became of the operation. */
async function stepsOver(
  ctx: DomainContext,
  run: LinkRunRow,
  { fates, touched }: RunIntent,
  { isBegun, why }: { isBegun: boolean; why: Said | null },
): Promise<void> {
  const steps = run.steps.slice(run.outcomes.length).slice(0, fates.length);
  const ended = fates.map((fate) => outcomeOf(fate, why));
  const values = {
    outcomes: [...run.outcomes, ...ended],
    touched: isBegun ? touched : run.touched,
    ...{ intent: null, deploymentId: null, nextAt: run.startedAt },
  };
  await said(ctx, run, values, (names) => steps.map((step, index) => stepEvent(run, step, ended[index], names)));
}

function outcomeOf(fate: StepFate, why: Said | null): RunOutcome {
  if (fate === 'left') return { outcome: 'left', ...asError(null) };
  const error = fate === 'gone' ? say('LINKS_GONE') : why;
  return { outcome: error === null ? 'done' : 'failed', ...asError(error) };
}

function stepEvent(
  { kind }: LinkRunRow,
  { edge, deed }: LinkStep,
  ended: RunOutcome | undefined,
  names: ReadonlyMap<string, string>,
): EventData {
  const { outcome: what, error, sentences } = ended ?? outcomeOf('done', null);
  return { type: 'slice.links', what, kind, label: names.get(edge) ?? edge, deed, error, sentences };
}

/** The run is over; `why`: not all could be put back. */
async function end(ctx: DomainContext, run: LinkRunRow, why: Said | null = null): Promise<void> {
  const values = { status: 'ended', intent: null, deploymentId: null, nextAt: null } as const;
  await said(ctx, run, values, () => [{ ...runEvent(run, 'ended'), ...asError(why) }]);
}

/** Writes what has become of the run with what the history says of it, neither without the other. */
async function said(
  ctx: DomainContext,
  run: LinkRunRow,
  values: Partial<LinkRunRow>,
  events: (names: ReadonlyMap<string, string>) => EventData[],
): Promise<void> {
  const isOurs = await inTransaction(ctx.db, async (tx) => {
    await lockSlice(tx, run.sliceId);
    if (!(await writeLinkRun(tx, run, values))) return false;
    const names = linkNamesIn(await loadSliceModel(tx, run.sliceId));
    await insertEvents(tx, run.sliceId, events(names));
    return true;
  });
  if (isOurs) ctx.bus.notify(run.sliceId);
}
