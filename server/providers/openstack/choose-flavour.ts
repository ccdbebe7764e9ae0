import type { VmSpec } from '../provider';
import type { Flavour } from './client/nova';

/**
 * Of Nova's flavours the smallest that has what a VM needs: by RAM, then vCPUs, then disk, since RAM is what clouds run out of. A disk of 0 is as large as
 * the image, which is enough for a VM that says nothing of its disk. Null where none is large enough.
 */
export function chooseFlavour(
  flavours: readonly Flavour[],
  vm: Pick<VmSpec, 'vcpus' | 'ramMb' | 'diskGb'> & { image: Pick<VmSpec['image'], 'kind'> },
): Flavour | null {
  const diskGb = vm.image.kind === 'disk' ? vm.diskGb : 0;
  const fitting = flavours.filter(
    (flavour) => flavour.vcpus >= vm.vcpus && flavour.ram >= vm.ramMb && flavour.disk >= diskGb,
  );
  const [first] = fitting.toSorted((a, b) => a.ram - b.ram || a.vcpus - b.vcpus || a.disk - b.disk);
  return first ?? null;
}
