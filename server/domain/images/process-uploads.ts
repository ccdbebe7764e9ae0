import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { images } from '#drizzle/schema/catalogue';
import { AppError } from '#shared/errors';
import { limits } from '#shared/limits';
import { say } from '#shared/sentence';
import { duplicateIndex } from '#server/db/errors';
import {
  changeUpload,
  deleteOldUploads,
  keptDisks,
  nextUpload,
  unfinishedIds,
  type UploadRow,
} from '#server/db/queries/image-uploads';
import { inTransaction } from '#server/db/transaction';
import { startBackgroundLoop } from '#server/lib/background-loop';
import { prepareDisk, type PreparedDisk } from '#server/lib/disk-images/prepare-disk';
import { digestOf } from '#server/lib/digest-of';
import { unprivilegedUser } from '#server/lib/unprivileged-user';
import type { Transaction } from '#server/db/client';
import type { DomainContext } from '../context';
import { numberedName } from '../names';
import { assertWithinQuota, lockOwner } from '../quotas/quotas';
import { imageNameIndex } from './images';
import { keepDisk, partName, settledBytes, sweepFolders } from './upload-files';
import { mbOf } from './uploads';
import { NotWanted, workOnUpload } from './work-on-upload';

const lookMs = 5_000;
const sweepMs = 600_000;
const day = 24 * 3_600_000;
/** An upload of which nothing comes any more is given up, and how one ended is forgotten. */
const abandonedMs = day;
const endedMs = 7 * day;
const beingMade = ['checking', 'converting'] as const;
/** Of one process that looks into a file. */
const bounds = { seconds: 3_600, memoryMb: 2_048 };

type Context = Pick<DomainContext, 'db' | 'bus' | 'clock' | 'log' | 'home' | 'settings'>;

/**
 * Makes images of uploads that are whole, one at a time, in this server's folder, and sweeps it: what a dead server was busy with is begun anew.
 * Answers what stops it: what is under way is left, and begun anew by the next start.
 */
export function startUploadKeeper(ctx: Context): () => Promise<void> {
  let swept = Number.NEGATIVE_INFINITY;
  return startBackgroundLoop({
    everyMs: lookMs,
    atOnce: true,
    wokenBy: (wake) => ctx.bus.onUploads(wake),
    round: async (signal) => {
      await processUploads(ctx, { signal });
      if (signal.aborted || performance.now() - swept < sweepMs) return;
      swept = performance.now();
      await sweepUploads(ctx);
    },
    // a database that is away: there is a next time
    onError: (error) => ctx.log.warn('Uploads could not be looked after.', { error }),
  });
}

/** Makes an image of every upload that is whole. Resolves when none is left. */
export async function processUploads(
  ctx: Context,
  { signal = new AbortController().signal }: { signal?: AbortSignal } = {},
): Promise<void> {
  const { home } = ctx;
  if (!home.everything && home.id === null) return;
  for (;;) {
    const row = signal.aborted ? null : await nextUpload(ctx.db, home.everything ? null : home.id);
    if (row === null) return;
    await processOne(ctx, { row, signal });
  }
}

/** Removes what was given up and what nothing uses: uploads, and the disks of images that were deleted. */
export async function sweepUploads(ctx: Context): Promise<void> {
  const now = ctx.clock.now().getTime();
  const forgotten = await deleteOldUploads(ctx.db, {
    abandonedBefore: new Date(now - abandonedMs),
    endedBefore: new Date(now - endedMs),
  });
  const removed = await sweepFolders(ctx.settings.images, {
    alive: await unfinishedIds(ctx.db),
    kept: await keptDisks(ctx.db),
  });
  if (forgotten + removed.uploads + removed.disks > 0) ctx.log.info('Uploads were swept.', { forgotten, ...removed });
}

async function processOne(ctx: Context, { row, signal }: { row: UploadRow; signal: AbortSignal }): Promise<void> {
  let percent: number | null = null;
  await workOnUpload(ctx, {
    row,
    states: beingMade,
    signal,
    progress: (write) => write({ percent }),
    work: async ({ folder, signal: until, write }) => {
      const sha256 = await checkedSum(row, folder, until);
      await write({ state: 'checking', sha256, percent: null });
      until.throwIfAborted();
      const disk = await prepareDisk({
        folder,
        file: partName,
        maxDiskBytes: limits.uploadedDiskGb * 2 ** 30,
        maxStoredBytes: limits.uploadMb * 2 ** 20,
        bounds,
        // what was a file of somebody's is as they have packed it
        compress: row.sliceId !== null,
        runAs: await unprivilegedUser(),
        signal: until,
        onFormat: async (format) => write({ state: 'converting', format, percent: 0 }),
        onPercent: (done) => (percent = done),
      });
      await keepDisk(ctx.settings.images, disk);
      await makeImage(ctx, { row, disk });
      await rm(folder, { recursive: true, force: true });
    },
  });
}

/** SHA-256 of what came; refused if it is not all of it, or not what its sender has. */
async function checkedSum(row: UploadRow, folder: string, signal: AbortSignal): Promise<string> {
  if ((await settledBytes(folder)) !== row.sizeBytes) throw new AppError('INVALID_INPUT', say('UPLOAD_INCOMPLETE'));
  const found = await digestOf(join(folder, partName), { signal });
  if (row.sha256 !== null && row.sha256 !== found)
    throw new AppError('INVALID_INPUT', say('UPLOAD_WRONG_CHECKSUM', { found }));
  return found;
}

/** The image of the upload's owner, private at first. QUOTA_EXCEEDED where it takes more than was announced. */
async function makeImage(ctx: Context, { row, disk }: { row: UploadRow; disk: PreparedDisk }): Promise<void> {
  await inTransaction(ctx.db, async (tx) => {
    await lockOwner(tx, row.ownerId);
    const sizeMb = mbOf(disk.bytes);
    await assertWithinQuota(tx, row.ownerId, { imageMb: Math.max(0, sizeMb - mbOf(row.sizeBytes ?? 0)) });
    const imageId = await insertImage(tx, row, {
      kind: 'disk',
      source: `own:${disk.sha256}`,
      sha256: disk.sha256,
      sizeMb,
      minDiskGb: Math.ceil(disk.diskBytes / 2 ** 30),
      description: row.description ?? row.fileName,
      ownerId: row.ownerId,
      visibility: 'private',
    });
    const values = { state: 'ready' as const, percent: null, imageId, touchedAt: ctx.clock.now() };
    // cancelled meanwhile: nothing is made of it
    if (!(await changeUpload(tx, { id: row.id, states: beingMade }, values))) throw new NotWanted();
  });
}

/** Under its name, or the next that is free. */
async function insertImage(
  tx: Transaction,
  { name }: UploadRow,
  values: Omit<typeof images.$inferInsert, 'name'>,
): Promise<number> {
  for (let n = 1; ; n += 1) {
    try {
      const [{ insertId }] = await tx.insert(images).values({ ...values, name: numberedName(name, n) });
      return insertId;
    } catch (error) {
      if (duplicateIndex(error) !== imageNameIndex || n >= 100) throw error;
    }
  }
}
