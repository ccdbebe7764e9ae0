import { chmod, chown, lstat, mkdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { linkSocketInPlace } from '#server/lib/atomic-file';
import { hasCode } from '#server/lib/error-code';
import { joinOut, joinsFolder, joinSocket, type MachineName } from './qemu-args';
import type { ZoneFolder } from './zone-folder';

/*
 * What two networks of different slices send to each other by. Their hubs run as different users, each in folders that only it may enter. So the
 * server gives the socket of each one a second name, `joins/ID/sSLICE/out`, where the hub of that slice sends: in a folder that is the
 * server's own and that only the slice's group may pass through. No hub chooses what the other one sends to, and none reaches more than a socket.
 */

const joinPath = (folder: ZoneFolder, joinId: number) => join(folder.root, joinsFolder, String(joinId));

/** One end of a join: the hub whose socket the hub of another slice sends to. */
interface JoinedHub {
  sliceId: number;
  name: MachineName;
}

/** Has what the hub of `farSliceId` sends over the join come to `hub`, whose process runs. What is so already stays. */
export async function offerSocket(
  folder: ZoneFolder,
  joinId: number,
  { sliceId, name }: JoinedHub,
  farSliceId: number,
): Promise<void> {
  const whole = joinPath(folder, joinId);
  const place = join(whole, `s${farSliceId}`);
  for (const [path, mode] of [
    [join(folder.root, joinsFolder), 0o711],
    [whole, 0o711],
    [place, 0o710],
  ] as const) {
    await mkdir(path, { recursive: true });
    await chmod(path, mode);
  }
  const far = await folder.userOf(farSliceId);
  if (far) await chown(place, -1, far.gid);
  const socket = join(folder.slicePath(sliceId), joinSocket(name, joinId));
  const out = join(place, joinOut);
  const [wanted, there] = await Promise.all([lstat(socket), lstat(out).catch(() => null)]);
  if (there?.ino === wanted.ino && there.dev === wanted.dev) return;
  const own = await folder.userOf(sliceId);
  await linkSocketInPlace(socket, out, own?.uid ?? process.getuid?.() ?? 0);
}

/** Has what either hub sends over the join go nowhere. */
export async function cutJoin(folder: ZoneFolder, joinId: number): Promise<void> {
  await rm(joinPath(folder, joinId), { recursive: true, force: true });
  await rmdir(join(folder.root, joinsFolder)).catch((error: unknown) => {
    if (!hasCode(error, 'ENOENT', 'ENOTEMPTY')) throw error;
  });
}
