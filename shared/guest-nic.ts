import type { GuestNic } from './guest';

/**
 * The NIC of this MAC as its guest has it; null where that does not say. Without the addresses that every NIC gives itself (RFC 4291 §2.5.6), which are none of
 * an address plan's.
 */
export function guestNicOf(
  mac: string | null,
  nics: readonly GuestNic[] | null | undefined,
): Pick<GuestNic, 'name' | 'addresses'> | null {
  const nic = mac === null ? undefined : nics?.find((one) => one.mac === mac);
  return nic === undefined
    ? null
    : { name: nic.name, addresses: nic.addresses.filter((one) => !/^fe[89ab]/i.test(one)) };
}
