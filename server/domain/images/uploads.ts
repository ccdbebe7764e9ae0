import { rm } from 'node:fs/promises';
import type { z } from 'zod';
import { imageUploads } from '#drizzle/schema/image-uploads';
import { AppError, notFound } from '#shared/errors';
import {
  type chunkAnswerSchema,
  type createUploadInput,
  type finishUploadInput,
  type ImageUpload,
  type imageUploadPage,
  type listUploadsInput,
} from '#shared/image-upload';
import { limits } from '#shared/limits';
import { say } from '#shared/sentence';
import { chunkBytes, chunkHeadBytes, readChunkHead } from '#shared/upload-chunk';
import type { Queryable } from '#server/db/client';
import { page } from '#server/db/keyset';
import {
  changeUpload,
  countUnfinished,
  deleteUpload,
  isNameTaken,
  receivedAtLeast,
  uploadById,
  uploadRows,
  type UploadRow,
} from '#server/db/queries/image-uploads';
import { iso, only } from '#server/db/rows';
import { inTransaction } from '#server/db/transaction';
import { chunksOf } from '#server/lib/chunks-of';
import { hasCode } from '#server/lib/error-code';
import { KeyedMutex } from '#server/lib/keyed-mutex';
import { Semaphore } from '#server/lib/semaphore';
import { recordAudit, type AuditRecord } from '../audit';
import type { Actor, DomainContext, Home } from '../context';
import { assertWithinQuota, lockOwner } from '../quotas/quotas';
import { withoutQuery } from './file-url';
import { hasRoomFor, settledBytes, uploadFolder, writePart } from './upload-files';

/** Pieces that are written at once; others wait, unread. */
const writers = new Semaphore(8);
/** One piece of an upload at a time, whoever sends it twice. */
const writing = new KeyedMutex<string>();

export const publicUpload = (row: UploadRow): ImageUpload => ({
  id: row.id,
  name: row.name,
  fileName: row.fileName,
  sizeBytes: row.sizeBytes,
  url: withoutQuery(row.url),
  vmId: row.vmId,
  receivedBytes: row.receivedBytes,
  sha256: row.sha256,
  state: row.state,
  percent: row.percent,
  format: row.format,
  imageId: row.imageId,
  error: row.error,
  sentences: row.sentences,
  createdAt: iso(row.createdAt),
  touchedAt: iso(row.touchedAt),
});

/** One's own. NOT_FOUND. */
async function loadUpload(q: Queryable, { actor, id, lock = false }: { actor: Actor; id: number; lock?: boolean }) {
  const row = await uploadById(q, id, { lock });
  if (row === null || row.ownerId !== actor.userId) throw notFound('upload');
  return row;
}

/** Whether the bytes of an upload are in this server's folder. */
export function isHere(home: Home, { homeId }: Pick<UploadRow, 'homeId'>): boolean {
  return home.everything || homeId === home.id;
}

export const mbOf = (bytes: number) => Math.ceil(bytes / 2 ** 20);

/**
 * Announces a file that is to become an image of the actor's own. Nothing of it is here yet; it counts in the quota as it was announced. NAME_TAKEN,
 * QUOTA_EXCEEDED, TOO_MANY_UPLOADS; NO_ROOM on the disk.
 */
export function createUpload(
  ctx: DomainContext,
  { actor, upload }: { actor: Actor; upload: z.infer<typeof createUploadInput> },
): Promise<ImageUpload> {
  return announceUpload(ctx, { actor, upload, audit: { action: 'image-uploads.create', details: upload } });
}

type NewUpload = Omit<typeof imageUploads.$inferInsert, 'ownerId' | 'homeId' | 'touchedAt'> & {
  sizeBytes: number | null;
};

