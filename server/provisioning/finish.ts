import { and, asc, eq } from 'drizzle-orm';
import { deployments, deploymentSteps } from '#drizzle/schema/deployments';
import { slices, sliceVms } from '#drizzle/schema/slices';
import type { EventData } from '#shared/deployment/events';
import type { DeploymentStatus } from '#shared/deployment/schema';
import { observedStatus, transitions } from '#shared/deployment/transitions';
import type { SliceStatus } from '#shared/slice-status';
import type { Transaction } from '#server/db/client';
import type { SliceObservation } from '#server/providers/provider';
import { databaseNow, type DeploymentRow } from './lease';
import { writeAbsent, writeObservation } from './observe';
import { updateSteps, type DeploymentWriter, type StepChange } from './writer';

export interface Ending {
  outcome: Extract<DeploymentStatus, 'succeeded' | 'failed' | 'cancelled'>;
  error: string | null;
  /** What is there now; null when the provider could not be asked. */
  observation: SliceObservation | null;
  at: Date;
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
  return writer.fenced(async (tx, row, emit) => {
    if (ending.outcome === 'succeeded' && row.cancelRequested && !row.superseded) return 'cancel-requested';
    const outcome = row.superseded && ending.outcome === 'failed' ? 'cancelled' : ending.outcome;
    const stepsTotal = await skipTheRest(tx, row, emit);
    await tx
      .update(deployments)
      .set({ status: outcome, error: ending.error, claimableAt: null, leaseOwner: null, finishedAt: databaseNow })
      .where(eq(deployments.id, row.id));
    if (row.superseded) {
      // the destroy that took over has set the slice's status and goes on from what is there
      const { events } = await writeObservation(tx, row.sliceId, ending.observation, { at: ending.at });
      emit(...events);
    } else {
      emit(...(await endSlice(tx, row, { ...ending, outcome })));
    }
    emit({
      type: 'deployment.status',
      deploymentId: row.id,
      kind: row.kind,
      status: outcome,
      vmId: row.sliceVmId,
      stepsTotal,
      error: ending.error,
    });
    emit(...(await releaseNext(tx, row.sliceId)));
    return 'finished';
  });
}

async function endSlice(tx: Transaction, row: DeploymentRow, ending: Ending): Promise<EventData[]> {
  const { sliceId, kind } = row;
  const rule = transitions[kind][ending.outcome];
  if (rule === 'destroyed')
    return [...(await writeAbsent(tx, sliceId, ending.at)), ...(await setSliceStatus(tx, sliceId, 'destroyed'))];

  const observed = await writeObservation(tx, sliceId, ending.observation, { at: ending.at, touch: true });
  if (ending.outcome === 'failed')
    return [...observed.events, ...(await setSliceStatus(tx, sliceId, transitions[kind].failed))];
  if (rule === 'draft' && ending.observation !== null && isEmpty(ending.observation)) {
    await tx.update(sliceVms).set({ desired: 'absent' }).where(eq(sliceVms.sliceId, sliceId));
    return [...observed.events, ...(await setSliceStatus(tx, sliceId, 'draft'))];
  }
  if (ending.outcome === 'cancelled' && kind !== 'deploy' && kind !== 'destroy') {
    // what was cancelled is no longer wanted: what is there now is
    const target = row.sliceVmId === null ? undefined : eq(sliceVms.id, row.sliceVmId);
    const rows = await tx
      .select()
      .from(sliceVms)
      .where(and(eq(sliceVms.sliceId, sliceId), target));
    for (const desired of ['running', 'stopped'] as const)
      for (const vm of rows) {
        const is = vm.status === 'running' || vm.status === 'starting' ? 'running' : 'stopped';
        if (vm.desired !== is && is === desired && vm.status !== 'unknown')
          await tx.update(sliceVms).set({ desired }).where(eq(sliceVms.id, vm.id));
      }
    const after = await tx.select().from(sliceVms).where(eq(sliceVms.sliceId, sliceId));
    return [...observed.events, ...(await setSliceStatus(tx, sliceId, observedStatus(after)))];
  }
  // a cancelled deploy that left something (it was there before) is not a draft: that would forget what exists
  const status = rule === 'observed' || rule === 'draft' ? observedStatus(observed.vms) : rule;
  return [...observed.events, ...(await setSliceStatus(tx, sliceId, status))];
}

function isEmpty(observation: SliceObservation): boolean {
  return observation.vms.length + observation.networks.length + observation.edges.length === 0;
}

/** Writes a slice's status, on the row that the caller has locked, and answers the event if that is a change. */
export async function setSliceStatus(tx: Transaction, sliceId: number, status: SliceStatus): Promise<EventData[]> {
  const [row] = await tx.select({ status: slices.status }).from(slices).where(eq(slices.id, sliceId));
  if (row === undefined || row.status === status) return [];
  await tx
    .update(slices)
    .set({ status, updatedAt: databaseNow, ...(status === 'destroyed' ? { deletedAt: databaseNow } : {}) })
    .where(and(eq(slices.id, sliceId), eq(slices.status, row.status)));
  return [{ type: 'slice.status', status }];
}

/** Marks the steps that will not run any more. Answers how many steps there are. */
async function skipTheRest(
  tx: Transaction,
  row: DeploymentRow,
  emit: (...events: EventData[]) => void,
): Promise<number> {
  const steps = await tx.select().from(deploymentSteps).where(eq(deploymentSteps.deploymentId, row.id));
  const changes = steps
    .filter((step) => step.status === 'pending' || step.status === 'running')
    .map((step): StepChange => ({ seq: step.seq, status: 'skipped', attempts: step.attempts, error: null }));
  emit(...(await updateSteps(tx, row.id, new Map(steps.map((step) => [step.seq, step])), changes)));
  return steps.length;
}

/** Makes the oldest deployment that waits for its slice claimable. Only when none of the slice is under way. */
export async function releaseNext(tx: Transaction, sliceId: number): Promise<EventData[]> {
  const [next] = await tx
    .select()
    .from(deployments)
    .where(and(eq(deployments.sliceId, sliceId), eq(deployments.status, 'queued')))
    .orderBy(asc(deployments.id))
    .limit(1)
    .for('update');
  if (next === undefined) return [];
  await tx
    .update(deployments)
    .set({ status: 'pending', claimableAt: databaseNow })
    .where(and(eq(deployments.id, next.id), eq(deployments.status, 'queued')));
  const stepsTotal = await tx.$count(deploymentSteps, eq(deploymentSteps.deploymentId, next.id));
  return [
    {
      type: 'deployment.status',
      deploymentId: next.id,
      kind: next.kind,
      status: 'pending',
      vmId: next.sliceVmId,
      stepsTotal,
      error: null,
    },
  ];
}
