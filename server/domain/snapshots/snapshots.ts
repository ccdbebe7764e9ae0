import type { z } from 'zod';
import { AppError, notFound } from '#shared/errors';
import { say } from '#shared/sentence';
import type { listSnapshotsInput, renameSnapshotInput, Snapshot, snapshotPage } from '#shared/snapshot';
import type { Queryable, Transaction } from '#server/db/client';
import { decodeCursor, idCursor, page } from '#server/db/keyset';
import { deploymentsUnderWay } from '#server/db/queries/deployments';
import {
  markSnapshotRemoved,
  snapshotById,
  snapshotRows,
  writeSnapshotName,
  type SnapshotRow,
} from '#server/db/queries/snapshots';
import { iso } from '#server/db/rows';
import { inTransaction } from '#server/db/transaction';
import { appendEvents } from '#server/events/append';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';
import { nameTakenBy } from '../names';
import { loadSlice, type SliceAccess, type SliceRow } from '../slices/access';

const nameIndex = 'slice_snapshots_slice_live_name_unique';

/** The snapshots of a slice that the actor may see, newest first. */
export async function listSnapshots(
  ctx: DomainContext,
  { actor, query }: { actor: Actor; query: z.infer<typeof listSnapshotsInput> },
): Promise<z.infer<typeof snapshotPage>> {
  const { sliceId, limit } = query;
  await loadSlice(ctx.db, { actor, id: sliceId });
  const [beforeId = null] = decodeCursor(idCursor, query.cursor) ?? [];
  const rows = await snapshotRows(ctx.db, { sliceId, beforeId, limit: limit + 1 });
  return page(rows, limit, shown, ({ snapshot }) => [snapshot.id]);
}

function shown({ snapshot, creator }: { snapshot: SnapshotRow; creator: string }): Snapshot {
  const { id, sliceId, name, automatic, status, sizeMb, content, createdBy, createdAt } = snapshot;
  return {
    ...{ id, sliceId, name, automatic, status, sizeMb },
    topologyVersion: content.topologyVersion ?? null,
    vms: content.vms.length,
    vmsRunning: content.vms.filter(({ desired }) => desired === 'running' || desired === 'suspended').length,
    createdBy: { id: createdBy, name: creator },
    createdAt: iso(createdAt),
  };
}

/** For the slice's owner and administrators. NOT_FOUND, NAME_TAKEN. */
export async function renameSnapshot(
  ctx: DomainContext,
  { actor, snapshot: { id, name } }: { actor: Actor; snapshot: z.infer<typeof renameSnapshotInput> },
): Promise<{ id: number; name: string }> {
  const sliceId = await onLocked(ctx, { actor, id }, async (tx, { snapshot, slice }) => {
    if (snapshot.name === name) return null;
    await writeSnapshotName(tx, id, name).catch(nameTakenBy(nameIndex, 'snapshot', name));
    await appendEvents(tx, slice.id, [{ type: 'slice.changed', what: 'snapshots' }]);
    await recordAudit(tx, actor, {
      action: 'snapshots.rename',
      objectType: 'slice',
      objectId: slice.id,
      details: { name: slice.name, from: snapshot.name, to: name },
    });
    return slice.id;
  });
  if (sliceId !== null) ctx.bus.notify(sliceId);
  return { id, name };
}

/**
 * Removes a snapshot; its zone lets go of it as soon as it can. For the slice's owner and administrators. NOT_FOUND; SLICE_BUSY
 * while an operation is under way, which may need it.
 */
export async function removeSnapshot(
  ctx: DomainContext,
  { actor, id }: { actor: Actor; id: number },
): Promise<{ id: number }> {
  const sliceId = await onLocked(ctx, { actor, id }, async (tx, { snapshot, slice }) => {
    const { live } = await deploymentsUnderWay(tx, slice.id);
    if (live.length > 0)
      throw new AppError('SLICE_BUSY', say('SNAPSHOT_BUSY', { slice: slice.name }), { params: { slice: slice.name } });
    await markSnapshotRemoved(tx, id);
    await appendEvents(tx, slice.id, [{ type: 'slice.changed', what: 'snapshots' }]);
    await recordAudit(tx, actor, {
      action: 'snapshots.remove',
      objectType: 'slice',
      objectId: slice.id,
      details: { name: slice.name, snapshot: snapshot.name },
    });
    return slice.id;
  });
  ctx.bus.notify(sliceId);
  return { id };
}

type Loaded = { snapshot: SnapshotRow; slice: SliceRow & { access: SliceAccess } };

async function loadSnapshot(
  q: Queryable,
  { actor, id, need = 'read' }: { actor: Actor; id: number; need?: 'read' | 'manage' },
): Promise<Loaded> {
  const snapshot = await snapshotById(q, id);
  if (snapshot === null) throw notFound('snapshot');
  const slice = await loadSlice(q, { actor, id: snapshot.sliceId, need }).catch(unseen);
  return { snapshot, slice };
}

/** In a transaction in which the slice's row is locked: nothing of it begins meanwhile. */
async function onLocked<Result>(
  ctx: DomainContext,
  { actor, id }: { actor: Actor; id: number },
  work: (tx: Transaction, loaded: Loaded) => Promise<Result>,
): Promise<Result> {
  const { slice } = await loadSnapshot(ctx.db, { actor, id, need: 'manage' });
  return inTransaction(ctx.db, async (tx) => {
    const locked = await loadSlice(tx, { actor, id: slice.id, lock: true, need: 'manage' }).catch(unseen);
    const snapshot = await snapshotById(tx, id);
    if (snapshot === null) throw notFound('snapshot');
    return work(tx, { snapshot, slice: locked });
  });
}

/** Who may not see the slice is not told of it either. */
function unseen(error: unknown): never {
  throw error instanceof AppError && error.code === 'NOT_FOUND' ? notFound('snapshot') : error;
}