/** Makes the row of what is to become an image, however it comes here. */
export async function announceUpload(
  ctx: DomainContext,
  { actor, upload, audit }: { actor: Actor; upload: NewUpload; audit: Pick<AuditRecord, 'action' | 'details'> },
): Promise<ImageUpload> {
  if (!(await hasRoomFor(ctx.settings.images, upload.sizeBytes ?? 0)))
    throw new AppError('NO_ROOM', say('UPLOAD_NO_ROOM'), { field: 'sizeBytes' });
  return inTransaction(ctx.db, async (tx) => {
    await lockOwner(tx, actor.userId);
    const limit = limits.uploadsPerUser;
    if ((await countUnfinished(tx, actor.userId)) >= limit)
      throw new AppError('TOO_MANY_UPLOADS', say('UPLOADS_LIMIT', { limit }), { params: { limit } });
    if (await isNameTaken(tx, actor.userId, upload.name))
      throw new AppError('NAME_TAKEN', `There is an image called ${upload.name} already.`, {
        field: 'name',
        params: { name: upload.name },
      });
    // of what nobody knows the size of, there has to be room for anything at all
    await assertWithinQuota(tx, actor.userId, { imageMb: mbOf(upload.sizeBytes ?? 1) });
    const [{ insertId }] = await tx
      .insert(imageUploads)
      .values({ ...upload, ownerId: actor.userId, homeId: ctx.home.id, touchedAt: ctx.clock.now() });
    await recordAudit(tx, actor, { ...audit, objectType: 'image_upload', objectId: insertId });
    return publicUpload(
      only(
        [await uploadById(tx, insertId)].flatMap((row) => row ?? []),
        'the new upload',
      ),
    );
  });
}

/** The actor's own, newest first: what is under way, and how others ended in the last days. */
export async function listUploads(
  ctx: DomainContext,
  { actor, query }: { actor: Actor; query: z.infer<typeof listUploadsInput> },
): Promise<z.infer<typeof imageUploadPage>> {
  const rows = await uploadRows(ctx.db, { ownerId: actor.userId, ...query });
  return page(rows, query.limit, publicUpload, ({ id }) => [id]);
}

export async function getUpload(ctx: DomainContext, { actor, id }: { actor: Actor; id: number }): Promise<ImageUpload> {
  return publicUpload(await loadUpload(ctx.db, { actor, id }));
}

/**
 * Takes a piece: what it is of, and where it begins, stands in its first bytes (`shared/upload-chunk.ts`). A piece that came already may come
 * again. What of one came before it broke off is kept. Answers where the next one begins. UPLOAD_OFFSET, which says that too, for one that leaves
 * a gap; UPLOAD_CLOSED, UPLOAD_ELSEWHERE, PAYLOAD_TOO_LARGE; INVALID_INPUT for what is no piece, or is more than was announced; NO_ROOM.
 */
export async function writeChunk(
  ctx: DomainContext,
  { actor, body }: { actor: Actor; body: ReadableStream<Uint8Array> },
): Promise<z.infer<typeof chunkAnswerSchema>> {
  const pieces = unbroken(chunksOf(body));
  const { head, rest } = await headOf(pieces);
  const { uploadId, offset } = readChunkHead(head);
  if (!(uploadId > 0) || !(offset >= 0)) throw new AppError('INVALID_INPUT', say('UPLOAD_NOT_CHUNK'));
  const folder = uploadFolder(ctx.settings.images, uploadId);
  return writing.run(folder, async () => {
    const row = await loadUpload(ctx.db, { actor, id: uploadId });
    if (row.state !== 'uploading') throw closed();
    if (!isHere(ctx.home, row)) throw new AppError('UPLOAD_ELSEWHERE', say('UPLOAD_ELSEWHERE'));
    if (offset > row.receivedBytes) throw atOffset(row.receivedBytes);
    let received = row.receivedBytes;
    const release = await writers.acquire();
    try {
      await writePart(folder, {
        offset,
        pieces: bounded(following(rest, pieces), (row.sizeBytes ?? 0) - offset),
        onWritten: (end) => (received = Math.max(received, end)),
      });
    } catch (error) {
      if (hasCode(error, 'ENOSPC', 'EDQUOT')) throw new AppError('NO_ROOM', say('UPLOAD_NO_ROOM'), { cause: error });
      throw error;
    } finally {
      release();
      await changeUpload(
        ctx.db,
        { id: uploadId, states: ['uploading'] },
        { receivedBytes: receivedAtLeast(received), touchedAt: ctx.clock.now() },
      );
    }
    return { receivedBytes: received };
  });
}

const closed = () => new AppError('UPLOAD_CLOSED', say('UPLOAD_CLOSED'));
const atOffset = (received: number) =>
  new AppError('UPLOAD_OFFSET', say('UPLOAD_OFFSET', { received }), { params: { received } });

