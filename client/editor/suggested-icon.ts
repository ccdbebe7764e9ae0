import type { DeviceIcon } from '#shared/topology/schema';

/** The first that fits wins. Beginnings of a word, before a number, a hyphen or the end, as names of hosts are made. */
const suggestions: readonly (readonly [RegExp, DeviceIcon])[] = [
  [/\b(fw|firewall|asa|pfsense|opnsense|fortigate)(?=\d|\b)/, 'firewall'],
  [/\b(sw|switch|spine|leaf|tor|agg|core|edge|ovs)(?=\d|\b)/, 'switch'],
  [/\b(r|rtr|router|gw|gateway|frr|vyos|ce|pe|p|hub|spoke)(?=\d|\b)/, 'router'],
  [/\b(db|database|mysql|mariadb|postgres|redis)(?=\d|\b)/, 'database'],
  [/\b(pc|host|client|desktop|laptop|workstation)(?=\d|\b)/, 'computer'],
  [/\b(cloud|internet|isp)(?=\d|\b)/, 'cloud'],
];

/** What a VM is drawn as when nobody has said: as its name suggests, else its image, else a server. */
export function suggestedIcon(name: string, image: string): DeviceIcon {
  for (const text of [name.toLowerCase(), image.toLowerCase()])
    for (const [sign, icon] of suggestions) if (sign.test(text)) return icon;
  return 'server';
}
