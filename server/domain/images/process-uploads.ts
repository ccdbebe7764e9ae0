import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { images } from '#drizzle/schema/catalogue';
import { AppError } from '#shared/errors';
import { limits } from '#shared/limits';
import { asError, say, within, type Said } from '#shared/sentence';
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
import { DiskFaultError, type DiskFault } from '#server/lib/disk-images/fault';
import { prepareDisk, type PreparedDisk } from '#server/lib/disk-images/prepare-disk';
import { digestOf } from '#server/lib/digest-of';
import { unprivilegedUser } from '#server/lib/unprivileged-user';
import type { Transaction } from '#server/db/client';
import type { DomainContext } from '../context';
import { numberedName } from '../names';
import { assertWithinQuota, lockOwner } from '../quotas/quotas';
import { imageNameIndex } from './images';
import { keepDisk, partName, settledBytes, sweepFolders, uploadFolder } from './upload-files';
import { mbOf } from './uploads';

const lookMs = 5_000;
const sweepMs = 600_000;
const progressMs = 1_000;
const day = 24 * 3_600_000;
/** An upload of which nothing comes any more is given up, and how one ended is forgotten. */
const abandonedMs = day;
const endedMs = 7 * day;
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

class NotWanted extends Error {}

async function processOne(ctx: Context, { row, signal }: { row: UploadRow; signal: AbortSignal }): Promise<void> {
  const folder = uploadFolder(ctx.settings.images, row.id);
  const cancelled = new AbortController();
  const until = AbortSignal.any([signal, cancelled.signal]);
  const states = ['checking', 'converting'] as const;
  let percent: number | null = null;
  const write = async (values: Partial<UploadRow>) => {
    const there = await changeUpload(ctx.db, { id: row.id, states }, { ...values, touchedAt: ctx.clock.now() });
    if (!there) cancelled.abort(new NotWanted());
  };
  let writing = Promise.resolve();
  const timer = setInterval(() => {
    writing = write({ percent }).catch((error: unknown) =>
      ctx.log.warn('An upload’s progress was not written.', { error }),
    );
  }, progressMs);
  let failure: { why: Said; error: unknown } | null = null;
  try {
    const sha256 = await checkedSum(row, folder, until);
    await write({ state: 'checking', sha256, percent: null });
    until.throwIfAborted();
    const disk = await prepareDisk({
      folder,
      file: partName,
      maxDiskBytes: limits.uploadedDiskGb * 2 ** 30,
      maxStoredBytes: limits.uploadMb * 2 ** 20,
      bounds,
      runAs: await unprivilegedUser(),
      signal: until,
      onFormat: async (format) => write({ state: 'converting', format, percent: 0 }),
      onPercent: (done) => (percent = done),
    });
    await keepDisk(ctx.settings.images, disk);
    await makeImage(ctx, { row, disk });
  } catch (error) {
    if (signal.aborted) return;
    if (!cancelled.signal.aborted) failure = { why: reasonOf(error, row), error };
  } finally {
    clearInterval(timer);
    await writing;
  }
  if (failure !== null) {
    ctx.log.warn('An upload became no image.', { upload: row.id, error: failure.error });
    await write({ state: 'failed', percent: null, ...asError(within(500, failure.why)) });
  }
  await rm(folder, { recursive: true, force: true });
}

/** SHA-256 of what came; refused if it is not all of it, or not what its sender has. */
async function checkedSum(row: UploadRow, folder: string, signal: AbortSignal): Promise<string> {
  if ((await settledBytes(folder)) !== row.sizeBytes) throw new AppError('INVALID_INPUT', say('UPLOAD_INCOMPLETE'));
  const found = await digestOf(join(folder, partName), { signal });
  if (row.sha256 !== null && row.sha256 !== found)
    throw new AppError('INVALID_INPUT', say('UPLOAD_WRONG_CHECKSUM', { found }));
  return found;
}

const sentenceOf = {
  unknown: 'DISK_UNKNOWN',
  damaged: 'DISK_DAMAGED',
  'backing-file': 'DISK_BACKING_FILE',
  'data-file': 'DISK_DATA_FILE',
  encrypted: 'DISK_ENCRYPTED',
  'several-files': 'DISK_SEVERAL_FILES',
  nested: 'DISK_NESTED',
  'not-unpacked': 'DISK_NOT_UNPACKED',
  'cd-only': 'DISK_CD_ONLY',
  'no-tool': 'DISK_NO_TOOL',
  'too-slow': 'DISK_TOO_SLOW',
  'no-room': 'DISK_NO_ROOM',
} as const satisfies Record<Exclude<DiskFault, 'too-large' | 'stores-too-much'>, string>;

function reasonOf(error: unknown, { fileName: file }: UploadRow): Said {
  if (error instanceof AppError) return error.said;
  if (!(error instanceof DiskFaultError)) return say('INTERNAL_LOGGED');
  if (error.fault === 'too-large') return say('DISK_TOO_LARGE', { file, max: limits.uploadedDiskGb });
  if (error.fault === 'stores-too-much') return say('DISK_STORES_TOO_MUCH', { file, max: limits.uploadMb });
  return say(sentenceOf[error.fault], { file });
}

/** The image of the upload's owner, private at first. QUOTA_EXCEEDED where it takes more than was announced. */
async function makeImage(ctx: Context, { row, disk }: { row: UploadRow; disk: PreparedDisk }): Promise<void> {
  await inTransaction(ctx.db, async (tx) => {
    await lockOwner(tx, row.ownerId);
    const sizeMb = mbOf(disk.bytes);
    await assertWithinQuota(tx, row.ownerId, { imageMb: Math.max(0, sizeMb - mbOf(row.sizeBytes)) });
    const imageId = await insertImage(tx, row, {
      kind: 'disk',
      source: `own:${disk.sha256}`,
      sha256: disk.sha256,
      sizeMb,
      minDiskGb: Math.ceil(disk.diskBytes / 2 ** 30),
      description: row.fileName,
      ownerId: row.ownerId,
      visibility: 'private',
    });
    const states = ['checking', 'converting'] as const;
    const values = { state: 'ready' as const, percent: null, imageId, touchedAt: ctx.clock.now() };
    // cancelled meanwhile: nothing is made of it
    if (!(await changeUpload(tx, { id: row.id, states }, values))) throw new NotWanted();
  }).catch((error: unknown) => {
    if (!(error instanceof NotWanted)) throw error;
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
