import { readFile } from 'node:fs/promises';
import { unprivilegedUser, type RunAs } from '#server/lib/unprivileged-user';

/** User ids that no account needs to have. */
export interface UidRange {
  first: number;
  count: number;
}

/**
 * Whom the VMs of a zone run as.
 * - `perSlice`: each slice has a user and group id of its own out of a range, so that who breaks out of one QEMU reads
 *   nothing of another slice. `former` is whom VMs ran as before: those that still do are kept until their slice has stopped.
 * - `shared`: all the same unprivileged one, since the range cannot be used here.
 * - `server`: the server's own, since it is not root.
 */
export type VmUsers =
  { kind: 'perSlice'; range: UidRange; former: RunAs } | { kind: 'shared'; user: RunAs } | { kind: 'server' };

/** What systemd leaves to nobody (https://systemd.io/UIDS-GIDS/), so that no account and no container has them. */
export const defaultUidRange: UidRange = { first: 1_879_048_192, count: 65_536 };

/** `range` null: all VMs share one user. */
export async function chooseVmUsers(range: UidRange | null = defaultUidRange): Promise<VmUsers> {
  const user = await unprivilegedUser();
  if (user === null) return { kind: 'server' };
  if (range !== null && (await isMapped(range))) return { kind: 'perSlice', range, former: user };
  return { kind: 'shared', user };
}

/** Whether this process may take the range's ids: in a user namespace, as rootless containers are, there may be few. */
async function isMapped(range: UidRange): Promise<boolean> {
  const maps = await Promise.all(['uid_map', 'gid_map'].map((name) => readFile(`/proc/self/${name}`, 'utf8')));
  return maps.every((map) => covers(map, range));
}

/** `map` as /proc has it: a line of first id inside, first id outside and count for each mapped range. */
export function covers(map: string, { first, count }: UidRange): boolean {
  return map.split('\n').some((line) => {
    const [inside, , length] = line.trim().split(/\s+/).map(Number);
    return inside !== undefined && length !== undefined && first >= inside && first + count <= inside + length;
  });
}

/** Whom what is only tried out runs as: nobody whom a slice has. */
export function probeUser(users: VmUsers): RunAs | null {
  if (users.kind === 'perSlice') return { uid: users.range.first, gid: users.range.first };
  return users.kind === 'shared' ? users.user : null;
}
