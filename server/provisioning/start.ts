import { and, asc, desc, eq, inArray } from 'drizzle-orm';
import { availabilityZones } from '#drizzle/schema/catalogue';
import { deployments, deploymentSteps } from '#drizzle/schema/deployments';
import { slices, sliceVms } from '#drizzle/schema/slices';
import type { EventData } from '#shared/deployment/events';
import { levelOfKind, liveDeploymentStatuses, type DeploymentKind, type Plan } from '#shared/deployment/schema';
import { refusal, transitions } from '#shared/deployment/transitions';
import { AppError } from '#shared/errors';
import type { VmDesired } from '#shared/slice-status';
import type { Transaction } from '#server/db/client';
import { zoneById } from '#server/db/queries/zones';
import { chunked } from '#server/db/rows';
import { inSnapshot, inTransaction } from '#server/db/transaction';
import { recordAudit } from '#server/domain/audit';
import type { Actor, DomainContext } from '#server/domain/context';
import { quotaExceeded } from '#server/domain/quotas/problems';
import { lockOwner, quotaOf } from '#server/domain/quotas/quotas';
import { loadSlice, type SliceAccess, type SliceRow } from '#server/domain/slices/access';
import { appendEvents } from '#server/events/append';
import type { SliceObservation } from '#server/providers/provider';
import { setSliceStatus } from './finish';
import { databaseNow, type DeploymentRow } from './lease';
import type { PlanInput } from './plan-input';
import { refusalProblem } from './plan-problems';
import { desiredAfter, planOperation } from './planner';
import { askZone, deploymentMark, observeForPlan, planInputOf, planZoneOf, type ZoneReport } from './situation';
import { loadSliceModel } from './slice-model';

export interface Operation {
  sliceId: number;
  kind: DeploymentKind;
  vmId?: number | null | undefined;
  /** The failed deployment that it takes up again. */
  retryOf?: number;
}

/** The plan for an operation on a slice that the actor may see. Touches nothing. */
export async function planDeployment(context: DomainContext, actor: Actor, operation: Operation): Promise<Plan> {
  const slice = await loadSlice(context.db, { actor, id: operation.sliceId });
  const seen = await lookAround(context, slice);
  return inSnapshot(context.db, async (tx) => {
    const now = await loadSlice(tx, { actor, id: operation.sliceId });
    const live = await liveDeployments(tx, now.id);
    return planOperation(await planInput(tx, now, operation, live.length > 0, seen));
  });
}

/**
 * Plans, checks and queues an operation in one transaction, which also takes the zone's capacity, and answers the
 * deployment's id. FORBIDDEN for who sees the slice but may not do that to it. The same idempotency key answers the first
 * one's. A destroy takes over whatever is under way, and answers the destroy that is under way or done already. The caller
 * wakes the worker. QUOTA_EXCEEDED when only the owner's quota is in the way, PLAN_NOT_RUNNABLE with all problems when
 * other things are.
 */
export async function queueDeployment(
  context: DomainContext,
  actor: Actor,
  operation: Operation & { idempotencyKey?: string | undefined },
): Promise<number> {
  const { db, bus } = context;
  for (let attempt = 0; attempt < 5; attempt++) {
    const slice = await loadSlice(db, { actor, id: operation.sliceId, need: levelOfKind[operation.kind] });
    const mark = await deploymentMark(db, slice.id);
    const seen = await lookAround(context, slice);
    const answer = await inTransaction(db, (tx) =>
      queue(tx, actor, operation, { mark, ownerId: slice.ownerId, ...seen }),
    );
    // an operation that began or ended meanwhile has changed what was looked at
    if (answer === 'stale') continue;
    bus.notify(operation.sliceId);
    return answer;
  }
  throw new AppError('SLICE_BUSY', 'Other operations on this slice keep coming in between. Try again.');
}

interface Seen {
  observation: SliceObservation | null;
  report: ZoneReport;
}

async function lookAround(context: DomainContext, slice: SliceRow): Promise<Seen> {
  const zone = await zoneById(context.db, slice.zoneId);
  if (zone === null) throw new Error(`Slice ${slice.id} has no zone.`);
  return observeForPlan(context, await askZone(context, zone), slice.id);
}

async function planInput(
  tx: Transaction,
  slice: SliceRow & { access: SliceAccess },
  operation: Operation,
  busy: boolean,
  seen: Seen,
): Promise<PlanInput> {
  const zone = await zoneById(tx, slice.zoneId);
  if (zone === null) throw new Error(`Slice ${slice.id} has no zone.`);
  return planInputOf({
    kind: operation.kind,
    slice,
    busy,
    vmId: operation.vmId ?? null,
    model: await loadSliceModel(tx, slice.id),
    observation: seen.observation,
    zone: await planZoneOf(tx, zone, seen.report, { exceptSliceId: slice.id }),
    // who may only look is not told what else the owner has
    quota: takesQuota(operation.kind) && slice.access !== 'view' ? await quotaOf(tx, slice.ownerId) : null,
  });
}

/** Whether VMs may run after it that were not asked to run before. Stop and destroy are never refused for a quota. */
function takesQuota(kind: DeploymentKind): boolean {
  return kind !== 'stop' && kind !== 'destroy';
}

