import { createWriteStream } from 'node:fs';
import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { say } from '#shared/sentence';
import { runBounded } from '#server/lib/disk-images/bounded-process';
import { DiskFaultError } from '#server/lib/disk-images/fault';
import { percentsIn } from '#server/lib/disk-images/percents';
import type { KeyedMutex } from '#server/lib/keyed-mutex';
import { ProviderError } from '#server/lib/provider-error';
import { aborted, guarded } from '../errors';
import type { DiskTarget } from '../provider';
import { copyOfDisk, dropDiskSnapshot, hasDisk, takeDiskSnapshot, type DiskTag } from './disk-snapshots';
import { eachOf } from './suspending';
import type { VmMachine, VmMachineContext } from './vm-machine';

/** Those of a slice. */
interface Machines {
  vms: Map<number, VmMachine>;
}

/** Inside the disk that a VM boots while it is read: what it held at that instant, whatever its VM writes meanwhile. */
const saved: DiskTag = { label: null, tag: 'trama-saving' };
/** Of the process that reads it. */
const bounds = { seconds: 3_600, memoryMb: 2_048 };

const copyFolder = ({ name }: VmMachine) => `save-${name}`;
/** Is there while the disk may have that snapshot. */
const markOf = ({ folder }: VmMachineContext, { sliceId, name }: VmMachine) =>
  `${folder.machinePath(sliceId, name)}.saving`;

/** Writes what the disk of a VM holds to a file of the server's. See `saveDisk` of the contract. */
export async function saveDisk(
  context: VmMachineContext,
  locks: KeyedMutex<string>,
  { vms }: Machines,
  { vmId, to }: { vmId: number; to: DiskTarget },
): Promise<void> {
  const vm = vms.get(vmId);
  if (vm === undefined) throw new ProviderError('NOT_FOUND', say('VM_NOT_DEFINED'), false);
  const { image, name } = vm.record.spec;
  if (image.kind !== 'disk') throw new ProviderError('NOT_FOUND', say('VM_WITHOUT_DISK', { vm: name }), false);
  const withVm = <Result>(work: () => Promise<Result>) => locks.run(`${vm.sliceId}:${vm.name}`, work);
  const work = async () => {
    if (to.signal.aborted) throw aborted(to.signal);
    await withVm(async () => {
      if (vms.get(vmId) !== vm || !(await hasDisk(context, vm)))
        throw new ProviderError('NOT_FOUND', say('VM_DISK_NOT_THERE', { vm: name }), false);
      await writeFile(markOf(context, vm), '');
      await takeDiskSnapshot(context, vm, saved);
    });
    try {
      await copyOut(context, vm, to);
    } finally {
      await withVm(async () => {
        if (vms.get(vmId) === vm) await dropSaved(context, vm);
      });
    }
  };
  // of one disk one at a time: its snapshot has one name
  const done = locks.run(`${vm.sliceId}:${vm.name}:saving`, work).catch((error: unknown) => {
    if (to.signal.aborted) throw aborted(to.signal);
    throw asNoRoom(error, { vm: name, maxBytes: to.maxBytes });
  });
  return guarded(done, say('ACT_DISK_SAVE', { vm: name }));
}

/** Takes away what a server that was killed has left of saving a slice's disks. */
export async function dropUnsaved(context: VmMachineContext, { vms }: Machines): Promise<void> {
  await eachOf([...vms.values()], async (vm) => {
    if ((await stat(markOf(context, vm)).catch(() => null)) === null) return;
    await dropSaved(context, vm);
    await rm(join(context.folder.slicePath(vm.sliceId), copyFolder(vm)), { recursive: true, force: true });
  });
}

async function dropSaved(context: VmMachineContext, vm: VmMachine): Promise<void> {
  await dropDiskSnapshot(context, vm, saved);
  await rm(markOf(context, vm), { force: true });
}

async function copyOut(context: VmMachineContext, vm: VmMachine, to: DiskTarget): Promise<void> {
  await copyOfDisk(context, vm, { ...saved, folder: copyFolder(vm) }, async (copy) => {
    await runBounded({
      program: 'qemu-img',
      args: ['convert', '-p', ...copy.from, ...copy.files],
      cwd: copy.cwd,
      bounds: { ...bounds, fileMb: Math.ceil(to.maxBytes / 2 ** 20) },
      runAs: copy.runAs,
      signal: to.signal,
      async onOutput(output) {
        for await (const percent of percentsIn(output)) {
          const { size } = await stat(copy.path).catch(() => ({ size: 0 }));
          to.onProgress({ percent, bytes: size });
        }
      },
    });
    // as bytes, by a file that was opened as one: what has its name may be something else by now, and whoever owns it may still write to it
    const made = await copy.open();
    const { size } = await made.stat();
    if (size > to.maxBytes) {
      await made.close();
      throw new DiskFaultError('stores-too-much', `${size} bytes`);
    }
    const target = createWriteStream(to.path, { flags: 'wx', mode: 0o600 });
    await pipeline(made.createReadStream({ end: size - 1 }), target, { signal: to.signal });
  });
}

function asNoRoom(error: unknown, { vm, maxBytes }: { vm: string; maxBytes: number }): unknown {
  if (!(error instanceof DiskFaultError)) return error;
  const full = error.fault === 'no-room' ? say('UPLOAD_NO_ROOM') : null;
  const large =
    error.fault === 'stores-too-much'
      ? say('DISK_STORES_TOO_MUCH', { file: vm, max: Math.floor(maxBytes / 2 ** 20) })
      : null;
  const said = full ?? large;
  return said === null ? error : new ProviderError('NO_CAPACITY', said, false, error);
}
