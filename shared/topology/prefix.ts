/** An address of IPv4 or IPv6 without the prefix length that may stand behind it: `10.0.0.1` of `10.0.0.1/30`. */
export const withoutPrefix = (address: string): string => address.split('/', 1)[0] ?? '';
