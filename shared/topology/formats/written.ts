import type { Catalogue } from '../catalogue';
import { forwardText, type Forward } from '../forward';
import { readForward } from '../forward-schema';
import type { TopologyVm } from '../schema';

/** Names of flavours and images, which documents say in place of our ids. */
export function namesIn(catalogue: Catalogue): {
  flavour: (vm: TopologyVm) => string;
  image: (vm: TopologyVm) => string;
} {
  const flavours = new Map(catalogue.flavours.map((flavour) => [flavour.id, flavour.name]));
  const images = new Map(catalogue.images.map((image) => [image.id, image.name]));
  return {
    flavour: (vm) => flavours.get(vm.flavourId) ?? '',
    image: (vm) => images.get(vm.imageId) ?? '',
  };
}

/** What people read of a VM: its label, else its name. */
export const shownName = ({ label, name }: Pick<TopologyVm, 'label' | 'name'>) => (label === '' ? name : label);

/** Forwarded ports of a list in a text, `80,53/udp`. */
export function portsOf(text: string): Forward[] {
  return text.split(',').flatMap((port) => readForward(port) ?? []);
}

/** Forwarded ports as a list in a text. */
export const portList = ({ forwards }: Pick<TopologyVm, 'forwards'>) => forwards.map(forwardText).join(',');
