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

/**
 * Where a device comes in the order from which a VM is booted, by QEMU's `bootindex`; null: nothing is said of it. `nth`: of the NICs. The disk
 * of the image always has a place, so that nothing that a guest writes to an extra disk is booted in its stead.
 */
export function bootIndex({ image, boot }: Pick<VmSpec, 'image' | 'boot'>, device: string, nth = 0): number | null {
  if (image.kind === 'kernel') return null;
  const place = (boot.includes('image') ? boot : [...boot, 'image']).indexOf(device);
  return place < 0 ? null : place * 100 + nth;
}

/** The options for all disks of a VM. `slot`: of PCI, for those that have any beside the one of their image, or are booted in an order of their own. */
export function diskArgs(vm: Pick<VmSpec, 'id' | 'image' | 'disks' | 'boot'>, slot: string): string[] {
  const drive = (label: DiskLabel) => `file=${diskFile(`v${vm.id}`, label)},format=qcow2`;
  if (vm.disks.length === 0 && vm.boot.length === 0)
    return vm.image.kind === 'disk' ? ['-drive', `${drive(null)},if=virtio,discard=unmap`] : [];
  return disksOf(vm).flatMap((label, index) => [
    '-drive',
    `${drive(label)},if=none,id=${diskDevice(label)},discard=unmap`,
    '-device',
    [
      `virtio-blk-pci,drive=${diskDevice(label)},addr=${slot}.${index}`,
      ...(index === 0 ? ['multifunction=on'] : []),
      ...(label === null ? [] : [`serial=${label}`]),
      ...bootOption(bootIndex(vm, label ?? 'image')),
    ].join(','),
  ]);
}

const bootOption = (index: number | null) => (index === null ? [] : [`bootindex=${index}`]);
