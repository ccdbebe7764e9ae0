import type { VmSpec } from '../provider';

/*
 * The disks of a VM: the one that it boots, over its image, and extra disks by their labels. They are functions of one PCI slot, so that the slots of
 * NICs stay what they are: the one that it boots is the first, extra ones follow in their order.
 */

/** A disk of a VM: an extra one by its label, null the one that it boots. */
export type DiskLabel = string | null;

/** Relative to the slice's folder. `vm`: its folder there. */
export function diskFile(vm: string, label: DiskLabel): string {
  return label === null ? `${vm}/disk.qcow2` : `${vm}/disk-${label}.qcow2`;
}

/** What QEMU calls it. That of the first is the one that `if=virtio` gives, which VMs without extra disks have. */
export function diskDevice(label: DiskLabel): string {
  return label === null ? 'virtio0' : `disk-${label}`;
}

/** All that a VM has by its spec. */
export function disksOf({ image, disks }: Pick<VmSpec, 'image' | 'disks'>): DiskLabel[] {
  return [...(image.kind === 'disk' ? [null] : []), ...disks.map(({ label }) => label)];
}

/** The options for all disks of a VM. `slot`: of PCI, for those that have any beside the one that they boot. */
export function diskArgs(vm: Pick<VmSpec, 'id' | 'image' | 'disks'>, slot: string): string[] {
  const drive = (label: DiskLabel) => `file=${diskFile(`v${vm.id}`, label)},format=qcow2`;
  if (vm.disks.length === 0)
    return vm.image.kind === 'disk' ? ['-drive', `${drive(null)},if=virtio,discard=unmap`] : [];
  return disksOf(vm).flatMap((label, index) => [
    '-drive',
    `${drive(label)},if=none,id=${diskDevice(label)},discard=unmap`,
    '-device',
    [
      `virtio-blk-pci,drive=${diskDevice(label)},addr=${slot}.${index}`,
      ...(index === 0 ? ['multifunction=on'] : []),
      ...(label === null ? [] : [`serial=${label}`]),
    ].join(','),
  ]);
}
