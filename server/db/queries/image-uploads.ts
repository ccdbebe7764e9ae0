import { and, asc, count, desc, eq, inArray, isNotNull, lt, sql, type SQL } from 'drizzle-orm';
import { images } from '#drizzle/schema/catalogue';
import { imageUploads } from '#drizzle/schema/image-uploads';
import { unfinishedUploads, type UploadState } from '#shared/image-upload';
import type { Queryable } from '#server/db/client';
import { decodeCursor, idCursor } from '../keyset';
import { isKeptImage } from './images';

export type UploadRow = typeof imageUploads.$inferSelect;
/** Of which data folder: null where one server has them all. */
export type UploadHome = number | null;
/** Of those that wait to be got so many are looked at. */
const comingSeen = 500;

export async function uploadById(q: Queryable, id: number, { lock = false } = {}): Promise<UploadRow | null> {
  const query = q.select().from(imageUploads).where(eq(imageUploads.id, id));
  const [row] = await (lock ? query.for('update') : query);
  return row ?? null;
}

/** A page of an owner's, newest first, and one more. */
export function uploadRows(
  q: Queryable,
  { ownerId, limit, cursor }: { ownerId: number; limit: number; cursor?: string | null | undefined },
): Promise<UploadRow[]> {
  const position = decodeCursor(idCursor, cursor);
  return q
    .select()
    .from(imageUploads)
    .where(and(eq(imageUploads.ownerId, ownerId), position === null ? undefined : lt(imageUploads.id, position[0])))
    .orderBy(desc(imageUploads.id))
    .limit(limit + 1);
}

/** How many of an owner's have not come to an end. */
export async function countUnfinished(q: Queryable, ownerId: number): Promise<number> {
  const [row] = await q
    .select({ many: count() })
    .from(imageUploads)
    .where(and(eq(imageUploads.ownerId, ownerId), inArray(imageUploads.state, [...unfinishedUploads])));
  return row?.many ?? 0;
}

/** Whether a name is that of a living image of the owner's, or of what is to become one. */
export async function isNameTaken(q: Queryable, ownerId: number, name: string): Promise<boolean> {
  const key = name.toLowerCase();
  const [image] = await q
    .select({ id: images.id })
    .from(images)
    .where(and(eq(images.ownerKey, ownerId), eq(images.liveKey, key)));
  if (image !== undefined) return true;
  const rows = await q
    .select({ name: imageUploads.name })
    .from(imageUploads)
    .where(and(eq(imageUploads.ownerId, ownerId), inArray(imageUploads.state, [...unfinishedUploads])));
  return rows.some((row) => row.name.toLowerCase() === key);
}

/** Changes an upload that is in one of `states`. Whether it was. */
export async function changeUpload(
  q: Queryable,
  { id, states }: { id: number; states: readonly UploadState[] },
  values: Partial<Omit<UploadRow, 'id' | 'receivedBytes'>> & { receivedBytes?: number | SQL },
): Promise<boolean> {
  const [result] = await q
    .update(imageUploads)
    .set(values)
    .where(and(eq(imageUploads.id, id), inArray(imageUploads.state, [...states])));
  return result.affectedRows === 1;
}

/** So much of it is here, at least. */
export const receivedAtLeast = (bytes: number) => sql`greatest(${imageUploads.receivedBytes}, ${bytes})`;

export async function deleteUpload(q: Queryable, id: number): Promise<void> {
  await q.delete(imageUploads).where(eq(imageUploads.id, id));
}

/** At this home, or at nobody's. */
const isAt = (home: UploadHome) => (home === null ? undefined : eq(imageUploads.homeId, home));

/** The one that is whole and waits longest to become an image. */
export async function nextUpload(q: Queryable, home: UploadHome): Promise<UploadRow | null> {
  const [row] = await q
    .select()
    .from(imageUploads)
    .where(and(inArray(imageUploads.state, ['checking', 'converting']), isAt(home)))
    .orderBy(asc(imageUploads.touchedAt))
    .limit(1);
  return row ?? null;
}

/** Those that the server is to get by itself, from a URL or from a zone, as they were asked for. */
export function comingRows(q: Queryable, home: UploadHome): Promise<UploadRow[]> {
  return q
    .select()
    .from(imageUploads)
    .where(and(inArray(imageUploads.state, ['fetching', 'saving']), isAt(home)))
    .orderBy(asc(imageUploads.id))
    .limit(comingSeen);
}

/** Forgets those of which nothing came since `abandonedBefore`, and those that ended before `endedBefore`. */
export async function deleteOldUploads(
  q: Queryable,
  { abandonedBefore, endedBefore }: { abandonedBefore: Date; endedBefore: Date },
): Promise<number> {
  const [abandoned] = await q
    .delete(imageUploads)
    .where(and(eq(imageUploads.state, 'uploading'), lt(imageUploads.touchedAt, abandonedBefore)));
  const [ended] = await q
    .delete(imageUploads)
    .where(and(inArray(imageUploads.state, ['ready', 'failed']), lt(imageUploads.touchedAt, endedBefore)));
  return abandoned.affectedRows + ended.affectedRows;
}

/** Those whose bytes have to stay. */
export async function unfinishedIds(q: Queryable): Promise<Set<number>> {
  const rows = await q
    .select({ id: imageUploads.id })
    .from(imageUploads)
    .where(inArray(imageUploads.state, [...unfinishedUploads]));
  return new Set(rows.map(({ id }) => id));
}

/** Checksums of the disks that living images are, or VMs lie over. */
export async function keptDisks(q: Queryable): Promise<Set<string>> {
  const rows = await q
    .select({ sha256: images.sha256 })
    .from(images)
    .where(and(isNotNull(images.ownerId), isKeptImage));
  return new Set(rows.flatMap(({ sha256 }) => (sha256 === null ? [] : [sha256])));
}
