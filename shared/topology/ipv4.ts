/* IPv4 reckoned with numbers (RFC 4632): what the address plan is made of, and what its checks compare. Pure. */

import { withoutPrefix } from './prefix';

/** A subnet: its lowest address as a number of 32 bits, and its prefix length. Two of them are one in the other, or apart. */
export interface Block {
  base: number;
  prefix: number;
}

/** Addresses in a block. */
const sizeOf = ({ prefix }: Pick<Block, 'prefix'>) => 2 ** (32 - prefix);
/** The first address behind it. */
export const endOf = (block: Block) => block.base + sizeOf(block);
export const overlap = (one: Block, other: Block) => one.base < endOf(other) && other.base < endOf(one);
/** The lowest block of this prefix length at or above an address. */
export const alignedUp = (from: number, prefix: number) => Math.ceil(from / sizeOf({ prefix })) * sizeOf({ prefix });

/** A block as `subnet/prefix` or `address/prefix` says, and how far in it that stands; null for what is none. */
export function blockOf(text: string | undefined): (Block & { offset: number }) | null {
  const [, address = '', length = ''] = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(text ?? '') ?? [];
  const bytes = address.split('.').map(Number);
  const prefix = Number(length);
  if (address === '' || prefix > 32 || bytes.some((byte) => byte > 255)) return null;
  const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  const offset = value % sizeOf({ prefix });
  return { base: value - offset, prefix, offset };
}

/** `10.0.0.0/30`, or an address in it with the prefix length: `10.0.0.1/30`. */
export function textOf({ base, prefix }: Block, offset = 0): string {
  const address = [24, 16, 8, 0].map((shift) => Math.floor((base + offset) / 2 ** shift) % 256).join('.');
  return `${address}/${prefix}`;
}

/** How far in the block an address stands, written without a prefix length; undefined for one outside. */
export function offsetIn(block: Block, address: string | undefined): number | undefined {
  const at = blockOf(address === undefined ? undefined : `${address}/${block.prefix}`);
  return at?.base === block.base ? at.offset : undefined;
}

/** What a default route leads to. */
export const everywhere = '0.0.0.0/0';

/** Where in the subnet of a network that has DHCP its server is: at the highest, since NICs are given the lowest. */
export const serverOffset = (block: Block) => hostsOf(block).last;
/** The address there, without its prefix length; null for what is no subnet. */
export function serverAddress(subnet: string | undefined): string | null {
  const block = blockOf(subnet);
  return block && withoutPrefix(textOf(block, serverOffset(block)));
}

/** The lowest and the highest that a NIC can have: not the subnet's own address and not that of all, but in a /31, which has no others (RFC 3021). */
export function hostsOf(block: Block): { first: number; last: number } {
  const size = sizeOf(block);
  return block.prefix >= 31 ? { first: 0, last: size - 1 } : { first: 1, last: size - 2 };
}

/** Whether a block, said by its first address, is within another one. */
export function isPartOf(part: Block & { offset: number }, whole: Block): boolean {
  return part.offset === 0 && part.prefix >= whole.prefix && overlap(part, whole);
}

/** The lowest and the highest number in a subnet that NICs have, where they keep to a part of it; all of it where there is none, or it is not in it. */
export function hostsWithin(subnet: Block, range: Block | null): { first: number; last: number } {
  const { first, last } = hostsOf(subnet);
  if (range === null || range.prefix < subnet.prefix || !overlap(subnet, range)) return { first, last };
  const from = range.base - subnet.base;
  return { first: Math.max(first, from), last: Math.min(last, from + sizeOf(range) - 1) };
}

/** The same of a network, which may keep to a part of its subnet or have a server at the highest. */
export function nicsWithin(
  subnet: Block,
  { ownRange, dhcp }: { ownRange?: string | undefined; dhcp?: boolean | undefined } = {},
): { first: number; last: number } {
  const { first, last } = hostsWithin(subnet, blockOf(ownRange));
  return { first, last: dhcp === true && last === serverOffset(subnet) ? last - 1 : last };
}
