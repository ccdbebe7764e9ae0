import type { Resources } from '../primitives';

/** A disk that a VM has beside the one that it boots by itself: empty when it is made, and its guest's from then on. */
export interface ExtraDisk {
  /** What it is known by, in the guest as `/dev/disk/by-id/virtio-LABEL`. Another label is another disk. */
  label: string;
  /** GiB. */
  sizeGb: number;
}

/** What a VM can be booted from besides its extra disks, which go by their labels: the disk of its image, and a server in its networks (PXE). */
export const bootDevices = ['image', 'network'] as const;

/** `data 20 GiB`. */
export const extraDiskText = ({ label, sizeGb }: ExtraDisk): string => `${label} ${sizeGb} GiB`;

/** What extra disks take together, GiB. */
export function extraDiskGb(disks: readonly ExtraDisk[]): number {
  return disks.reduce((sum, { sizeGb }) => sum + sizeGb, 0);
}

/** What a VM takes of its zone: of the disk all of its disks. `size`: its flavour's. */
export function takenBy(size: Resources, disks: readonly ExtraDisk[]): Resources {
  return { vcpus: size.vcpus, ramMb: size.ramMb, diskGb: size.diskGb + extraDiskGb(disks) };
}

/**
 * Labels of the disks whose data are lost when a VM that has `before` is given `after`: of those that go, and of those that become smaller, since
 * a disk cannot shrink under its file system.
 */
export function lostDisks(before: readonly ExtraDisk[], after: readonly ExtraDisk[]): string[] {
  const sizes = new Map(after.map(({ label, sizeGb }) => [label, sizeGb]));
  return before.flatMap(({ label, sizeGb }) => ((sizes.get(label) ?? 0) < sizeGb ? [label] : []));
}
