import { say, type Said } from '../sentence';
import type { Packet } from './packet';
import { addressBytes } from './text';

/** Whether a frame is wanted. `length`: of the frame on the link, in bytes. */
export type PacketFilter = (packet: Packet, length: number) => boolean;

export type ParsedFilter = { ok: true; matches: PacketFilter } | { ok: false; said: Said };

const protocolWords = new Set([
  'arp',
  'ip',
  'ip6',
  'icmp',
  'icmp6',
  'tcp',
  'udp',
  'dns',
  'dhcp',
  'ospf',
  'bgp',
  'lldp',
  'stp',
]);
/** What tcpdump calls some of them, too. */
const otherNames: Record<string, string | undefined> = { bootp: 'dhcp', domain: 'dns', ipv6: 'ip6', icmpv6: 'icmp6' };

/**
 * Reads a filter in the words of tcpdump, as far as they are about what Trama decodes: `tcp port 80 and not host 10.0.0.1`. As there, `and` and `or` bind
 * alike, from left to right; parentheses group. Without any words, everything is wanted.
 */
export function parseFilter(text: string): ParsedFilter {
  const words = text.match(/\(|\)|&&|\|\||!|[^\s()!&|]+|[&|]/g) ?? [];
  if (words.length === 0) return { ok: true, matches: () => true };
  const parser = new FilterParser(words);
  try {
    return { ok: true, matches: parser.whole() };
  } catch (error) {
    if (error instanceof FilterError) return { ok: false, said: error.said };
    throw error;
  }
}

class FilterError extends Error {
  constructor(readonly said: Said) {
    super(said.message);
  }
}

/** Parentheses and negations within one another: deeper ones nobody writes. */
const deepest = 50;

class FilterParser {
  readonly #words: readonly string[];
  #at = 0;
  #depth = 0;

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  whole(): PacketFilter {
    const filter = this.#either();
    const rest = this.#peek();
    if (rest !== undefined)
      throw new FilterError(say(rest === ')' ? 'FILTER_NOT_OPENED' : 'FILTER_NOT_JOINED', { word: rest }));
    return filter;
  }

