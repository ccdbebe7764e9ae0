import { blockOf, textOf } from '../ipv4';
import { subnetIn } from '../ipv6';

/* Addresses as documents say them of interfaces, `10.0.0.1/24`, which here are a subnet of the link and an address in it. */

/** The subnet that all addresses with a prefix length are in; null where there are none, or in several. */
export function subnetOfAll(addresses: readonly (string | null)[]): string | null {
  return onlyOne(
    addresses.map((address) => {
      const block = blockOf(address ?? undefined);
      return block === null ? null : textOf(block);
    }),
  );
}

/** The same of addresses of IPv6. */
export function subnet6OfAll(addresses: readonly (string | null)[]): string | null {
  return onlyOne(addresses.map((address) => subnetIn(address ?? undefined)));
}

/** What all that say something say; null where they say nothing, or different things. */
export function onlyOne<Value>(values: readonly (Value | null | undefined)[]): Value | null {
  const [one, ...others] = new Set(values.filter((value) => value != null));
  return one === undefined || others.length > 0 ? null : one;
}
