import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '#shared/errors';
import { limits } from '#shared/limits';
import { say } from '#shared/sentence';
import { changeUpload, type UploadRow } from '#server/db/queries/image-uploads';
import { sliceById } from '#server/db/queries/slices';
import { zoneById } from '#server/db/queries/zones';
import type { DomainContext } from '../context';
import { reserve } from './reserve';
import { partName } from './upload-files';
import { workOnUpload } from './work-on-upload';

type Context = Pick<DomainContext, 'db' | 'clock' | 'log' | 'providers' | 'settings'>;

/** Has the zone write the disk of a VM into this server's folder: what an image is made of then as of an upload. */
export async function saveOne(ctx: Context, { row, signal }: { row: UploadRow; signal: AbortSignal }): Promise<void> {
  const states = ['saving'] as const;
  // what a dead server has written of it is written again. Ended meanwhile: nothing is to be done
  const begun = { receivedBytes: 0, sizeBytes: null, percent: 0, touchedAt: ctx.clock.now() };
  if (!(await changeUpload(ctx.db, { id: row.id, states }, begun))) return;
  let done = { percent: 0, bytes: 0 };
  await workOnUpload(ctx, {
    row,
    states,
    signal,
    progress: () => reserve(ctx, row, { received: done.bytes, percent: done.percent }),
    work: async ({ folder, signal: until, write }) => {
      const { sliceId, vmId } = row;
      const slice = sliceId === null ? null : await sliceById(ctx.db, sliceId, { lock: false });
      const zone = slice === null ? null : await zoneById(ctx.db, slice.zoneId);
      if (slice === null || vmId === null || zone === null) throw new AppError('NOT_FOUND', say('VM_DISK_GONE'));
      const path = join(folder, partName);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await rm(path, { force: true });
      const provider = await ctx.providers.forZone(zone);
      await provider.saveDisk({ id: slice.id }, vmId, {
        path,
        maxBytes: limits.uploadMb * 2 ** 20,
        signal: until,
        onProgress: (now) => (done = now),
      });
      const { size } = await stat(path);
      await reserve(ctx, row, { received: size, length: size, percent: 100 });
      await write({ state: 'checking', percent: null });
    },
  });
}
