import { constants } from 'node:fs';
import {
  chmod,
  chown,
  lchown,
  lstat,
  mkdir,
  open,
  readFile,
  readdir,
  realpath,
  rm,
  rmdir,
  stat,
  type FileHandle,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { z } from 'zod';
import { linkIntoPlace, writeFileAtomic } from '#server/lib/atomic-file';
import { hasCode } from '#server/lib/error-code';
import { KeyedMutex } from '#server/lib/keyed-mutex';
import { ProviderError } from '#server/lib/provider-error';
import { say } from '#shared/sentence';
import { findMachines } from './find-machines';
import { fileNames } from './images/image-store';
import type { MachineName, TopologyMachine } from './qemu-args';
import type { RunAs } from '#server/lib/unprivileged-user';
import type { UidRange, VmUsers } from './vm-users';

/**
 * The zone's folder:
 * ```
 * images/KEY/…       links to prepared images, read-only for QEMU
 * s12/               a slice: the working directory of its QEMUs, which may pass through it but not write
 *   v5.json v5.log   the server's record of VM 5; what its QEMU printed
 *   v5/              what its QEMU may write: sockets, console log, disk
 *   v5.memory        the memory of a VM that is suspended
 *   suspending.json  which VMs are being suspended: all of their memories are there
 *   snapshots/7/     the memories of snapshot 7, and manifest.json once it is whole; disks keep their part in themselves
 *   n7.json n7/      the same for network 7
 *   relay.json relay/  the same for the relay of bent edges
 *   gw.json gw/      the same for the gateway to the internet
 * joins/3/s12/out    where the network of slice 12 sends what goes over join 3: `join-sockets.ts`
 * ```
 * The server reads nothing through what QEMU may have replaced by a symbolic link.
 */
export class ZoneFolder {
  readonly root: string;
  readonly #handle: FileHandle;
  readonly #users: VmUsers;
  /** Whom each slice's machines run as, as far as it was asked for. */
  readonly #userOf = new Map<number, RunAs>();
  readonly #settling = new KeyedMutex<string>();

  private constructor(root: string, handle: FileHandle, users: VmUsers) {
    this.root = root;
    this.#handle = handle;
    this.#users = users;
  }

  static async open(root: string, users: VmUsers): Promise<ZoneFolder> {
    await mkdir(root, { recursive: true });
    // QEMU's user passes through to its own folders; it cannot list
    await chmod(root, 0o711);
    const real = await realpath(root);
    return new ZoneFolder(real, await open(real, constants.O_RDONLY | constants.O_DIRECTORY), users);
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  slicePath(sliceId: number): string {
    return join(this.root, `s${sliceId}`);
  }

  machinePath(sliceId: number, name: MachineName): string {
    return join(this.slicePath(sliceId), name);
  }

  /** A path to connect to: a unix socket's address holds 107 bytes, the zone's folder may be deeper than that. */
  socketPath(sliceId: number, relative: string): string {
    return `/proc/self/fd/${this.#handle.fd}/s${sliceId}/${relative}`;
  }

  async listSlices(): Promise<number[]> {
    const entries = await readdir(this.root);
    return entries.flatMap((entry) => (/^s\d+$/.test(entry) ? [Number(entry.slice(1))] : []));
  }

  /** The VMs and networks that have a record or a folder. */
  async listMachines(sliceId: number): Promise<TopologyMachine[]> {
    const entries = await readdir(this.slicePath(sliceId)).catch(emptyIfMissing);
    const names = entries.flatMap((entry): TopologyMachine[] => {
      const match = /^([vn])(\d+)(\.json)?$/.exec(entry);
      if (!match) return [];
      return [match[1] === 'v' ? `v${Number(match[2])}` : `n${Number(match[2])}`];
    });
    return [...new Set(names)];
  }

  /** The record, or null where there is none. Throws on one that cannot be read. */
  async readRecord<Schema extends z.ZodType>(
    sliceId: number,
    name: MachineName,
    schema: Schema,
  ): Promise<z.infer<Schema> | null> {
    try {
      return schema.parse(JSON.parse(await readFile(`${this.machinePath(sliceId, name)}.json`, 'utf8')));
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return null;
      throw error;
    }
  }

  /** Makes the slice's and the machine's folder and writes the record. */
  async writeRecord(sliceId: number, name: MachineName, record: unknown): Promise<void> {
    const slice = this.slicePath(sliceId);
    await mkdir(slice, { recursive: true, mode: 0o710 });
    const user = await this.userOf(sliceId);
    if (user) await chown(slice, -1, user.gid);
    await chmod(slice, 0o710);
    const machine = this.machinePath(sliceId, name);
    try {
      await mkdir(machine, { mode: 0o700 });
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
    // also of one that is there: a server may have been killed between the two
    await this.giveAway(sliceId, machine);
    await writeFileAtomic(`${machine}.json`, JSON.stringify(record));
  }

  /** Removes the machine's folder, then its record, then the slice's folder if that was the last. */
  async removeMachine(sliceId: number, name: MachineName): Promise<void> {
    const path = this.machinePath(sliceId, name);
    await rm(path, { recursive: true, force: true });
    for (const kept of ['log', 'memory', 'memory.new', 'saving']) await rm(`${path}.${kept}`, { force: true });
    await rm(`${path}.json`, { force: true });
    await rmdir(this.slicePath(sliceId)).catch((error: unknown) => {
      if (!hasCode(error, 'ENOENT', 'ENOTEMPTY')) throw error;
    });
  }

  async removeSlice(sliceId: number): Promise<void> {
    await rm(this.slicePath(sliceId), { recursive: true, force: true });
    this.#userOf.delete(sliceId);
  }

  /** Hands a file or folder to QEMU: it may write it. Never what a symbolic link points to. */
  async giveAway(sliceId: number, path: string): Promise<void> {
    const user = await this.userOf(sliceId);
    if (user) await lchown(path, user.uid, user.gid);
  }

  /** Whom the slice's machines run as; null: the server's own user. A slice with a folder has the user that it had. */
  async userOf(sliceId: number): Promise<RunAs | null> {
    if (this.#users.kind === 'server') return null;
    if (this.#users.kind === 'shared') return this.#users.user;
    const known = this.#userOf.get(sliceId);
    if (known) return known;
    const { range, former } = this.#users;
    return this.#settling.run('users', async () => {
      const folder = await lstat(this.slicePath(sliceId)).catch(() => null);
      const own = folder !== null && isOf(range, folder.gid) ? { uid: folder.gid, gid: folder.gid } : null;
      // made before slices had users of their own
      const user =
        own ?? (folder !== null && folder.gid === former.gid ? former : await this.#freeUser(sliceId, range));
      this.#userOf.set(sliceId, user);
      return user;
    });
  }

  /**
   * To be called before a machine is started: a slice whose files belong to the former common user gets one of its own,
   * unless a machine of it still runs as that. Those of one slice must share one, since they write to each other's sockets.
   */
  async settleUser(sliceId: number): Promise<void> {
    if (this.#users.kind !== 'perSlice') return;
    const { range } = this.#users;
    const user = await this.userOf(sliceId);
    if (user === null || isOf(range, user.gid)) return;
    await this.#settling.run('users', async () => {
      // another machine of it, started at the same time, may have been faster
      if (isOf(range, this.#userOf.get(sliceId)?.gid ?? 0)) return;
      if ((await findMachines(this.root)).some((machine) => machine.sliceId === sliceId)) return;
      const own = await this.#freeUser(sliceId, range);
      const slice = this.slicePath(sliceId);
      for (const entry of await readdir(slice, { withFileTypes: true }))
        if (entry.isDirectory()) await handOver(join(slice, entry.name), own);
      // last: it says whose the slice is
      await chown(slice, -1, own.gid);
      this.#userOf.set(sliceId, own);
    });
  }

  /** A user that no slice has in any zone of this data folder. The first of the range is the accelerator probe's. */
  async #freeUser(sliceId: number, { first, count }: UidRange): Promise<RunAs> {
    const taken = new Set([...this.#userOf.values()].map(({ gid }) => gid));
    const zones = dirname(this.root);
    for (const zone of await readdir(zones))
      for (const entry of await readdir(join(zones, zone)).catch(emptyIfMissing)) {
        const status = /^s\d+$/.test(entry) ? await lstat(join(zones, zone, entry)).catch(() => null) : null;
        if (status) taken.add(status.gid);
      }
    for (let n = 0; n < count - 1; n += 1) {
      const id = first + 1 + ((sliceId + n) % (count - 1));
      if (!taken.has(id)) return { uid: id, gid: id };
    }
    throw new ProviderError('NO_CAPACITY', say('USERS_EXHAUSTED'), true);
  }

  /** Opens a file of a machine's folder, but no symbolic link and nothing other than a regular file. Null if missing. */
  async openPlain(sliceId: number, relative: string, flags: number): Promise<FileHandle | null> {
    let file: FileHandle;
    try {
      file = await open(join(this.slicePath(sliceId), relative), flags | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    } catch (error) {
      if (hasCode(error, 'ENOENT', 'ELOOP')) return null;
      throw error;
    }
    const status = await file.stat();
    if (status.isFile()) return file;
    await file.close();
    return null;
  }

  async exists(sliceId: number, relative: string): Promise<boolean> {
    return lstat(join(this.slicePath(sliceId), relative)).then(
      () => true,
      (error: unknown) => {
        if (hasCode(error, 'ENOENT', 'ENOTDIR')) return false;
        throw error;
      },
    );
  }

  /**
   * Makes files of a prepared image readable for the zone's QEMUs: by a hard link, else by a copy.
   * @returns their paths relative to a slice's folder
   */
  async linkImage(key: string, files: readonly string[]): Promise<string[]> {
    const folder = join(this.root, 'images', key);
    for (const path of [join(this.root, 'images'), folder]) {
      await mkdir(path, { recursive: true });
      await chmod(path, 0o755);
    }
    const names: string[] = [];
    for (const file of files) {
      const name = file.slice(file.lastIndexOf('/') + 1);
      const target = join(folder, name);
      // in place of what was damaged, too; what runs on it keeps it
      if (!(await isSameFile(file, target))) await linkIntoPlace(file, target);
      names.push(`../images/${key}/${name}`);
    }
    return names;
  }

  /** Whether the files of an image, as {@link linkImage} has put them there, are all there. */
  async hasImage(key: string, kind: 'kernel' | 'disk'): Promise<boolean> {
    const there = fileNames[kind].map((name) => lstat(join(this.root, 'images', key, name)).then(Boolean, () => false));
    return (await Promise.all(there)).every(Boolean);
  }

  /** Keys of the images that VMs of any zone of this data folder may use. */
  async linkedImages(): Promise<Set<string>> {
    const zones = dirname(this.root);
    const keys = new Set<string>();
    for (const zone of await readdir(zones))
      for (const key of await readdir(join(zones, zone, 'images')).catch(emptyIfMissing)) keys.add(key);
    return keys;
  }

  /** Removes the links to images that no VM of this zone uses. */
  async pruneLinks(used: ReadonlySet<string>): Promise<void> {
    const images = join(this.root, 'images');
    for (const key of await readdir(images).catch(emptyIfMissing)) {
      if (used.has(key)) continue;
      const status = await stat(join(images, key)).catch(() => null);
      // one that was linked this hour may be on its way into a VM
      if (status === null || Date.now() - status.mtimeMs < 3_600_000) continue;
      await rm(join(images, key), { recursive: true, force: true });
    }
  }
}

/** Whether the target is the file, or the copy of it as it is now. */
async function isSameFile(file: string, target: string): Promise<boolean> {
  const there = await stat(target).catch(() => null);
  if (there === null) return false;
  const wanted = await stat(file);
  if (wanted.dev === there.dev) return wanted.ino === there.ino;
  return wanted.size === there.size && Math.abs(wanted.mtimeMs - there.mtimeMs) < 1;
}

const isOf = ({ first, count }: UidRange, id: number) => id > first && id < first + count;

/** Gives a folder with all that is in it to the user. What a symbolic or hard link leads to stays whose it is. */
async function handOver(path: string, user: RunAs): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const inside = join(path, entry.name);
    if (entry.isDirectory()) await handOver(inside, user);
    else await handOverFile(inside, user);
  }
  await lchown(path, user.uid, user.gid);
}

/** A file or link that is gone meanwhile, as one that has been given its name has, is nobody's. */
async function handOverFile(path: string, user: RunAs): Promise<void> {
  try {
    if ((await lstat(path)).nlink === 1) await lchown(path, user.uid, user.gid);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}

function emptyIfMissing(error: unknown): string[] {
  if (hasCode(error, 'ENOENT', 'ENOTDIR')) return [];
  throw error;
}
