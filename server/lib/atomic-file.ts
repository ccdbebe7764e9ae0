import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, copyFile, link, lstat, open, readdir, rename, rm, stat, symlink, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hasCode } from './error-code';

/*
 * What must outlive a crash or a loss of power comes to its name by one of these. A name is an entry of its folder, so the
 * folder is written through, too (https://lwn.net/Articles/457667/); what only lives as long as its process (sockets, locks,
 * pid files) or is made anew by every start needs none of it.
 */

/**
 * Writes a file so that a reader, or the next start after a crash, finds the old or the new content, never a part. When it
 * resolves, the new one is on the disk. Never follows a symbolic link.
 */
export async function writeFileAtomic(path: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
  const temporary = temporaryFor(path);
  try {
    await writeNew(temporary, content, mode);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncOne(dirname(path));
}

/**
 * The same for a file that is made once: of those who make it at the same time, on the same machine, one does, and the others
 * find its file there and leave it alone.
 */
export async function createFileOnce(path: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
  const temporary = temporaryFor(path);
  try {
    await writeNew(temporary, content, mode);
    // unlike a rename, it replaces nothing
    await link(temporary, path).catch((error: unknown) => {
      if (!hasCode(error, 'EEXIST')) throw error;
    });
  } finally {
    await rm(temporary, { force: true });
  }
  await syncOne(dirname(path));
}

/**
 * Gives a file, or a folder with all that is in it, its name once it is on the disk, and waits until the name is, too: after
 * a crash there is no name without its content. Both names are in the same file system; a file at `to` is replaced.
 */
export async function moveIntoPlace(from: string, to: string): Promise<void> {
  if ((await lstat(from)).isDirectory()) await syncTree(from);
  else await syncOne(from);
  await rename(from, to);
  await syncOne(dirname(to));
}

/**
 * Another name for a file that nobody writes to, in place of what has that name; a copy where there can be no other name. Who
 * has opened what was there keeps it.
 */
export async function linkIntoPlace(from: string, to: string): Promise<void> {
  const temporary = temporaryFor(to);
  try {
    await link(from, temporary).catch(async (error: unknown) => {
      if (!hasCode(error, 'EXDEV', 'EPERM', 'EMLINK')) throw error;
      await copyFile(from, temporary, constants.COPYFILE_FICLONE);
      const { atime, mtime } = await stat(from);
      await utimes(temporary, atime, mtime);
    });
    await moveIntoPlace(temporary, to);
  } finally {
    // also a link that was renamed over another one of the same file stays
    await rm(temporary, { force: true });
  }
}

/** A symbolic link to `target` in place of what has that name: whoever follows it comes to the one or the other, never nowhere. It need not outlive a loss of power. */
export async function linkInPlace(target: string, path: string): Promise<void> {
  const temporary = temporaryFor(path);
  await symlink(target, temporary);
  try {
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/**
 * Another name for somebody's socket, that others than its user may write to from then on, in place of what has that name. For a folder that nobody else
 * writes to: it is looked at, and opened up, only once it is there. Rejects for what is no socket of that user. Need not outlive a loss of power.
 */
export async function linkSocketInPlace(socket: string, path: string, uid: number): Promise<void> {
  const temporary = temporaryFor(path);
  try {
    await link(socket, temporary);
    const found = await lstat(temporary);
    if (!found.isSocket() || found.uid !== uid) throw new Error(`${socket} is no socket of user ${uid}`);
    await chmod(temporary, 0o602);
    await rename(temporary, path);
  } finally {
    // also a name of the same socket, which the other one does not replace
    await rm(temporary, { force: true });
  }
}

const temporaryFor = (path: string) => `${path}.${randomBytes(6).toString('hex')}.tmp`;

async function writeNew(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Waits until a folder and all that is in it is on the disk itself. */
async function syncTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await syncTree(path);
    else if (entry.isFile()) await syncOne(path);
  }
  await syncOne(folder);
}

async function syncOne(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
