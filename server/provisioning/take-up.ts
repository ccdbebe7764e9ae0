import { eq } from 'drizzle-orm';
import { availabilityZones } from '#drizzle/schema/catalogue';
import { slices } from '#drizzle/schema/slices';
import { stepRows, type DeploymentRow, type StepRow } from '#server/db/queries/deployments';
import { firstDisksOf, type FirstDiskRow } from '#server/db/queries/first-disks';
import { loadSliceModel, type SliceModel } from '#server/db/queries/slice-model';
import type { Claim } from './lease';
import { updateSteps, type DeploymentWriter, type StepChange } from './writer';

/** What a deployment works with. */
export interface Loaded {
  deployment: DeploymentRow;
  steps: Map<number, StepRow>;
  model: SliceModel;
  /** With which disks of a snapshot VMs begin that it makes. */
  firstDisks: ReadonlyMap<number, FirstDiskRow>;
  zone: typeof availabilityZones.$inferSelect;
}

/** Reads what is to be done. Steps that another server was in the middle of are begun again: all of them may be. */
export async function takeUp(writer: DeploymentWriter, claim: Claim): Promise<Loaded> {
  const loaded = await writer.read(async (tx, deployment) => {
    const rows = await stepRows(tx, deployment.id);
    const [place] = await tx
      .select({ zone: availabilityZones })
      .from(slices)
      .innerJoin(availabilityZones, eq(availabilityZones.id, slices.zoneId))
      .where(eq(slices.id, deployment.sliceId));
    if (place === undefined) throw new Error(`Slice ${deployment.sliceId} has no zone.`);
    const makes = rows.some(({ resource, action }) => resource === 'vm' && action === 'create');
    const firstDisks = makes ? await firstDisksOf(tx, deployment.sliceId) : new Map<number, FirstDiskRow>();
    const steps = new Map(rows.map((row) => [row.seq, row]));
    return { deployment, steps, model: await loadSliceModel(tx, deployment.sliceId), firstDisks, zone: place.zone };
  });
  const { deployment, steps } = loaded;
  // it goes along with the first steps, which begin at once
  writer.announceNext({
    type: 'deployment.status',
    deploymentId: deployment.id,
    kind: deployment.kind,
    status: 'running',
    vmId: deployment.sliceVmId,
    stepsTotal: steps.size,
    error: null,
  });
  if (claim.resumed) await beginAgain(writer, loaded);
  return loaded;
}

async function beginAgain(writer: DeploymentWriter, { deployment, steps }: Loaded): Promise<void> {
  const begun = [...steps.values()].filter((step) => step.status === 'running');
  const again = begun.map((step): StepChange => ({ ...beginsAnew(step), seq: step.seq }));
  await writer.fenced(async (tx, _row, emit) => {
    emit({ type: 'deployment.resumed', deploymentId: deployment.id });
    emit(...(await updateSteps(tx, deployment.id, steps, again)));
  });
  for (const step of begun) step.status = 'pending';
}

/** A step as it was before it began; what has been tried counts. */
export const beginsAnew = ({ attempts }: StepRow) => ({ status: 'pending', attempts, error: null }) as const;
