import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import type { VmSpec } from '../provider';

/*
 * What QEMU writes by itself must not fill the disk, also while no server is there to look. The kernel sees to it: a process
 * whose files may not grow beyond N bytes (RLIMIT_FSIZE) can write no more at the end of a file that has N. So a log begins
 * as a hole, as long as the limit less what the log may have; QEMU, which ignores the signal (SIGXFSZ), passes over the
 * error, and the guest goes on.
 */

/** What a log may have on the disk. */
export const logBytes = 4 * 2 ** 20;

/**
 * The largest file, in bytes, that a machine may have: enough for the largest of its disks with the snapshots in it.
 * @param vm null for a network
 */
export function fileLimitOf(vm: Pick<VmSpec, 'image' | 'diskGb' | 'disks'> | null): number {
  if (vm === null) return 64 * 2 ** 20;
  const withSnapshots = (diskGb: number) => (diskGb > 0 ? 4 * diskGb + 64 : 8 * 1024) * 2 ** 30;
  const disks = vm.disks.map(({ sizeGb }) => withSnapshots(sizeGb));
  return Math.max(64 * 2 ** 20, ...(vm.image.kind === 'disk' ? [withSnapshots(vm.diskGb)] : []), ...disks);
}

/** Makes an empty log, in place of none, that can take {@link logBytes}. Only its owner reads it. */
export async function createLog(path: string, fileLimit: number, owner: { uid: number; gid: number } | null) {
  const { O_WRONLY, O_CREAT, O_EXCL, O_APPEND, O_NOFOLLOW } = constants;
  const file = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW, 0o600);
  try {
    await clearLog(file, fileLimit);
    if (owner) await file.chown(owner.uid, owner.gid);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Empties a log while QEMU appends to it: it goes on behind what is written next. */
export async function clearLog(file: FileHandle, fileLimit: number): Promise<void> {
  await file.truncate(0);
  // a file system with a lower limit of its own: the log is bounded by that
  await file.truncate(fileLimit - logBytes).catch(() => undefined);
}

/** The last `count` bytes that were written to a log, and how many it has in all. */
export async function readLogTail(
  file: FileHandle,
  fileLimit: number,
  count: number,
): Promise<{ tail: Buffer; total: number }> {
  const { size } = await file.stat();
  const length = Math.min(size, count);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
  const read = buffer.subarray(0, bytesRead);
  const begin = read.findIndex((byte) => byte !== 0);
  const hole = fileLimit - logBytes;
  return { tail: begin < 0 ? Buffer.alloc(0) : read.subarray(begin), total: size >= hole ? size - hole : size };
}
