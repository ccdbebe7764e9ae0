import { eq } from 'drizzle-orm';
import { slices } from '#drizzle/schema/slices';
import type { EventData } from '#shared/deployment/events';
import { operationOf, refusal, removesSlice, type Underway } from '#shared/deployment/operations';
import type { Deployment, FailurePolicy, Plan } from '#shared/deployment/schema';
import { AppError } from '#shared/errors';
import type { Quota } from '#shared/quota';
import type { VmDesired } from '#shared/slice-status';
import type { PartChange } from '#shared/topology/diff';
import type { Topology } from '#shared/topology/schema';
import type { Transaction } from '#server/db/client';
import {
  deploymentByKey,
  deploymentsUnderWay,
  insertDeployment,
  newestDeployment,
  newestSuccess,
  supersedeDeployments,
  underwayOf,
  type DeploymentRow,
} from '#server/db/queries/deployments';
import { watchAnew } from '#server/db/queries/idle';
import { assertFilled, keepValues } from '../slices/parameter-values';
import { loadSliceModel, type SliceModel } from '#server/db/queries/slice-model';
import { setSliceStatus, touchSlice, writeDesired } from '#server/db/queries/slices';
import { catalogueOf } from '#server/db/queries/topologies';
import { insertTopologyChange, writeRowChange } from '#server/db/queries/topology-changes';
import { countResized, lockZone } from '#server/db/queries/zones';
import { insertEvents } from '#server/events/append';
import { KeyedMutex } from '#server/lib/keyed-mutex';
import { recordAudit, vmTold } from '../audit';
import { accountOf, type Actor, type DomainContext, type SystemActor } from '../context';
import { quotaExceeded } from '../quotas/problems';
import { lockOwner } from '../quotas/quotas';
import { leaveLine, standInLine, waitFor } from '../line/stand';
import { telling, type Telling } from '../notifications/tell';
import { loadSlice, type SliceAccess, type SliceRow } from '../slices/access';
import { beginSnapshot } from '../snapshots/for-plan';
import type { PlanInput } from './plan-input';
import { refusalProblem } from './plan-problems';
import { planOperation, wantedOf } from './planner';
import { getDeployment } from './read-deployments';
import { lookAround, markOf, planInput, quotaForPlan, type Operation, type Seen } from './situation';
import { topologyChange } from './topology-change';

interface Request extends Operation {
  /** The same key for the same slice answers the deployment that was queued first. */
  idempotencyKey?: string | undefined;
  /** `keep` unless it says otherwise. */
  onFailure?: FailurePolicy | undefined;
  /** Where nothing but room is lacking, it waits in line for that. */
  mayWait?: boolean;
  /** The wait that it ends: begun only while that is there. */
  fromLine?: number;
  /** The failed deployment that it takes up again. */
  retryOf?: number;
}

/**
 * Plans, checks and queues an operation; the workers hear of it. FORBIDDEN for who sees the slice but may not do that to
 * it, SLICE_BUSY, INVALID_TRANSITION, QUOTA_EXCEEDED when only the owner's quota is in the way, PLAN_NOT_RUNNABLE with all
 * problems when other things are.
 */
export async function startDeployment(
  ctx: DomainContext,
  { actor, ...request }: Request & { actor: Actor },
): Promise<Deployment> {
  return getDeployment(ctx, { actor, id: await queueDeployment(ctx, { actor, ...request }) });
}

/**
 * As {@link startDeployment}, also for the system itself, and answers the deployment's id. All is one transaction, which
 * takes the zone's capacity, too. A destroy takes over whatever is under way, and answers the destroy that is under way or
 * done already; an operation on one VM waits for those on other VMs.
 */
export async function queueDeployment(
  ctx: DomainContext,
  options: Omit<Request, 'mayWait'> & { actor: Actor | SystemActor },
): Promise<number> {
  const accepted = await acceptOperation(ctx, options);
  if (accepted === 'waits') throw new Error('It waits, though nobody has said that it may.');
  return accepted;
}

/** As {@link queueDeployment}; `waits` for what may wait in line, and does. */
export async function acceptOperation(
  ctx: DomainContext,
  { actor, ...request }: Request & { actor: Actor | SystemActor },
): Promise<number | 'waits'> {
  const need = operationOf(request.kind).level;
  for (let attempt = 0; attempt < 5; attempt++) {
    const slice = await loadSlice(ctx.db, { actor, id: request.sliceId, need });
    const mark = markOf(await newestDeployment(ctx.db, slice.id, request.vmId));
    const seen = await lookAround(ctx, slice, request.kind);
    const answer = await ofOwner.run(slice.ownerId, () =>
      telling(ctx, (tx, say) =>
        queue(
          tx,
          { actor, ...request },
          { mark, ownerId: slice.ownerId, say, secret: ctx.settings.jwtSecret, ...seen },
        ),
      ),
    );
    // an operation that began or ended meanwhile has changed what was looked at
    if (answer === 'stale') continue;
    ctx.bus.notify(request.sliceId);
    if (answer === 'waits') return answer;
    // what somebody waits for comes before what goes on by itself: those who are pressed together are accepted first
    if (ofOwner.isBusy(slice.ownerId)) setTimeout(() => ctx.bus.offerWork(), patienceMs).unref();
    else ctx.bus.offerWork();
    return answer;
  }
  throw new AppError('SLICE_BUSY', 'Other operations on this slice keep coming in between. Try again.');
}

