import { eq } from 'drizzle-orm';
import type { z } from 'zod';
import { sliceVms } from '#drizzle/schema/slices';
import { AppError } from '#shared/errors';
import type { Level } from '#shared/scopes';
import { say } from '#shared/sentence';
import type { ClonePlan, cloneSliceInput, previewCloneInput, Slice } from '#shared/slice';
import type { SnapshotContent } from '#shared/snapshot';
import type { Queryable, Transaction } from '#server/db/client';
import { insertFirstDisks } from '#server/db/queries/first-disks';
import { imageOf, loadSliceModel, type SliceModel, type VmRow } from '#server/db/queries/slice-model';
import { zoneById } from '#server/db/queries/zones';
import type { Actor, DomainContext } from '../context';
import { previewNew } from '../deployments/plan';
import { hiddenImages } from '../images/visible';
import { restorable } from '../snapshots/for-plan';
import { assertValid } from '../templates/write-templates';
import { loadSlice, type SliceRow } from './access';
import { drawingOf } from './drawing';
import { copyValues } from './parameter-values';
import { makeSlice, partsOfDrawing } from './write-slices';

/** A snapshot has what was on disks: who may only look at a slice does not get that. */
const needFor = (snapshotId: number | null | undefined): Level => (snapshotId == null ? 'read' : 'manage');

/**
 * A slice of the actor's own, with the topology and the sizes that a slice which they see has now, as a draft; that one stays as it is, and
 * may be destroyed already. With `snapshotId` its VMs begin with the disks of that snapshot, for who manages the slice. A repeat with the
 * same `idempotencyKey` answers the first one's. NOT_FOUND, NAME_TAKEN, ZONE_UNAVAILABLE, QUOTA_EXCEEDED; INVALID_TRANSITION for a snapshot
 * that is still being taken.
 */
export function cloneSlice(
  ctx: DomainContext,
  { actor, clone }: { actor: Actor; clone: z.infer<typeof cloneSliceInput> },
): Promise<Slice> {
  const { id, zoneId, snapshotId = null, name, idempotencyKey } = clone;
  return makeSlice(ctx, {
    ...{ actor, name, idempotencyKey },
    async origin(tx) {
      // locked: nothing of its snapshots is removed meanwhile
      const source = await loadSlice(tx, { actor, id, need: needFor(snapshotId), lock: snapshotId !== null });
      const model = await loadSliceModel(tx, id);
      const snapshot = await snapshotFor(tx, source, { zoneId, snapshotId });
      const topology = drawingOf(model);
      assertValid(await hiddenImages(tx, { actor, topology }));
      const sizes = new Map(model.vms.map((vm) => [vm.key, vm]));
      const { templateId, templateRevision, restartAfterReboot, driftPolicy } = source;
      return {
        zoneId: zoneId ?? source.zoneId,
        parts: partsOfDrawing(topology, ({ key }) => {
          const size = sizes.get(key);
          if (size === undefined) throw new Error(`There is no VM ${key}`);
          return size;
        }),
        row: { templateId, templateRevision, restartAfterReboot, driftPolicy },
        audit: {
          action: 'slices.clone',
          details: { sliceId: id, slice: source.name, ...(snapshot === null ? {} : { snapshot: snapshot.name }) },
        },
        async after(made) {
          await copyValues(tx, { secret: ctx.settings.jwtSecret, from: id, to: made });
          if (snapshot !== null) await keepFirstDisks(tx, { made, model, source, snapshot });
        },
      };
    },
  });
}

/** The plan that a deploy of such a clone would have. Refused as {@link cloneSlice} is. */
export async function previewClone(
  ctx: DomainContext,
  { actor, id, zoneId, snapshotId = null }: { actor: Actor } & z.infer<typeof previewCloneInput>,
): Promise<ClonePlan> {
  const need = needFor(snapshotId);
  const source = await loadSlice(ctx.db, { actor, id, need });
  let from: Pick<ClonePlan, 'snapshot' | 'anew'> = { snapshot: null, anew: [] };
  const plan = await previewNew(ctx, {
    actor,
    zoneId: zoneId ?? source.zoneId,
    async read(tx) {
      const now = await loadSlice(tx, { actor, id, need });
      const model = await loadSliceModel(tx, id);
      const snapshot = await snapshotFor(tx, now, { zoneId, snapshotId });
      if (snapshot !== null) {
        const kept = diskVms(model, snapshot.content);
        const anew = model.vms.filter((vm) => !kept.includes(vm)).map((vm) => vm.name);
        from = { snapshot: snapshot.name, anew };
      }
      return { name: now.name, drawing: drawingOf(model), sizes: new Map(model.vms.map((vm) => [vm.key, vm])) };
    },
  });
  return { ...plan, ...from };
}

/** Ids of the images that a slice's VMs boot, each once. NOT_FOUND. */
export async function imagesOfSlice(
  ctx: Pick<DomainContext, 'db'>,
  { actor, id }: { actor: Actor; id: number },
): Promise<number[]> {
  await loadSlice(ctx.db, { actor, id });
  return [...(await loadSliceModel(ctx.db, id)).images.keys()];
}

type Snapshot = NonNullable<Awaited<ReturnType<typeof restorable>>>;

async function snapshotFor(
  q: Queryable,
  source: SliceRow,
  { zoneId, snapshotId }: { zoneId: number | undefined; snapshotId: number | null },
): Promise<Snapshot | null> {
  if (snapshotId === null) return null;
  const snapshot = await restorable(q, source.id, snapshotId);
  if (zoneId !== undefined && zoneId !== source.zoneId) {
    const zone = (await zoneById(q, source.zoneId))?.name ?? '';
    throw new AppError('ZONE_UNAVAILABLE', say('CLONE_OTHER_ZONE', { zone }), { field: 'zoneId', params: { zone } });
  }
  return snapshot;
}

/** VMs of a slice of which the snapshot may have disks: of the same image. */
function diskVms(model: SliceModel, content: SnapshotContent): VmRow[] {
  const images = new Map(content.vms.map(({ id, image }) => [id, image.id]));
  const hasDisk = (vm: VmRow) => imageOf(model, vm).kind === 'disk' || vm.extraDiskGb > 0;
  return model.vms.filter((vm) => images.get(vm.id) === vm.imageId && hasDisk(vm));
}

async function keepFirstDisks(
  tx: Transaction,
  { made, model, source, snapshot }: { made: number; model: SliceModel; source: SliceRow; snapshot: Snapshot },
): Promise<void> {
  const rows = await tx.select({ id: sliceVms.id, key: sliceVms.key }).from(sliceVms).where(eq(sliceVms.sliceId, made));
  const idOf = new Map(rows.map(({ id, key }) => [key, id]));
  await insertFirstDisks(
    tx,
    diskVms(model, snapshot.content).flatMap(({ id, key, imageId }) => {
      const sliceVmId = idOf.get(key);
      const from = { snapshotId: snapshot.id, fromSliceId: source.id, fromVmId: id, imageId };
      return sliceVmId === undefined ? [] : [{ sliceVmId, sliceId: made, ...from }];
    }),
  );
}
