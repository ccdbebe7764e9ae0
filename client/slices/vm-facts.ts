import type { GuestNic } from '#shared/guest';
import { guestNicOf } from '#shared/guest-nic';
import type { Slice, SliceVm } from '#shared/slice';
import { macAt } from '#shared/topology/addresses';

export interface VmAddress {
  edgeKey: string;
  /** What is at the other end: a VM's or a network's name. */
  peer: string;
  /** With the prefix length. */
  address: string;
  /** Of its NIC there. */
  mac: string;
}

/** A VM's own address on each of its links. */
export function addressesOf(
  slice: Pick<Slice, 'edges' | 'vmList' | 'networks'>,
  vm: Pick<SliceVm, 'key'>,
): VmAddress[] {
  const names = new Map([...slice.networks, ...slice.vmList].map((node) => [node.key, node.name]));
  return slice.edges.flatMap((edge) => {
    if (edge.source === vm.key)
      return [
        {
          edgeKey: edge.key,
          peer: names.get(edge.target) ?? edge.target,
          address: edge.sourceAddress,
          mac: macAt(edge, 'source'),
        },
      ];
    if (edge.target === vm.key && edge.targetAddress !== null)
      return [
        {
          edgeKey: edge.key,
          peer: names.get(edge.source) ?? edge.source,
          address: edge.targetAddress,
          mac: macAt(edge, 'target'),
        },
      ];
    return [];
  });
}

/** What a guest has on a NIC in place of what the address plan says; null where it has that, or does not say. */
export function addressesInstead(
  { address, mac }: Pick<VmAddress, 'address' | 'mac'>,
  nics: readonly GuestNic[] | null,
): string[] | null {
  const nic = guestNicOf(mac, nics);
  return nic === null || nic.addresses.includes(address) ? null : nic.addresses;
}
