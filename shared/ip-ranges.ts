import { z } from 'zod';

/** Addresses that begin with the same bits, of IPv4 or IPv6. */
export interface IpRange {
  family: 4 | 6;
  /** As it is written when nothing is left to choose: `10.0.0.0/8`, `fd00:0:0:0:0:0:0:0/8`. */
  text: string;
}

const widths = { 4: 32, 6: 128 } as const;

/** The groups of an IPv6 address, 16 bits each; the last two may be written as IPv4. */
function groupsOf(address: string): number[] {
  const hex = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, ...bytes: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.slice(0, 4).map(Number);
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
  const [head = '', tail] = hex.split('::');
  const numbers = (text: string) => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)));
  const [left, right] = [numbers(head), numbers(tail ?? '')];
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  return [...left, ...Array<number>(zeros).fill(0), ...right];
}

/** The first addresses's numbers, `width` bits each, with all bits behind the prefix at 0. */
function masked(numbers: readonly number[], width: 8 | 16, prefix: number): number[] {
  return numbers.map((number, index) => {
    const kept = Math.min(width, Math.max(0, prefix - index * width));
    return number & (((1 << kept) - 1) << (width - kept));
  });
}

/** An address, or a range by its prefix; what is behind the prefix does not matter. Null: it is neither. */
export function ipRangeOf(text: string): IpRange | null {
  const [address = '', bits] = text.split('/');
  const family = z.ipv4().safeParse(address).success ? 4 : z.ipv6().safeParse(address).success ? 6 : null;
  if (family === null || text.split('/').length > 2) return null;
  if (bits !== undefined && !/^\d{1,3}$/.test(bits)) return null;
  const prefix = bits === undefined ? widths[family] : Number(bits);
  if (prefix > widths[family]) return null;
  if (family === 4) {
    const bytes = masked(address.split('.').map(Number), 8, prefix);
    return { family, text: `${bytes.join('.')}/${prefix}` };
  }
  const groups = masked(groupsOf(address), 16, prefix);
  return { family, text: `${groups.map((group) => group.toString(16)).join(':')}/${prefix}` };
}

const words = (text: string) => text.split(/[\s,]+/).filter((word) => word !== '');

/** The ranges of a list that {@link ipRangesSchema} has taken. */
export function ipRangesOf(list: string): IpRange[] {
  return words(list).flatMap((word) => ipRangeOf(word) ?? []);
}

const mostRanges = 200;

/** A list of addresses and ranges, with commas or spaces between them, as people write it. */
export const ipRangesSchema = z
  .string()
  .max(8_000)
  .superRefine((list, ctx) => {
    const given = words(list);
    const wrong = given.find((word) => ipRangeOf(word) === null);
    if (wrong !== undefined)
      ctx.addIssue({
        code: 'custom',
        message: `${wrong.slice(0, 60)} is neither an address nor a range, such as 10.0.0.0/8 or fc00::/7.`,
      });
    if (given.length > mostRanges) ctx.addIssue({ code: 'custom', message: `At most ${mostRanges} ranges.` });
  });

/**
 * What is not the public internet, by IANA's registries of special addresses (IPv4: RFC 6890 and after it; IPv6: RFC 4291, 4193, 6052,
 * 3056): this network, private, shared, loopback, link-local with clouds' metadata at it, Azure's metadata at its public address,
 * protocol assignments, benchmarks, multicast, reserved; and IPv6 that holds an IPv4 address.
 */
export const notInternet = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '168.63.129.16', '169.254.0.0/16', '172.16.0.0/12'],
  ...['192.0.0.0/24', '192.168.0.0/16', '198.18.0.0/15', '224.0.0.0/4', '240.0.0.0/4'],
  ...['::/96', '::ffff:0:0/96', '64:ff9b::/96', '64:ff9b:1::/48', '2002::/16', 'fc00::/7', 'fe80::/10', 'fec0::/10'],
  'ff00::/8',
].join(', ');
