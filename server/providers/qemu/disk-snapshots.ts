import { constants } from 'node:fs';
import { mkdir, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandError, runCommand } from '#server/lib/run-command';
import type { RunAs } from '#server/lib/unprivileged-user';
import { diskFile, type DiskLabel } from './disk-args';
import { QmpError } from './qmp-client';
import type { VmMachine, VmMachineContext } from './vm-machine';

/** A snapshot inside one of a VM's disks. */
export interface DiskTag {
  label: DiskLabel;
  tag: string;
}

export function hasDisk({ folder }: VmMachineContext, vm: VmMachine, label: DiskLabel = null): Promise<boolean> {
  return folder.exists(vm.sliceId, diskFile(vm.name, label));
}

/** Makes it, by the VM's process where that has the disk. The VM's lock is held by the caller. */
export async function takeDiskSnapshot(context: VmMachineContext, vm: VmMachine, disk: DiskTag): Promise<void> {
  if (vm.alive) await vm.diskSnapshot('blockdev-snapshot-internal-sync', disk);
  else await diskImage(context, vm, disk.label, ['-c', disk.tag]);
}

/** Removes it, where it is. */
export async function dropDiskSnapshot(context: VmMachineContext, vm: VmMachine, disk: DiskTag): Promise<void> {
  if (!(await hasDisk(context, vm, disk.label))) return;
  if (vm.alive) await vm.diskSnapshot('blockdev-snapshot-delete-internal-sync', disk).catch(unlessMissing);
  else await diskImage(context, vm, disk.label, ['-d', disk.tag]).catch(unlessMissing);
}

/** `qemu-img snapshot` on a disk of a VM that has no process, as the user that it is of: what is on it is a guest's. */
export async function diskImage(context: VmMachineContext, vm: VmMachine, label: DiskLabel, args: readonly string[]) {
  const { folder } = context;
  const options = { cwd: folder.slicePath(vm.sliceId), ...(await folder.userOf(vm.sliceId)) };
  return runCommand('qemu-img', ['snapshot', ...args, diskFile(vm.name, label)], options);
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
  { label, tag, folder: name }: DiskTag & { folder: string },
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
      files: [diskFile(vm.name, label), file],
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