async function queue(
  tx: Transaction,
  actor: Actor,
  operation: Operation & { idempotencyKey?: string | undefined },
  seen: Seen & { mark: string; ownerId: number },
): Promise<number | 'stale'> {
  const { sliceId, kind, idempotencyKey } = operation;
  // locks before reads: what a transaction reads first fixes what it sees; the owner's before those of their slices
  if (takesQuota(kind)) await lockOwner(tx, seen.ownerId);
  const slice = await loadSlice(tx, { actor, id: sliceId, lock: true, need: levelOfKind[kind] });
  // given to somebody else meanwhile, whose quota is not locked
  if (slice.ownerId !== seen.ownerId) return 'stale';
  if (kind === 'deploy')
    await tx
      .select({ id: availabilityZones.id })
      .from(availabilityZones)
      .where(eq(availabilityZones.id, slice.zoneId))
      .for('update');
  if (idempotencyKey !== undefined) {
    const [first] = await tx
      .select({ id: deployments.id })
      .from(deployments)
      .where(and(eq(deployments.sliceId, sliceId), eq(deployments.idempotencyKey, idempotencyKey)));
    if (first !== undefined) return first.id;
  }
  const live = await liveDeployments(tx, sliceId);
  if (kind === 'destroy') {
    const same = await sameDestroy(tx, slice, live);
    if (same !== null) return same;
  }
  const refused = refusal(kind, slice.status, live.length > 0);
  if (refused !== null) {
    const { message, params } = refusalProblem({ kind, slice }, refused);
    throw new AppError(refused.code, message, params === undefined ? {} : { params });
  }
  if ((await deploymentMark(tx, sliceId)) !== seen.mark) return 'stale';

  const input = await planInput(tx, slice, operation, live.length > 0, seen);
  const plan = planOperation(input);
  const overQuota = plan.problems.filter((problem) => problem.code === 'QUOTA_EXCEEDED');
  if (overQuota.length > 0 && overQuota.length === plan.problems.length) throw quotaExceeded(overQuota);
  if (!plan.runnable)
    throw new AppError('PLAN_NOT_RUNNABLE', plan.problems[0]?.message ?? 'The plan cannot run.', {
      problems: plan.problems,
    });

  if (live.length > 0)
    await tx
      .update(deployments)
      .set({ cancelRequested: true, superseded: true })
      .where(
        inArray(
          deployments.id,
          live.map((row) => row.id),
        ),
      );
  const waits = live.length > 0;
  const [inserted] = await tx.insert(deployments).values({
    sliceId,
    zoneId: slice.zoneId,
    kind,
    status: waits ? 'queued' : 'pending',
    sliceVmId: operation.vmId ?? null,
    requestedBy: actor.userId,
    idempotencyKey: idempotencyKey ?? null,
    claimableAt: waits ? null : databaseNow,
  });
  const deploymentId = inserted.insertId;
  for (const steps of chunked(plan.steps))
    await tx.insert(deploymentSteps).values(steps.map((step) => ({ ...step, deploymentId })));
  await writeDesired(tx, input);
  const events: EventData[] = [
    {
      type: 'deployment.status',
      deploymentId,
      kind,
      status: waits ? 'queued' : 'pending',
      vmId: operation.vmId ?? null,
      stepsTotal: plan.steps.length,
      error: null,
    },
  ];
  const during = transitions[kind].during;
  if (during !== null) events.push(...(await setSliceStatus(tx, sliceId, during)));
  else await tx.update(slices).set({ updatedAt: databaseNow }).where(eq(slices.id, sliceId));
  await recordAudit(tx, actor, {
    action: operation.retryOf === undefined ? 'deployments.start' : 'deployments.retry',
    objectType: 'slice',
    objectId: sliceId,
    details: { name: slice.name, deploymentId, kind, vmId: operation.vmId ?? null },
  });
  await appendEvents(tx, sliceId, events);
  return deploymentId;
}

/** A destroy that does what is asked already: under way, or done. */
async function sameDestroy(tx: Transaction, slice: SliceRow, live: readonly DeploymentRow[]): Promise<number | null> {
  const current = live.find((row) => row.kind === 'destroy' && !row.cancelRequested);
  if (current !== undefined) return current.id;
  if (slice.status !== 'destroyed') return null;
  const done = await tx
    .select({ id: deployments.id })
    .from(deployments)
    .where(and(eq(deployments.sliceId, slice.id), eq(deployments.kind, 'destroy'), eq(deployments.status, 'succeeded')))
    .orderBy(desc(deployments.id))
    .limit(1);
  return done[0]?.id ?? null;
}

async function writeDesired(tx: Transaction, input: PlanInput): Promise<void> {
  const changes = new Map<VmDesired, number[]>();
  for (const vm of input.topology.vms) {
    const desired = desiredAfter(input, vm);
    if (desired !== vm.desired) changes.set(desired, [...(changes.get(desired) ?? []), vm.id]);
  }
  for (const [desired, ids] of changes)
    for (const chunk of chunked(ids)) await tx.update(sliceVms).set({ desired }).where(inArray(sliceVms.id, chunk));
}

/** Of a slice, oldest first. */
function liveDeployments(tx: Transaction, sliceId: number): Promise<DeploymentRow[]> {
  return tx
    .select()
    .from(deployments)
    .where(and(eq(deployments.sliceId, sliceId), inArray(deployments.status, [...liveDeploymentStatuses])))
    .orderBy(asc(deployments.id));
}
