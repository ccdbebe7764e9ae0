import type { PcapngInterface, PcapngName } from './pcapng';

/** What of a slice says what its links are called. */
export interface SliceLinks {
  vmList: readonly { key: string; name: string }[];
  networks: readonly { key: string; name: string }[];
  edges: readonly SliceLink[];
}

export interface SliceLink {
  id: number;
  /** Keys of its ends. */
  source: string;
  target: string;
  sourceAddress: string;
  targetAddress: string | null;
  sourceInterface?: string | undefined;
  targetInterface?: string | undefined;
}

interface LinkEnd {
  /** Of the VM or the network. */
  name: string;
  /** Of the NIC, if it has one. */
  interface: string | undefined;
  /** With its prefix length; null of a network. */
  address: string | null;
}

/** The two ends of a link; an end that is gone is called by its key. */
export function endsOf(slice: Omit<SliceLinks, 'edges'>, link: SliceLink): [LinkEnd, LinkEnd] {
  const nameOf = (key: string) =>
    slice.vmList.find((vm) => vm.key === key)?.name ??
    slice.networks.find((network) => network.key === key)?.name ??
    key;
  return [
    { name: nameOf(link.source), interface: link.sourceInterface, address: link.sourceAddress },
    { name: nameOf(link.target), interface: link.targetInterface, address: link.targetAddress },
  ];
}

/** `web–db`: what a link is called by its ends. */
export function linkName(slice: Omit<SliceLinks, 'edges'>, link: SliceLink): string {
  return endsOf(slice, link)
    .map(({ name }) => name)
    .join('–');
}

/** Links as the interfaces of a capture file: named by their ends, described by names and addresses. */
export function pcapngInterfaces(
  slice: Omit<SliceLinks, 'edges'>,
  links: readonly SliceLink[],
  snapLength: number,
): PcapngInterface[] {
  return links.map((link) => ({
    name: linkName(slice, link),
    description: endsOf(slice, link)
      .map((end) => [end.name, end.interface, end.address].filter((word) => word != null).join(' '))
      .join(' – '),
    snapLength,
  }));
}

/** What the slice's addresses are called: the names of their VMs. */
export function pcapngNames(slice: SliceLinks): PcapngName[] {
  const ipv4 = /^(\d+(?:\.\d+){3})\/\d+$/;
  return slice.edges.flatMap((link) =>
    endsOf(slice, link).flatMap(({ name, address }) => {
      const plain = ipv4.exec(address ?? '')?.[1];
      return plain === undefined ? [] : [{ address: plain, name }];
    }),
  );
}
