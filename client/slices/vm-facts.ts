import type { Slice, SliceVm } from '#shared/slice';

export interface VmAddress {
  edgeKey: string;
  /** What is at the other end: a VM's or a network's name. */
  peer: string;
  /** With the prefix length. */
  address: string;
}

/** A VM's own address on each of its links. */
export function addressesOf(
  slice: Pick<Slice, 'edges' | 'vmList' | 'networks'>,
  vm: Pick<SliceVm, 'key'>,
): VmAddress[] {
  const names = new Map([...slice.networks, ...slice.vmList].map((node) => [node.key, node.name]));
  return slice.edges.flatMap((edge) => {
    if (edge.source === vm.key)
      return [{ edgeKey: edge.key, peer: names.get(edge.target) ?? edge.target, address: edge.sourceAddress }];
    if (edge.target === vm.key && edge.targetAddress !== null)
      return [{ edgeKey: edge.key, peer: names.get(edge.source) ?? edge.source, address: edge.targetAddress }];
    return [];
  });
}
