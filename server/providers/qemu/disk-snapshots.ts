import { constants } from 'node:fs';
import { mkdir, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandError, runCommand } from '#server/lib/run-command';
import type { RunAs } from '#server/lib/unprivileged-user';
import { QmpError } from './qmp-client';
import type { VmMachine, VmMachineContext } from './vm-machine';

const fileOf = ({ name }: VmMachine) => `${name}/disk.qcow2`;

export function hasDisk({ folder }: VmMachineContext, vm: VmMachine): Promise<boolean> {
  return folder.exists(vm.sliceId, fileOf(vm));
}

/** A snapshot inside the VM's disk, by its process where that has the disk. The VM's lock is held by the caller. */
export async function takeDiskSnapshot(context: VmMachineContext, vm: VmMachine, tag: string): Promise<void> {
  if (vm.alive) await vm.diskSnapshot('blockdev-snapshot-internal-sync', tag);
  else await diskImage(context, vm, ['-c', tag]);
}

/** Removes it, where it is. */
export async function dropDiskSnapshot(context: VmMachineContext, vm: VmMachine, tag: string): Promise<void> {
  if (!(await hasDisk(context, vm))) return;
  if (vm.alive) await vm.diskSnapshot('blockdev-snapshot-delete-internal-sync', tag).catch(unlessMissing);
  else await diskImage(context, vm, ['-d', tag]).catch(unlessMissing);
}

/** `qemu-img snapshot` on the disk of a VM that has no process, as the user that it is of: what is on it is a guest's. */
export async function diskImage(context: VmMachineContext, vm: VmMachine, args: readonly string[]) {
  const { folder } = context;
  const options = { cwd: folder.slicePath(vm.sliceId), ...(await folder.userOf(vm.sliceId)) };
  return runCommand('qemu-img', ['snapshot', ...args, fileOf(vm)], options);
}

/** What `qemu-img convert` is run with to make a copy of a disk. */
interface DiskCopy {
  cwd: string;
  runAs: RunAs | null;
  /** Its arguments: from which snapshot, and the files. */
  from: readonly string[];
  files: readonly [from: string, to: string];
  /** Of the copy, absolute. */
  path: string;
  /** The copy, to read. Rejects unless it is a file. */
  open(): Promise<FileHandle>;
}

/**
 * Has a copy made of what a disk held at a snapshot inside it, as the user of the VM that has it, in a folder of that user, which goes
 * when `work` is done: neither the server nor another slice's user may get at what is not theirs. The VM may run.
 */
export async function copyOfDisk(
  { folder }: VmMachineContext,
  vm: VmMachine,
  { tag, folder: name }: { tag: string; folder: string },
  work: (copy: DiskCopy) => Promise<void>,
): Promise<void> {
  // as deep as a machine's folder, so that the image is found from here as it is from there
  const cwd = folder.slicePath(vm.sliceId);
  const own = join(cwd, name);
  const file = `${name}/disk.qcow2`;
  await rm(own, { recursive: true, force: true });
  await mkdir(own, { mode: 0o700 });
  try {
    await folder.giveAway(vm.sliceId, own);
    await work({
      cwd,
      runAs: await folder.userOf(vm.sliceId),
      from: ['-U', '-f', 'qcow2', '-l', `snapshot.name=${tag}`, '-O', 'qcow2'],
      files: [fileOf(vm), file],
      path: join(cwd, file),
      async open() {
        const made = await folder.openPlain(vm.sliceId, file, constants.O_RDONLY);
        if (made === null) throw new Error('The copy of a disk is no file.');
        return made;
      },
    });
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

function unlessMissing(error: unknown): void {
  if (error instanceof QmpError && /does not exist|not found/i.test(error.description)) return;
  if (error instanceof CommandError && /not found|does not exist/i.test(error.stderr)) return;
  throw error;
}