/**
 * Operations of one owner take their turn here before they wait for the lock on the owner's row: in the database each would
 * wait with a connection, and thirty pressed together would leave none for anybody else.
 */
const ofOwner = new KeyedMutex<number>();

/** Work is begun after so many milliseconds, however many more operations of its owner are still being accepted. */
export const patienceMs = 500;

async function queue(
  tx: Transaction,
  { actor, ...request }: Request & { actor: Actor | SystemActor },
  seen: Seen & { mark: string; ownerId: number; say: (what: Telling) => Promise<void>; secret: Uint8Array },
): Promise<number | 'stale' | 'waits'> {
  const { sliceId, kind, idempotencyKey } = request;
  const operation = operationOf(kind);
  // locks before reads: what a transaction reads first fixes what it sees; the owner's before those of their slices
  if (operation.takesQuota) await lockOwner(tx, seen.ownerId);
  const slice = await loadSlice(tx, { actor, id: sliceId, lock: true, need: operation.level });
  // given to somebody else meanwhile, whose quota is not locked
  if (slice.ownerId !== seen.ownerId) return 'stale';
  const zone = operation.takesCapacity ? await lockZone(tx, slice.zoneId) : null;
  const first = idempotencyKey === undefined ? null : await deploymentByKey(tx, sliceId, idempotencyKey);
  if (first !== null) return first;
  const { live, newest } = await deploymentsUnderWay(tx, sliceId, request.vmId);
  const same = operation.supersedes ? await sameAgain(tx, slice, request, live) : null;
  if (same !== null) return same;
  const busy = live.length > 0;
  const underway = underwayOf(live);
  const wait = await waitFor(tx, slice, request.fromLine);
  assertMayBegin(slice, request, underway);
  if (markOf(newest) !== seen.mark) return 'stale';

  const unattended = actor.kind === 'system';
  const changed = await changeTopology(tx, { actor, slice, secret: seen.secret }, request);
  const told = { slice, operation: request, underway, seen, zone, ...changed };
  const input = { ...(await planInput(tx, told)), unattended, linksOnly: request.change?.from === 'links' };
  const plan = planOperation(input);
  if (request.mayWait === true && plan.canWait) {
    if (wait === null) await standInLine(tx, { actor, slice, needs: plan.needs, ...request });
    return 'waits';
  }
  assertRunnable(plan);
  if (operation.supersedes)
    await supersedeDeployments(
      tx,
      live.map((row) => row.id),
    );
  const vmId = request.vmId ?? null;
  if (!isForIdle(actor)) await watchAnew(tx, sliceId);
  // somebody has done something about it
  if (!unattended && slice.healGaveUpAt !== null)
    await tx.update(slices).set({ healGaveUpAt: null }).where(eq(slices.id, sliceId));
  const userId = accountOf(actor);
  const { snapshots } = input;
  const begun = await beginSnapshot(tx, { slice, userId, snapshots, steps: plan.steps });
  const deploymentId = await insertDeployment(tx, {
    sliceId,
    zoneId: slice.zoneId,
    kind,
    sliceVmId: vmId,
    snapshotId: snapshots?.restored?.id ?? begun.id,
    requestedBy: userId,
    because: actor.kind === 'system' ? actor.because : null,
    onFailure: request.onFailure ?? 'keep',
    idempotencyKey: idempotencyKey ?? null,
    waitingSince: removesSlice(kind) ? null : (wait?.since ?? null),
    waiting: busy,
    steps: begun.steps,
  });
  await writeDesired(tx, desiredChanges(input));
  const version = changed.version ?? null;
  if (version !== null)
    await insertTopologyChange(tx, { deploymentId, sliceId, version, before: changed.drawing, changes: plan.changes });
  const status = busy ? 'queued' : 'pending';
  const stepsTotal = plan.steps.length;
  const events: EventData[] = [
    { type: 'deployment.status', deploymentId, kind, status, vmId, stepsTotal, error: null },
  ];
  if (version !== null) events.push({ type: 'slice.changed', what: 'topology' });
  if (operation.during !== null) events.push(...(await setSliceStatus(tx, sliceId, operation.during)));
  else await touchSlice(tx, sliceId);
  if (begun.id !== null) events.push({ type: 'slice.changed', what: 'snapshots' });
  await recordAudit(tx, actor, {
    action: request.retryOf === undefined ? 'deployments.start' : 'deployments.retry',
    objectType: 'slice',
    objectId: sliceId,
    details: {
      name: slice.name,
      deploymentId,
      kind,
      ...(await vmTold(tx, vmId)),
      ...(version === null ? {} : { topologyVersion: version }),
    },
  });
  events.push(...(await leaveLine(tx, { slice, kind, wait, needs: plan.needs, say: seen.say })));
  await insertEvents(tx, sliceId, events);
  // last: whoever begins something in this zone waits for it
  if (changed.update !== null) await countResized(tx, slice, changed.update.before.vms, changed.model.vms);
  return deploymentId;
}

