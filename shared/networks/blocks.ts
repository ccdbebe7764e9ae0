import { withoutPrefix } from '../topology/prefix';
import {
  alignedUp,
  blockOf,
  endOf,
  hostsWithin,
  isPartOf,
  offsetIn,
  overlap,
  textOf,
  type Block,
} from '../topology/ipv4';

/** What a network keeps of its subnet for its own NICs when it is published, unless it is told: the lower half. */
export function ownPart(subnet: string): string | null {
  const block = blockOf(subnet);
  return block === null || block.prefix > 31 ? null : textOf({ base: block.base, prefix: block.prefix + 1 });
}

/**
 * The lowest part of a subnet that is in none of those that are taken and has as many addresses for NICs; null where none is left. All are texts as
 * `10.0.0.0/28`.
 */
export function blockFor(
  subnet: string,
  { addresses, taken }: { addresses: number; taken: readonly string[] },
): string | null {
  const whole = blockOf(subnet);
  if (whole === null) return null;
  const others = taken.flatMap((text) => blockOf(text) ?? []);
  let prefix = 32;
  while (2 ** (32 - prefix) < addresses) prefix -= 1;
  // of a block at an end of the subnet one address is the subnet's own, or that of all in it: a larger one may do then
  for (; prefix >= whole.prefix; prefix -= 1) {
    const found = freeBlock(whole, prefix, others, addresses);
    if (found !== null) return textOf(found);
  }
  return null;
}

function freeBlock(whole: Block, prefix: number, others: readonly Block[], addresses: number): Block | null {
  let base = whole.base;
  while (base < endOf(whole)) {
    const block = { base: alignedUp(base, prefix), prefix };
    if (endOf(block) > endOf(whole)) return null;
    const other = others.find((one) => overlap(one, block));
    const { first, last } = hostsWithin(whole, block);
    if (other === undefined && last - first + 1 >= addresses) return block;
    base = Math.max(endOf(block), other === undefined ? 0 : endOf(other));
  }
  return null;
}

/** Whether one text says a whole part of the subnet that the other one says, by its first address. */
export function isPart(range: string, subnet: string): boolean {
  const [part, whole] = [blockOf(range), blockOf(subnet)];
  return part !== null && whole !== null && isPartOf(part, whole);
}

/** Whether two subnets have addresses in common; what says none has not. */
export function isOverlapping(one: string | undefined, other: string | undefined): boolean {
  const [first, second] = [blockOf(one), blockOf(other)];
  return first !== null && second !== null && overlap(first, second);
}

/** Whether an address, with or without its prefix length, is in a part of a subnet. */
export function isWithin(address: string, part: string): boolean {
  const block = blockOf(part);
  return block !== null && offsetIn(block, withoutPrefix(address)) !== undefined;
}
