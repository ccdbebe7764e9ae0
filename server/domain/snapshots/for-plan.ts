import { inArray } from 'drizzle-orm';
import { images } from '#drizzle/schema/catalogue';
import { needsSnapshot, takesSnapshot, type DeploymentKind } from '#shared/deployment/operations';
import type { PlanStep } from '#shared/deployment/schema';
import { AppError, notFound } from '#shared/errors';
import { say } from '#shared/sentence';
import type { SnapshotContent } from '#shared/snapshot';
import type { Queryable, Transaction } from '#server/db/client';
import { imageOf, loadSliceModel } from '#server/db/queries/slice-model';
import { insertSnapshot, snapshotById, snapshotNames } from '#server/db/queries/snapshots';
import type { PlanInput, PlanSnapshots } from '../deployments/plan-input';
import { nameTakenBy, numberedName } from '../names';

const nameIndex = 'slice_snapshots_slice_live_name_unique';
/** What an operation takes and restores. */
interface Wanted {
  sliceId: number;
  kind: DeploymentKind;
  snapshotId?: number | null | undefined;
  snapshotName?: string | null | undefined;
}

/**
 * What the planner has to know for an operation that takes or restores a snapshot; nothing for any other. What it takes is not there
 * yet: {@link beginSnapshot} makes it. NOT_FOUND for a snapshot that the slice does not have, INVALID_TRANSITION for one that is
 * being taken.
 */
export async function snapshotsFor(
  q: Queryable,
  { sliceId, kind, snapshotId = null, snapshotName = null }: Wanted,
): Promise<{ snapshots?: PlanSnapshots }> {
  if (!takesSnapshot(kind) && !needsSnapshot(kind)) return {};
  const restored = needsSnapshot(kind) ? await restorable(q, sliceId, snapshotId) : null;
  const name = snapshotName ?? (await freeName(q, sliceId, nameFor(restored)));
  return { snapshots: { taken: { id: 0, name }, restored } };
}

/**
 * Makes the row of the snapshot that a planned operation takes, and answers its steps with it. After the plan, whose quota it would
 * take of itself; the slice's row is locked by the caller. NAME_TAKEN for a name of the slice's other snapshots.
 */
export async function beginSnapshot(
  tx: Transaction,
  {
    slice: { id: sliceId, topologyVersion },
    userId,
    snapshots,
    steps,
  }: { slice: { id: number; topologyVersion: number }; userId: number } & Pick<PlanInput, 'snapshots'> & {
      steps: readonly PlanStep[];
    },
): Promise<{ id: number | null; steps: readonly PlanStep[] }> {
  if (snapshots === undefined) return { id: null, steps };
  const { taken, restored } = snapshots;
  const { name } = taken;
  const content = { ...(await contentOf(tx, sliceId)), topologyVersion };
  const snapshot = { sliceId, name, automatic: restored !== null, content };
  const id = await insertSnapshot(tx, { ...snapshot, createdBy: userId }).catch(
    nameTakenBy(nameIndex, 'snapshot', name),
  );
  const takes = ({ resource, action }: PlanStep) => resource === 'snapshot' && action === 'create';
  return { id, steps: steps.map((step) => (takes(step) ? { ...step, resourceId: id } : step)) };
}

/** The snapshot `id` of the slice. NOT_FOUND; INVALID_TRANSITION for one that is being taken. */
export async function restorable(q: Queryable, sliceId: number, id: number | null): Promise<PlanSnapshots['restored']> {
  const row = id === null ? null : await snapshotById(q, id);
  if (row === null || row.sliceId !== sliceId) throw notFound('snapshot');
  if (row.status !== 'ready') throw new AppError('INVALID_TRANSITION', say('SNAPSHOT_MAKING', { snapshot: row.name }));
  const { content } = row;
  const wanted = [...new Set(content.vms.map(({ image }) => image.id))];
  const there =
    wanted.length === 0 ? [] : await q.select({ id: images.id }).from(images).where(inArray(images.id, wanted));
  const known = new Set(there.map((image) => image.id));
  return { id: row.id, name: row.name, content, imagesGone: new Set(wanted.filter((image) => !known.has(image))) };
}

async function contentOf(q: Queryable, sliceId: number): Promise<SnapshotContent> {
  const model = await loadSliceModel(q, sliceId);
  return {
    vms: model.vms.map((vm) => {
      const image = imageOf(model, vm);
      return { id: vm.id, name: vm.name, desired: vm.desired, image: { id: image.id, name: image.name } };
    }),
    networks: model.networks.map(({ id }) => id),
    edges: model.edges.map(({ id }) => id),
  };
}

/** The `n`-th name to try. */
function nameFor(restored: PlanSnapshots['restored']): (n: number) => string {
  if (restored === null) return (n) => `Snapshot ${n}`;
  return (n) => numberedName(`Before ${restored.name}`, n);
}

async function freeName(q: Queryable, sliceId: number, nth: (n: number) => string): Promise<string> {
  const taken = new Set((await snapshotNames(q, sliceId)).map((name) => name.toLowerCase()));
  for (let n = 1; ; n++) if (!taken.has(nth(n).toLowerCase())) return nth(n);
}