/** A connection that ends is nobody's fault: what came of the piece counts. */
async function* unbroken(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces;
  } catch (error) {
    throw error instanceof AppError ? error : new AppError('INVALID_INPUT', say('UPLOAD_BROKEN_OFF'), { cause: error });
  }
}

async function headOf(pieces: AsyncGenerator<Uint8Array>): Promise<{ head: Uint8Array; rest: Uint8Array }> {
  let begun: Buffer = Buffer.alloc(0);
  while (begun.length < chunkHeadBytes) {
    const next = await pieces.next();
    if (next.done === true) throw new AppError('INVALID_INPUT', say('UPLOAD_NOT_CHUNK'));
    begun = Buffer.concat([begun, next.value]);
  }
  return { head: begun.subarray(0, chunkHeadBytes), rest: begun.subarray(chunkHeadBytes) };
}

async function* following(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (first.length > 0) yield first;
  yield* rest;
}

/** No more than a piece may have, nor than is missing. */
async function* bounded(pieces: AsyncIterable<Uint8Array>, missing: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const piece of pieces) {
    bytes += piece.length;
    if (bytes > chunkBytes) throw new AppError('PAYLOAD_TOO_LARGE', 'The request is too large.');
    if (bytes > missing) throw new AppError('INVALID_INPUT', say('UPLOAD_TOO_LONG'));
    yield piece;
  }
}

/**
 * Nothing more comes: what is here is checked and made an image of, which its state tells. Twice is once. UPLOAD_OFFSET while something is missing;
 * UPLOAD_CLOSED for one that failed.
 */
export async function finishUpload(
  ctx: DomainContext,
  { actor, id, sha256 }: { actor: Actor } & z.infer<typeof finishUploadInput>,
): Promise<ImageUpload> {
  const { state, homeId } = await loadUpload(ctx.db, { actor, id });
  const folder = uploadFolder(ctx.settings.images, id);
  // a piece that is being written is waited for
  const onDisk =
    state === 'uploading' && isHere(ctx.home, { homeId })
      ? await writing.run(folder, () => settledBytes(folder))
      : null;
  const row = await inTransaction(ctx.db, async (tx) => {
    const old = await loadUpload(tx, { actor, id, lock: true });
    if (old.state === 'failed') throw closed();
    if (old.state !== 'uploading') return old;
    if (onDisk === null) throw new AppError('UPLOAD_ELSEWHERE', say('UPLOAD_ELSEWHERE'));
    const received = Math.min(old.receivedBytes, onDisk);
    if (received < (old.sizeBytes ?? 0)) {
      if (received < old.receivedBytes)
        await changeUpload(tx, { id, states: ['uploading'] }, { receivedBytes: received });
      return { ...old, receivedBytes: received };
    }
    const values = { state: 'checking' as const, sha256, touchedAt: ctx.clock.now() };
    await changeUpload(tx, { id, states: ['uploading'] }, values);
    await recordAudit(tx, actor, {
      action: 'image-uploads.finish',
      objectType: 'image_upload',
      objectId: id,
      details: { name: old.name, fileName: old.fileName, sizeBytes: old.sizeBytes },
    });
    return { ...old, ...values };
  });
  // after what was found out has been written down
  if (row.state === 'uploading') throw atOffset(row.receivedBytes);
  ctx.bus.offerUploads();
  return publicUpload(row);
}

/** Ends an upload, however far it is, and forgets it; of one that has ended only what is said of it. The image stays. */
export async function cancelUpload(ctx: DomainContext, { actor, id }: { actor: Actor; id: number }): Promise<void> {
  const row = await inTransaction(ctx.db, async (tx) => {
    const old = await loadUpload(tx, { actor, id, lock: true });
    await recordAudit(tx, actor, {
      action: 'image-uploads.cancel',
      objectType: 'image_upload',
      objectId: id,
      details: { name: old.name, fileName: old.fileName, state: old.state },
    });
    await deleteUpload(tx, id);
    return old;
  });
  ctx.bus.offerUploads();
  const beingMade = row.state !== 'uploading';
  // who fetches it or makes an image of it finds its row gone; at another server its folder is swept
  if (!isHere(ctx.home, row) || beingMade) return;
  const folder = uploadFolder(ctx.settings.images, id);
  await writing.run(folder, () => rm(folder, { recursive: true, force: true }));
}
