import { and, asc, eq } from 'drizzle-orm';
import { deployments } from '#drizzle/schema/deployments';
import { sliceVms } from '#drizzle/schema/slices';
import { endResults } from '#shared/audit';
import type { EventData } from '#shared/deployment/events';
import type { DeploymentStatus } from '#shared/deployment/schema';
import { desiredLike, observedStatus } from '#shared/deployment/observed-status';
import { operationOf, runReasons } from '#shared/deployment/operations';
import type { Transaction } from '#server/db/client';
import { databaseNow } from '#server/db/clock';
import { stepRows, stepsTotal, type DeploymentRow, type StepRow } from '#server/db/queries/deployments';
import { forgetFirstDisks } from '#server/db/queries/first-disks';
import { deleteSnapshotsOf, settleSnapshots } from '#server/db/queries/snapshots';
import { recordAudit, vmTold } from '#server/domain/audit';
import { endTold } from '#server/domain/deployments/end-told';
import type { SliceObservation } from '#server/providers/provider';
import { setSliceStatus, sliceById, writeDesired } from '#server/db/queries/slices';
import type { VmDesired } from '#shared/slice-status';
import { asError, type Said } from '#shared/sentence';
import { writeAbsent, writeObservation } from './observe';
import { updateSteps, type DeploymentWriter, type StepChange } from './writer';

export interface Ending {
  outcome: Extract<DeploymentStatus, 'succeeded' | 'failed' | 'cancelled'>;
  error: Said | null;
  /** It failed, and all that it had done was taken back: the slice is then as after a cancellation. */
  rolledBack?: boolean;
  /** What is there now; null when the provider could not be asked. */
  observation: SliceObservation | null;
  at: Date;
  /** Of steps that have not been written yet: an end has one transaction. */
  steps?: readonly StepChange[];
}

/**
 * Ends a deployment, in one transaction: its status, the steps that never ran, the slice's status by the table of
 * transitions, and the next deployment that waited for it. Answers `cancel-requested` and does nothing when a
 * cancellation came before a success: the caller unwinds then.
 */
export async function finishDeployment(
  writer: DeploymentWriter,
  ending: Ending,
): Promise<'finished' | 'cancel-requested'> {
  return writer.fenced(async (tx, row, emit, say) => {
    if (ending.outcome === 'succeeded' && row.cancelRequested && !row.superseded) return 'cancel-requested';
    const outcome = row.superseded && ending.outcome === 'failed' ? 'cancelled' : ending.outcome;
    const { total, taken } = await endSteps(tx, row, ending.steps ?? [], emit);
    await tx
      .update(deployments)
      .set({ status: outcome, ...asError(ending.error), claimableAt: null, leaseOwner: null, finishedAt: databaseNow })
      .where(eq(deployments.id, row.id));
    if (await settleSnapshots(tx, row.sliceId, taken)) emit({ type: 'slice.changed', what: 'snapshots' });
    // of one that failed a VM may be there without its disk
    if (outcome === 'succeeded' && ending.observation !== null)
      await forgetFirstDisks(
        tx,
        row.sliceId,
        ending.observation.vms.map(({ id }) => id),
      );
    const next = await nextWaiting(tx, row.sliceId);
    if (row.superseded) {
      // the destroy that took over has set the slice's status and goes on from what is there
      const { events } = await writeObservation(tx, row.sliceId, ending.observation, { at: ending.at });
      emit(...events);
    } else {
      emit(...(await endSlice(tx, row, { ...ending, outcome }, next !== undefined)));
    }
    emit({
      type: 'deployment.status',
      deploymentId: row.id,
      kind: row.kind,
      status: outcome,
      vmId: row.sliceVmId,
      stepsTotal: total,
      ...asError(ending.error),
    });
    await recordEnd(tx, row, outcome, ending.error);
    if (!runReasons.some((reason) => reason === row.because)) await say(await endTold(tx, row, outcome, ending.error));
    if (next !== undefined) emit(await release(tx, next));
    return 'finished';
  });
}

/** The row of the end: in the transaction that only who holds the lease can commit, so that there is one, and never two. */
async function recordEnd(
  tx: Transaction,
  row: DeploymentRow,
  outcome: Ending['outcome'],
  error: Said | null,
): Promise<void> {
  const { id, sliceId, kind, sliceVmId, requestedBy, because, superseded } = row;
  const asked =
    because === null
      ? { userId: requestedBy, ip: null }
      : { kind: 'system' as const, onBehalfOf: requestedBy, because };
  await recordAudit(tx, asked, {
    action: 'deployments.end',
    objectType: 'slice',
    objectId: sliceId,
    result: endResults[outcome],
    details: {
      deploymentId: id,
      kind,
      ...(await vmTold(tx, sliceVmId)),
      ...(error === null ? {} : asError(error)),
      ...(superseded ? { superseded } : {}),
    },
  });
}

/**
 * `isFollowed`: an operation on another VM waits for this one. What the slice is then its end says: until then what that one
 * wants is not so, and the slice would be degraded for it.
 */
