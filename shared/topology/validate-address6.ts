import { ipv6Groups } from '../ipv6-text';
import { address6Of, isChoosable, numberOf6, prefix64Of, subnet6Of, subnetIn } from './ipv6';
import { hostsWithin, serverOffset, textOf, type Block } from './ipv4';
import { withoutPrefix } from './prefix';

/* What can be wrong with a static address of IPv6. Pure. */

export interface Fault6 {
  code:
    | 'ADDRESS6_WITHOUT_SUBNET'
    | 'ADDRESS_OUTSIDE'
    | 'ADDRESS_OF_ROUTERS'
    | 'ADDRESS_OF_SERVER'
    | 'ADDRESS6_OUTSIDE_RANGE';
  params: Record<string, string>;
  message: string;
}

/** Where an address of IPv6 is to be. */
export interface In6 {
  name: string;
  subnetOf: string;
  /** As its network or link says. */
  ipv6: string | undefined;
  /** The subnet of IPv4: null where none is chosen, undefined where the one that is cannot be. */
  block: Block | null | undefined;
  dhcp?: boolean | undefined;
  /** The part of it that NICs of this slice keep to. */
  range?: Block | null;
}

/** The /64 that is chosen, by itself or with the subnet of IPv4 that it follows; null where it is neither, since one that is given may move, undefined where it cannot be. */
function fixed64({ ipv6, block }: Pick<In6, 'ipv6' | 'block'>): string | null | undefined {
  if (ipv6 === undefined) return null;
  if (ipv6 === 'given') return block && subnet6Of(textOf(block), ipv6);
  const prefix = prefix64Of(ipv6);
  return prefix !== null && isChoosable(prefix) ? subnet6Of('', ipv6) : undefined;
}

/** Numbers that the server of a network may have whose subnet is given: the highest of one from a /16 to a /24. */
const serverNumbers = new Set(Array.from({ length: 9 }, (_, at) => 2 ** (at + 8) - 2));

/** Whether it is an address of routers (RFC 4291 §2.6.1), or of another kind that several have (RFC 2526). */
function isOfSeveral(address: string): boolean {
  const [a = 0, b = 0, c = 0, d = 0] = ipv6Groups(address)?.slice(4) ?? [];
  return a + b + c + d === 0 || (a === 0xfdff && b === 0xffff && c === 0xffff && d >= 0xff80);
}

function isOfServer(address: string, { block, dhcp }: In6): boolean {
  if (dhcp !== true) return false;
  const number = numberOf6(block ?? { base: 0, prefix: 8 }, address);
  return number !== undefined && (block ? number === serverOffset(block) : serverNumbers.has(number));
}

/** Why a NIC cannot have an address of IPv6; null where it can, and undefined where that cannot be said, since its subnet cannot be. */
export function fault6(address: string, where: In6): Fault6 | null | undefined {
  const { name, subnetOf, block, range = null, ipv6 } = where;
  const subnet = fixed64(where);
  if (subnet === undefined) return undefined;
  if (subnet === null)
    return {
      code: 'ADDRESS6_WITHOUT_SUBNET',
      params: { name, address, subnetOf },
      message: `${name}: for the address ${address} the IPv6 subnet of ${subnetOf} has to be chosen, too.`,
    };
  if (subnetIn(`${address}/64`) !== subnet)
    return {
      code: 'ADDRESS_OUTSIDE',
      params: { name, address, subnet, subnetOf },
      message: `${name}: ${address} is not in ${subnet}, the subnet of ${subnetOf}.`,
    };
  if (isOfSeveral(address))
    return {
      code: 'ADDRESS_OF_ROUTERS',
      params: { name, address, subnet },
      message: `${name}: ${address} is no address of one NIC: it is that of the routers in ${subnet}, or reserved.`,
    };
  if (isOfServer(address, where))
    return {
      code: 'ADDRESS_OF_SERVER',
      params: { name, address, network: subnetOf },
      message: `${name}: ${address} is the address of the DHCP server of ${subnetOf}, which has the highest of its subnet.`,
    };
  if (range === null || !block) return null;
  // what is beside is for NICs of other slices, whose addresses have the numbers of their parts
  const { first, last } = hostsWithin(block, range);
  const number = numberOf6(block, address);
  if (number !== undefined && number >= first && number <= last) return null;
  const [from, to] = [first, last].map((host) => withoutPrefix(address6Of(textOf(block, host), ipv6) ?? ''));
  return {
    code: 'ADDRESS6_OUTSIDE_RANGE',
    params: { name, address, subnetOf, first: from ?? '', last: to ?? '' },
    message: `${name}: ${address} cannot be its address, since NICs of this slice are in ${subnetOf} from ${from} to ${to}.`,
  };
}

/** Numbers in a subnet that its NICs take, each with what it chooses: one for itself, and one more where its addresses of IPv4 and IPv6 have different ones. */
export function numbersTaken(nics: readonly { number: number | undefined; number6: number | undefined }[]): number {
  const own = new Set(nics.flatMap(({ number }) => number ?? []));
  const taken = new Set([...own, ...nics.flatMap(({ number6 }) => number6 ?? [])]);
  const others = nics.filter(
    ({ number, number6 }) => number === undefined && (number6 === undefined || own.has(number6)),
  );
  return taken.size + others.length;
}
