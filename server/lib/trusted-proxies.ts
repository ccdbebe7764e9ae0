import { BlockList, isIP, isIPv4 } from 'node:net';

/** An address as one writes it: no zone, no port, IPv4 in its own form. Null for what is no address. */
export function plainAddress(text: string): string | null {
  const bare = /^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(text)?.[1] ?? text;
  const address = bare.split('%', 1)[0] ?? '';
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return isIPv4(mapped) ? mapped : null;
  return isIP(address) === 0 ? null : address.toLowerCase();
}

const families = { 4: 'ipv4', 6: 'ipv6' } as const;
const familyOf = (address: string) => (isIPv4(address) ? families[4] : families[6]);

/**
 * The proxies whose word counts: addresses, networks (`10.0.0.0/8`) and `loopback`, with commas between. Throws an Error
 * that names what is none of these.
 */
export function parseProxies(text: string): BlockList {
  const list = new BlockList();
  for (const part of text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')) {
    if (part === 'loopback') {
      list.addSubnet('127.0.0.0', 8, 'ipv4');
      list.addAddress('::1', 'ipv6');
      continue;
    }
    const [host = '', prefix, more] = part.split('/');
    const address = isIP(host) === 0 ? null : plainAddress(host);
    if (address === null || more !== undefined) throw new Error(`${part} is neither an address nor a network`);
    const family = familyOf(address);
    if (prefix === undefined) list.addAddress(address, family);
    else if (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 'ipv4' ? 32 : 128))
      list.addSubnet(address, Number(prefix), family);
    else throw new Error(`${part} is not a network`);
  }
  return list;
}

/**
 * The address of who really called. `X-Forwarded-For` counts only from a trusted peer, and from its right: each trusted
 * proxy has added whom it heard from, and what is left of the first that is not trusted is that caller's own tale. Left of
 * what is no address nothing is believed either: whoever wrote that is not a proxy that adds addresses.
 */
export function clientAddress(
  proxies: BlockList,
  peer: string | undefined,
  forwardedFor: string | undefined,
): string | null {
  let client = plainAddress(peer ?? '');
  const hops = (forwardedFor ?? '')
    .split(',')
    .map((hop) => hop.trim())
    .filter((hop) => hop !== '')
    .toReversed();
  for (const hop of hops) {
    if (client === null || !proxies.check(client, familyOf(client))) break;
    const before = plainAddress(hop);
    if (before === null) break;
    client = before;
  }
  return client;
}