async function endSlice(
  tx: Transaction,
  row: DeploymentRow,
  ending: Ending,
  isFollowed: boolean,
): Promise<EventData[]> {
  const { sliceId, kind } = row;
  const { ends, whole } = operationOf(kind);
  const takenBack = ending.outcome === 'cancelled' || ending.rolledBack === true;
  const rule = ends[takenBack ? 'cancelled' : ending.outcome];
  if (rule === 'destroyed') {
    await deleteSnapshotsOf(tx, sliceId);
    await forgetFirstDisks(tx, sliceId, null);
  }
  if (rule === 'destroyed')
    return [...(await writeAbsent(tx, sliceId, ending.at)), ...(await setSliceStatus(tx, sliceId, 'destroyed'))];

  const observed = await writeObservation(tx, sliceId, ending.observation, { at: ending.at, touch: true });
  // one of which only the drawing was changed
  if ((await sliceById(tx, sliceId, { lock: false }))?.status === 'draft') return observed.events;
  if (ending.outcome === 'failed' && !takenBack && ends.failed !== 'observed')
    return [...observed.events, ...(await setSliceStatus(tx, sliceId, ends.failed))];
  if (rule === 'draft' && ending.observation !== null && isEmpty(ending.observation)) {
    await tx.update(sliceVms).set({ desired: 'absent' }).where(eq(sliceVms.sliceId, sliceId));
    await deleteSnapshotsOf(tx, sliceId);
    return [...observed.events, ...(await setSliceStatus(tx, sliceId, 'draft'))];
  }
  const isUnwanted = ending.outcome !== 'succeeded' && whole !== 'snapshot';
  if (isUnwanted && rule === 'observed') {
    // what was cancelled, or cannot be, is no longer wanted: what is there now is. A snapshot changes nothing that is wanted
    const target = row.sliceVmId === null ? undefined : eq(sliceVms.id, row.sliceVmId);
    const rows = await tx
      .select()
      .from(sliceVms)
      .where(and(eq(sliceVms.sliceId, sliceId), target));
    const changes = new Map<VmDesired, number[]>();
    for (const vm of rows) {
      const desired = desiredLike(vm.status);
      if (desired !== null && desired !== vm.desired) changes.set(desired, [...(changes.get(desired) ?? []), vm.id]);
    }
    await writeDesired(tx, changes);
    if (isFollowed) return observed.events;
    const after = await tx.select().from(sliceVms).where(eq(sliceVms.sliceId, sliceId));
    return [...observed.events, ...(await setSliceStatus(tx, sliceId, observedStatus(after, observed.edges)))];
  }
  if (isFollowed && rule === 'observed') return observed.events;
  // a cancelled deploy that left something (it was there before) is not a draft: that would forget what exists
  const status = rule === 'observed' || rule === 'draft' ? observedStatus(observed.vms, observed.edges) : rule;
  return [...observed.events, ...(await setSliceStatus(tx, sliceId, status))];
}

function isEmpty(observation: SliceObservation): boolean {
  return observation.vms.length + observation.networks.length + observation.edges.length === 0;
}

/** Ids of the snapshots that steps take. */
export function takenBy(steps: Iterable<Pick<StepRow, 'resource' | 'action' | 'resourceId'>>): number[] {
  return [...steps].flatMap((step) =>
    step.resource === 'snapshot' && step.action === 'create' ? [step.resourceId] : [],
  );
}

/** Writes what is left of the steps: what became of `changed`, and that the others will not run any more. Answers how many there are, and the snapshots that they take. */
async function endSteps(
  tx: Transaction,
  row: DeploymentRow,
  changed: readonly StepChange[],
  emit: (...events: EventData[]) => void,
): Promise<{ total: number; taken: number[] }> {
  const steps = await stepRows(tx, row.id);
  const known = new Set(changed.map(({ seq }) => seq));
  const skipped = steps
    .filter(({ seq, status }) => !known.has(seq) && (status === 'pending' || status === 'running'))
    .map(({ seq, attempts }): StepChange => ({ seq, status: 'skipped', attempts, error: null }));
  const bySeq = new Map(steps.map((step) => [step.seq, step]));
  emit(...(await updateSteps(tx, row.id, bySeq, [...changed, ...skipped])));
  return { total: steps.length, taken: takenBy(steps) };
}

/** The oldest deployment that waits for its slice, locked. */
async function nextWaiting(tx: Transaction, sliceId: number): Promise<DeploymentRow | undefined> {
  const [next] = await tx
    .select()
    .from(deployments)
    .where(and(eq(deployments.sliceId, sliceId), eq(deployments.status, 'queued')))
    .orderBy(asc(deployments.id))
    .limit(1)
    .for('update');
  return next;
}

/** Makes a deployment that has waited claimable. Only when none of the slice is under way. */
async function release(tx: Transaction, next: DeploymentRow): Promise<EventData> {
  await tx
    .update(deployments)
    .set({ status: 'pending', claimableAt: databaseNow })
    .where(and(eq(deployments.id, next.id), eq(deployments.status, 'queued')));
  return {
    type: 'deployment.status',
    deploymentId: next.id,
    kind: next.kind,
    status: 'pending',
    vmId: next.sliceVmId,
    stepsTotal: await stepsTotal(tx, next.id),
    error: null,
  };
}
