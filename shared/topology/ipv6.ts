import { ipv6Groups, ipv6Text } from '../ipv6-text';
import { blockOf, hostsOf, type Block } from './ipv4';

/*
 * IPv6 beside IPv4: a network or a link that has it has a /64 (RFC 4291 §2.5.1), chosen or given, and each NIC there the number in it that it has in its IPv4
 * subnet: 10.64.0.7 is fd00:7472:a40::7, unless it has another address there by choice. So what is given is kept nowhere, moves as little as those do, and cannot be given twice. Pure.
 */

/** Where subnets that are given begin, with the IPv4 subnet's own address behind it: unique local addresses (RFC 4193). */
const given = [0xfd00, 0x7472];

/** What a default route leads to. */
export const everywhere6 = '::/0';

/** An address, by its eight groups, and a prefix length. */
interface Block6 {
  groups: readonly number[];
  prefix: number;
}

/** What an address with a prefix length says; null for what is none. */
export function block6Of(text: string | undefined): Block6 | null {
  const [address = '', length = ''] = (text ?? '').split('/');
  const groups = ipv6Groups(address);
  return groups === null || !/^\d{1,3}$/.test(length) || Number(length) > 128
    ? null
    : { groups, prefix: Number(length) };
}

/** Whether some address is in both: then one of them is in the other. */
export function overlap6(one: Block6, other: Block6): boolean {
  const prefix = Math.min(one.prefix, other.prefix);
  return one.groups.every((group, index) => {
    const kept = Math.min(16, Math.max(0, prefix - 16 * index));
    return (group ^ (other.groups[index] ?? 0)) >> (16 - kept) === 0;
  });
}

/** The groups in front of a /64, whose own address it is; null for what is none. */
export function prefix64Of(subnet: string): number[] | null {
  const block = block6Of(subnet);
  const isOne = block?.prefix === 64 && block.groups.slice(4).every((group) => group === 0);
  return isOne ? block.groups.slice(0, 4) : null;
}

/** Whether a /64 may be chosen: of unique local or of global addresses, and not where subnets are given. */
export function isChoosable([first = 0, second = 0]: readonly number[]): boolean {
  const isGiven = first === given[0] && second === given[1];
  return (first >> 9 === 0xfc >> 1 || first >> 13 === 1) && !isGiven;
}

/** The /64 beside an IPv4 subnet, as `ipv6` of its network or link says; undefined where it has none. */
export function subnet6Of(subnet: string, ipv6: string | undefined): string | undefined {
  const prefix = prefixBeside(subnet, ipv6);
  return prefix && `${ipv6Text([...prefix, 0, 0, 0, 0])}/64`;
}

/** The IPv6 address beside an IPv4 one, both with their prefix lengths, or the one that is chosen, `own`; undefined where there is none. */
export function address6Of(address: string | undefined, ipv6: string | undefined, own?: string): string | undefined {
  if (own !== undefined && ipv6 !== undefined) return `${own}/64`;
  const block = blockOf(address);
  const prefix = prefixBeside(address, ipv6);
  if (block === null || prefix === undefined) return undefined;
  // the first address of a subnet is that of all its routers (RFC 4291 §2.6.1), and a /31 gives its first to a NIC
  const host = block.prefix === 31 ? block.offset + 1 : block.offset;
  return `${ipv6Text([...prefix, 0, 0, Math.floor(host / 0x10000), host % 0x10000])}/64`;
}

/** The number in an IPv4 subnet of whoever is given an address of IPv6 that ends as this one; undefined where nobody can be. */
export function numberOf6(block: Block, address6: string | undefined): number | undefined {
  const [one, two, high = 0, low = 0] = ipv6Groups(address6 ?? '')?.slice(4) ?? [];
  if (one !== 0 || two !== 0) return undefined;
  const number = high * 0x10000 + low - (block.prefix === 31 ? 1 : 0);
  const { first, last } = hostsOf(block);
  return number >= first && number <= last ? number : undefined;
}

/** The /64 that an address is in; undefined for what is no address with that prefix length. */
export function subnetIn(address: string | undefined): string | undefined {
  const block = block6Of(address);
  return block?.prefix === 64 ? `${ipv6Text([...block.groups.slice(0, 4), 0, 0, 0, 0])}/64` : undefined;
}

function prefixBeside(inSubnet: string | undefined, ipv6: string | undefined): number[] | undefined {
  if (ipv6 === undefined) return undefined;
  if (ipv6 !== 'given') return prefix64Of(ipv6) ?? undefined;
  const block = blockOf(inSubnet);
  return block === null ? undefined : [...given, Math.floor(block.base / 0x10000), block.base % 0x10000];
}
