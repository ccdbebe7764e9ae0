import { blockOf, textOf } from '../ipv4';
import { subnetIn } from '../ipv6';
import { noNic, type LabNic, type LabSubnet } from './lab';
import type { Cursor } from './source';

/** What a netlab lab says of a link, and of each end, of what is under a key: `ipv4`, `ipv6`, `mtu`. */
export interface ToldOfLink {
  /** Of its prefix, which may be a text of IPv4, a map, or the name of one that the lab has elsewhere. */
  prefix: (family: 'ipv4' | 'ipv6') => Cursor;
  mtu: Cursor;
  ends: readonly ((key: 'ipv4' | 'ipv6' | 'mtu') => Cursor)[];
}

/** What of it there is here. */
export interface LinkAddressing {
  chosen: LabSubnet;
  nics: LabNic[];
  /** By end, the MTU that it has for itself. */
  mtus: (number | null)[];
  /** What has no place here, in netlab's words. */
  left: string[];
}

/**
 * Static addresses of a link (https://netlab.tools/links/#static-link-addressing): its prefix, and of each interface an address, with its prefix length or without, or
 * its number in the prefix. A link without a prefix has that of its interfaces. Interfaces without addresses, and those of IPv6, have no place here: what they
 * have follows from IPv4.
 */
export function netlabAddressing({ prefix, mtu, ends }: ToldOfLink): LinkAddressing {
  const left = new Set<string>();
  const told = ends.map((end) => end('ipv4'));
  const subnet = prefix('ipv4').softText() ?? onlyOne(told.map((at) => subnetOf(at.softText())));
  const ipv6 = prefix('ipv6').softText() ?? onlyOne(ends.map((end) => subnetIn(end('ipv6').softText() ?? undefined)));
  const nics = told.map((at): LabNic => {
    const address = addressOf(at, subnet);
    if (address === null && !at.isEmpty) left.add('ipv4');
    return { ...noNic, address };
  });
  if (ends.some((end) => !end('ipv6').isEmpty)) left.add('ipv6');
  return {
    chosen: { subnet, ipv6, mtu: mtu.softNumber() },
    nics,
    mtus: ends.map((end) => end('mtu').softNumber()),
    left: [...left],
  };
}

/** What all that say something say; null where they say nothing, or different things. */
export function onlyOne<Value>(values: readonly (Value | null | undefined)[]): Value | null {
  const [one, ...others] = new Set(values.filter((value) => value != null));
  return one === undefined || others.length > 0 ? null : one;
}

/** The subnet of an address with its prefix length. */
function subnetOf(address: string | null): string | null {
  const block = blockOf(address ?? undefined);
  return block === null ? null : textOf(block);
}

/** An address without its prefix length; null for what is none. */
function addressOf(at: Cursor, subnet: string | null): string | null {
  const text = typeof at.value === 'boolean' ? null : at.softText();
  if (text === null) return null;
  const block = blockOf(subnet ?? undefined);
  if (!/^\d+$/.test(text)) return text.replace(/\/.*$/, '');
  return block === null || Number(text) >= 2 ** (32 - block.prefix)
    ? null
    : textOf(block, Number(text)).replace(/\/.*$/, '');
}
