import { AppError } from '#shared/errors';
import { say } from '#shared/sentence';
import { changeUpload, uploadById, type UploadRow } from '#server/db/queries/image-uploads';
import { inTransaction } from '#server/db/transaction';
import type { DomainContext } from '../context';
import { assertWithinQuota, lockOwner } from '../quotas/quotas';
import { hasRoomFor } from './upload-files';
import { mbOf } from './uploads';
import { NotWanted } from './work-on-upload';

/**
 * Writes down how far a file that the server gets by itself is, and takes what it needs of its owner's quota: all of it once its length is known, else
 * what has come. QUOTA_EXCEEDED, NO_ROOM.
 */
export async function reserve(
  ctx: Pick<DomainContext, 'db' | 'clock' | 'settings'>,
  { id, ownerId, state }: Pick<UploadRow, 'id' | 'ownerId' | 'state'>,
  { received, length = null, percent = null }: { received: number; length?: number | null; percent?: number | null },
): Promise<void> {
  await inTransaction(ctx.db, async (tx) => {
    await lockOwner(tx, ownerId);
    const row = await uploadById(tx, id, { lock: true });
    if (row === null || row.state !== state) throw new NotWanted();
    const needed = Math.max(length ?? row.sizeBytes ?? 0, received);
    const taken = row.sizeBytes ?? row.receivedBytes;
    await assertWithinQuota(tx, ownerId, { imageMb: Math.max(0, mbOf(needed) - mbOf(taken)) });
    const values = { receivedBytes: received, sizeBytes: length ?? row.sizeBytes, percent };
    await changeUpload(tx, { id, states: [state] }, { ...values, touchedAt: ctx.clock.now() });
  });
  if (!(await hasRoomFor(ctx.settings.images, Math.max(0, (length ?? received) - received))))
    throw new AppError('NO_ROOM', say('UPLOAD_NO_ROOM'));
}
