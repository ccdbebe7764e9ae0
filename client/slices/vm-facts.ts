import type { GuestNic } from '#shared/guest';
import { guestNicOf } from '#shared/guest-nic';
import type { Slice, SliceVm } from '#shared/slice';
import { macAt } from '#shared/topology/addresses';
import { address6Of } from '#shared/topology/ipv6';

export interface VmAddress {
  edgeKey: string;
  /** What is at the other end: a VM's or a network's name. */
  peer: string;
  /** With the prefix length. */
  address: string;
  /** The same of IPv6, where there is any. */
  address6: string | null;
  /** Of its NIC there. */
  mac: string;
}

/** A VM's own address on each of its links. */
export function addressesOf(
  slice: Pick<Slice, 'edges' | 'vmList' | 'networks'>,
  vm: Pick<SliceVm, 'key'>,
): VmAddress[] {
  const names = new Map([...slice.networks, ...slice.vmList].map((node) => [node.key, node.name]));
  const networks = new Map(slice.networks.map((network) => [network.key, network]));
  return slice.edges.flatMap((edge): VmAddress[] => {
    const end = edge.source === vm.key ? 'source' : 'target';
    const address = edge[`${end}Address`];
    if (edge[end] !== vm.key || address === null) return [];
    const far = edge[end === 'source' ? 'target' : 'source'];
    const ipv6 = networks.get(edge.target)?.ipv6 ?? edge.ipv6;
    return [
      {
        edgeKey: edge.key,
        peer: names.get(far) ?? far,
        address,
        address6: address6Of(address, ipv6, edge[`${end}OwnAddress6`]) ?? null,
        mac: macAt(edge, end),
      },
    ];
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
