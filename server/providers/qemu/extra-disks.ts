import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { moveIntoPlace } from '#server/lib/atomic-file';
import { ProviderError } from '#server/lib/provider-error';
import { runCommand } from '#server/lib/run-command';
import { say } from '#shared/sentence';
import { lostDisks, type ExtraDisk } from '#shared/topology/disk';
import { diskFile } from './disk-args';
import { growDisk } from './images/disk';
import type { VmMachine, VmMachineContext } from './vm-machine';

/** Extra disks as they were in a snapshot, which those of a new VM of the same labels begin with. */
export interface FirstExtraDisk extends ExtraDisk {
  /** Writes the file `path`, in a machine's folder of this zone. */
  copyTo(path: string): Promise<void>;
}

/**
 * Makes the extra disks of a VM that does not run those of `wanted`: what stays keeps what is on it, and grows; what its record does not have is new,
 * empty or begins as one of `first`; and what it has no more is gone. Before its record says so: who is killed meanwhile does it once more.
 */
export async function settleExtraDisks(
  { folder }: VmMachineContext,
  { sliceId, name, record }: VmMachine,
  wanted: readonly ExtraDisk[],
  first: readonly FirstExtraDisk[] = [],
): Promise<void> {
  const before = record.spec.disks;
  const slice = folder.slicePath(sliceId);
  const lost = new Set(lostDisks(before, wanted));
  for (const label of lost) await rm(join(slice, diskFile(name, label)), { force: true });
  const kept = new Map(before.filter(({ label }) => !lost.has(label)).map((disk) => [disk.label, disk.sizeGb]));
  const grow = async (file: string, diskGb: number) =>
    growDisk({ folder: slice, file, diskGb }, await folder.userOf(sliceId));
  for (const { label, sizeGb } of wanted) {
    const file = diskFile(name, label);
    const keptGb = kept.get(label);
    if (keptGb !== undefined) {
      if (sizeGb > keptGb) await grow(file, sizeGb);
      continue;
    }
    // what lies there under this name is of before a snapshot was restored that did not have it, or was never finished
    const made = `${name}/new-disk.qcow2`;
    const path = join(slice, made);
    await rm(path, { force: true });
    const source = first.find((disk) => disk.label === label && disk.sizeGb <= sizeGb);
    if (source === undefined) await runCommand('qemu-img', ['create', '-q', '-f', 'qcow2', path, `${sizeGb}G`]);
    else await source.copyTo(path);
    await folder.giveAway(sliceId, path);
    if (source !== undefined && sizeGb > source.sizeGb) await grow(made, sizeGb);
    await moveIntoPlace(path, join(slice, file));
  }
}

/** Rejects where an extra disk of a VM has vanished: in its place there would be an empty one, and nobody would know. */
export async function assertExtraDisks(
  { folder }: VmMachineContext,
  { sliceId, name, record: { spec } }: VmMachine,
): Promise<void> {
  for (const { label } of spec.disks)
    if (!(await folder.exists(sliceId, diskFile(name, label))))
      throw new ProviderError('NOT_FOUND', say('VM_EXTRA_DISK_GONE', { vm: spec.name, label }), false);
}