  #peek(): string | undefined {
    return this.#words[this.#at]?.toLowerCase();
  }

  #next(): string {
    const word = this.#peek();
    if (word === undefined) throw new FilterError(say('FILTER_ENDS', { word: this.#words.at(-1) ?? '' }));
    this.#at += 1;
    return word;
  }

  #takes(...words: string[]): boolean {
    const word = this.#peek();
    if (word === undefined || !words.includes(word)) return false;
    this.#at += 1;
    return true;
  }

  #either(): PacketFilter {
    let left = this.#one();
    for (;;) {
      const before = left;
      if (this.#takes('and', '&&')) {
        const right = this.#one();
        left = (packet, length) => before(packet, length) && right(packet, length);
      } else if (this.#takes('or', '||')) {
        const right = this.#one();
        left = (packet, length) => before(packet, length) || right(packet, length);
      } else return left;
    }
  }

  #one(): PacketFilter {
    this.#depth += 1;
    if (this.#depth > deepest) throw new FilterError(say('FILTER_TOO_DEEP'));
    const filter = this.#condition();
    this.#depth -= 1;
    return filter;
  }

  #condition(): PacketFilter {
    if (this.#takes('not', '!')) {
      const inner = this.#one();
      return (packet, length) => !inner(packet, length);
    }
    if (this.#takes('(')) {
      const inner = this.#either();
      if (!this.#takes(')')) throw new FilterError(say('FILTER_NOT_CLOSED'));
      return inner;
    }
    if (this.#takes('less', 'greater')) {
      const isLess = this.#words[this.#at - 1]?.toLowerCase() === 'less';
      const bound = this.#number(65_535);
      return (_packet, length) => (isLess ? length <= bound : length >= bound);
    }
    if (this.#takes('vlan')) {
      if (!/^\d+$/.test(this.#peek() ?? '')) return ({ facts }) => facts.vlans.length > 0;
      const vlan = this.#number(4_095);
      return ({ facts }) => facts.vlans.includes(vlan);
    }
    if (this.#takes('broadcast')) return ({ facts }) => facts.macs[1].every((byte) => byte === 255);
    if (this.#takes('multicast')) return ({ facts }) => ((facts.macs[1][0] ?? 0) & 1) === 1;
    return this.#qualified();
  }

  /** `tcp`, `src host A`, `tcp dst port 80`, `ether host M`. */
  #qualified(): PacketFilter {
    const start = this.#peek() ?? '';
    if (this.#takes('ether')) {
      const side = this.#side();
      this.#takes('host');
      return this.#mac(side);
    }
    const name = otherNames[start] ?? start;
    const isProtocol = protocolWords.has(name);
    if (isProtocol) this.#at += 1;
    const follows = ['src', 'dst', 'host', 'net', 'port'].includes(this.#peek() ?? '');
    if (!isProtocol && !follows) throw new FilterError(say('FILTER_WORD_UNKNOWN', { word: this.#next() }));
    if (!follows) return ({ facts }) => facts.protocols.has(name);
    const placed = this.#placed();
    return isProtocol ? (packet, length) => packet.facts.protocols.has(name) && placed(packet, length) : placed;
  }

  #placed(): PacketFilter {
    const side = this.#side();
    if (this.#takes('port')) {
      const port = this.#number(65_535);
      return ({ facts: { ports } }) => ports !== null && side(ports).includes(port);
    }
    if (this.#takes('net')) {
      const { bytes, bits } = this.#network();
      return ({ facts: { addresses } }) =>
        addresses !== null && side(addresses).some((one) => isWithin(one, bytes, bits));
    }
    this.#takes('host');
    const word = this.#next();
    const address = addressBytes(word);
    if (address === null) throw new FilterError(say('FILTER_NO_ADDRESS', { word }));
    return ({ facts: { addresses } }) =>
      addresses !== null && side(addresses).some((one) => isWithin(one, address, address.length * 8));
  }

  #side(): <Item>(both: readonly [Item, Item]) => readonly Item[] {
    if (this.#takes('src')) return ([from]) => [from];
    if (this.#takes('dst')) return ([, to]) => [to];
    return (both) => both;
  }

  #mac(side: <Item>(both: readonly [Item, Item]) => readonly Item[]): PacketFilter {
    const word = this.#next();
    if (!/^[0-9a-f]{2}([:-][0-9a-f]{2}){5}$/.test(word)) throw new FilterError(say('FILTER_NO_MAC', { word }));
    const wanted = Uint8Array.from(word.split(/[:-]/), (part) => Number.parseInt(part, 16));
    return ({ facts: { macs } }) => side(macs).some((one) => isWithin(one, wanted, 48));
  }

  #number(most: number): number {
    const word = this.#next();
    if (!/^\d{1,5}$/.test(word) || Number(word) > most) throw new FilterError(say('FILTER_NO_NUMBER', { word, most }));
    return Number(word);
  }

  #network(): { bytes: Uint8Array; bits: number } {
    const word = this.#next();
    const [, address = '', length] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(word) ?? [];
    const bytes = addressBytes(address);
    const most = (bytes?.length ?? 0) * 8;
    const bits = length === undefined ? most : Number(length);
    if (bytes === null || bits > most) throw new FilterError(say('FILTER_NO_NETWORK', { word }));
    return { bytes, bits };
  }
}

/** Whether the first `bits` of both are the same. */
function isWithin(one: Uint8Array, other: Uint8Array, bits: number): boolean {
  if (one.length !== other.length) return false;
  for (let bit = 0; bit < bits; bit += 8) {
    const mask = bits - bit >= 8 ? 255 : 255 & (255 << (8 - (bits - bit)));
    if (((one[bit / 8] ?? 0) & mask) !== ((other[bit / 8] ?? 0) & mask)) return false;
  }
  return true;
}