/** Whether nothing has happened but that nothing happens. */
const isForIdle = (actor: Actor | SystemActor) => actor.kind === 'system' && actor.because === 'idle.set';

interface Changed {
  /** The rows as they are from now on. */
  model: SliceModel;
  update: { before: SliceModel; diff: readonly PartChange[] } | null;
  /** The quota as it was before, which the plan adds to. */
  quota: Quota | null;
  /** Of the topology, where it has become another one. */
  version?: number;
  /** What it was before, where that is kept. */
  drawing: Topology | null;
}

/**
 * Writes the topology that a request brings into the slice's rows, with which the plan is then made: if it cannot run, the transaction
 * takes the rows back. INVALID_TOPOLOGY; what `topologyChange` refuses.
 */
async function changeTopology(
  tx: Transaction,
  {
    actor,
    slice,
    secret,
  }: { actor: Actor | SystemActor; slice: SliceRow & { access: SliceAccess }; secret: Uint8Array },
  { kind, change: source, baseVersion }: Request,
): Promise<Changed> {
  // before the first plain read, which fixes what this transaction sees
  if (source?.from === 'drawing') await catalogueOf(tx, source.topology, { hold: true });
  const model = await loadSliceModel(tx, slice.id);
  const quota = await quotaForPlan(tx, slice, kind);
  const drawing = null;
  if (source === undefined) return { model, update: null, quota, drawing };
  const { change, problems } = await topologyChange(tx, slice, model, { actor, source, baseVersion, secret });
  assertFilled(problems);
  if (change === null) return { model, update: null, quota, drawing };
  const version = slice.topologyVersion + 1;
  await writeRowChange(tx, { sliceId: slice.id, change: change.rows, version, ...change.origin });
  if (change.asked !== null) await keepValues(tx, { secret, sliceId: slice.id, ...change.asked });
  const after = await loadSliceModel(tx, slice.id);
  return {
    model: after,
    update: { before: model, diff: change.diff },
    quota,
    version,
    drawing: source.from === 'links' ? null : change.before,
  };
}

function assertMayBegin(slice: SliceRow, { kind, vmId = null }: Request, underway: Underway): void {
  const refused = refusal(kind, slice.status, underway, vmId);
  if (refused === null) return;
  const { message, params } = refusalProblem({ kind, slice }, refused);
  throw new AppError(refused.code, message, params === undefined ? {} : { params });
}

function assertRunnable(plan: Plan): void {
  const overQuota = plan.problems.filter((problem) => problem.code === 'QUOTA_EXCEEDED');
  if (overQuota.length > 0 && overQuota.length === plan.problems.length) throw quotaExceeded(overQuota);
  if (!plan.runnable)
    throw new AppError('PLAN_NOT_RUNNABLE', plan.problems[0]?.message ?? 'The plan cannot run.', {
      problems: plan.problems,
    });
}

/** A deployment of the kind that does what is asked already: under way, or done for good. */
async function sameAgain(
  tx: Transaction,
  slice: SliceRow,
  { kind }: Request,
  live: readonly DeploymentRow[],
): Promise<number | null> {
  const current = live.find((row) => row.kind === kind && !row.cancelRequested);
  if (current !== undefined) return current.id;
  return slice.status === operationOf(kind).ends.succeeded ? newestSuccess(tx, slice.id, kind) : null;
}

/** Ids of the VMs of which something else is wanted from now on, by what. */
function desiredChanges(input: PlanInput): Map<VmDesired, number[]> {
  const changes = new Map<VmDesired, number[]>();
  for (const vm of input.topology.vms) {
    const desired = wantedOf(input, vm);
    if (desired !== vm.desired) changes.set(desired, [...(changes.get(desired) ?? []), vm.id]);
  }
  return changes;
}
