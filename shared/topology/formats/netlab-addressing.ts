import { withoutPrefix } from '../prefix';
import { blockOf, textOf } from '../ipv4';
import { noNic, type LabNic, type LabSubnet } from './lab';
import type { Cursor } from './source';
import { subnet6OfAll, subnetOfAll } from './static-addresses';

/** What a netlab lab says of a link, and of each end, of what is under a key: `ipv4`, `ipv6`, `mtu`. */
interface ToldOfLink {
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
  const subnet = prefix('ipv4').softText() ?? subnetOfAll(told.map((at) => at.softText()));
  const ipv6 = prefix('ipv6').softText() ?? subnet6OfAll(ends.map((end) => end('ipv6').softText()));
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

/** An address without its prefix length; null for what is none. */
function addressOf(at: Cursor, subnet: string | null): string | null {
  const text = typeof at.value === 'boolean' ? null : at.softText();
  if (text === null) return null;
  const block = blockOf(subnet ?? undefined);
  if (!/^\d+$/.test(text)) return withoutPrefix(text);
  const isIn = block !== null && Number(text) < 2 ** (32 - block.prefix);
  return isIn ? withoutPrefix(textOf(block, Number(text))) : null;
}
