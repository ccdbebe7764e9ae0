import { chmod, chown, mkdir, open, readdir, rm, stat, statfs, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { moveIntoPlace } from '#server/lib/atomic-file';
import { hasCode } from '#server/lib/error-code';
import type { DomainContext } from '../context';

type Folders = DomainContext['settings']['images'];

/** Where images of one's own are in a data folder: what comes in, and what was made of it. The qemu provider reads the latter. */
export function imageFolders(dataDir: string): Folders {
  return { uploads: join(dataDir, 'uploads'), own: join(dataDir, 'images', 'own') };
}

/** Left free for what else the server writes. */
const reserveBytes = 512 * 2 ** 20;
/** What was made lies there before its row does. */
const unnamedRemainMs = 3_600_000;
export const partName = 'part';

export function uploadFolder({ uploads }: Folders, id: number): string {
  return join(uploads, String(id));
}

/** Whether so many bytes more fit on the disk that uploads come to. */
export async function hasRoomFor({ uploads }: Folders, bytes: number): Promise<boolean> {
  await mkdir(uploads, { recursive: true, mode: 0o700 });
  const { bavail, bsize } = await statfs(uploads);
  return bavail * bsize >= bytes + reserveBytes;
}

/**
 * Writes pieces into an upload's file from `offset` on, as they come: the next one is asked for when the one before is written.
 * `onWritten` is told how far the file goes.
 */
export async function writePart(
  folder: string,
  {
    offset,
    pieces,
    onWritten,
  }: { offset: number; pieces: AsyncIterable<Uint8Array>; onWritten: (end: number) => void },
): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, partName);
  const file = await open(path, 'r+').catch((error: unknown) => {
    if (!hasCode(error, 'ENOENT')) throw error;
    return open(path, 'wx+', 0o600);
  });
  try {
    let end = offset;
    for await (const piece of pieces) {
      for (let from = 0; from < piece.length;) {
        const { bytesWritten } = await file.write(piece, from, piece.length - from, end);
        from += bytesWritten;
        end += bytesWritten;
      }
      onWritten(end);
    }
  } finally {
    await file.close();
  }
}

/** Bytes of an upload's file; 0 where there is none. Written through to the disk first. */
export async function settledBytes(folder: string): Promise<number> {
  const file = await open(join(folder, partName), 'r').catch(() => null);
  if (file === null) return 0;
  try {
    await file.datasync();
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}

/** Gives a disk its place by its checksum. One that has the same content may be there already. */
export async function keepDisk({ own }: Folders, disk: { path: string; sha256: string }): Promise<void> {
  await mkdir(own, { recursive: true, mode: 0o700 });
  const place = join(own, `${disk.sha256}.qcow2`);
  if ((await stat(place).catch(() => null)) !== null) {
    const now = new Date();
    // as one that was made just now
    await utimes(place, now, now);
    return;
  }
  if (process.getuid !== undefined && process.getgid !== undefined)
    await chown(disk.path, process.getuid(), process.getgid());
  await chmod(disk.path, 0o444);
  await moveIntoPlace(disk.path, place);
}

/** Removes what is of no upload in `alive`, and disks that are not in `kept`. Answers how many of either. */
export async function sweepFolders(
  { uploads, own }: Folders,
  { alive, kept }: { alive: ReadonlySet<number>; kept: ReadonlySet<string> },
): Promise<{ uploads: number; disks: number }> {
  const removed = { uploads: 0, disks: 0 };
  for (const name of await readdir(uploads).catch(() => [])) {
    if (!/^\d+$/.test(name) || alive.has(Number(name))) continue;
    await rm(join(uploads, name), { recursive: true, force: true });
    removed.uploads += 1;
  }
  for (const name of await readdir(own).catch(() => [])) {
    const sha256 = /^([0-9a-f]{64})\.qcow2$/.exec(name)?.[1];
    if (sha256 === undefined || kept.has(sha256)) continue;
    const status = await stat(join(own, name)).catch(() => null);
    if (status === null || Date.now() - status.mtimeMs < unnamedRemainMs) continue;
    await rm(join(own, name), { force: true });
    removed.disks += 1;
  }
  return removed;
}
