import { ipRangeOf, ipRangesOf } from '#shared/ip-ranges';
import type { SettingsOf } from '#shared/zone-settings';
import type { HostNetwork } from './host-network';

/*
 * Between a guest and the internet are two small networks, out of the range for benchmarks (RFC 2544), which no link is given: that in
 * which each guest finds itself, alone with QEMU's user-mode network, and that of the gateway's namespace, with `pasta` at its other
 * end. Of IPv6 the same, out of unique local addresses (RFC 4193).
 */

/** The namespace's own end; that which its packets go to; and where questions for names are passed on to the host's name server. */
const link = { address: '198.19.255.2', prefix: 29, via: '198.19.255.1', names: '198.19.255.3' } as const;
const link6 = { address: 'fd00:ffff::2', via: 'fe80::1' } as const;
/** Its interface. */
const device = 'inet';

/** How a gateway is to be started. */
export interface GatewayPlan {
  /** Whether it leads out by IPv6, too; by IPv4 it does. */
  ipv6: boolean;
  /** For `ip -batch`: what its namespace leads to, and what it swallows. */
  routes: string[];
}

type Ranges = Pick<SettingsOf<'qemu'>, 'internetDenied' | 'internetAllowed'>;

/**
 * What guests may reach: all but what the zone denies and the networks that the host is in, and of these what the zone allows; never an address
 * of the host. The narrower range counts; of two that are the same, the allowed one. Kernel routes do it, so that nothing has to look at
 * packets, and who has no rights in the namespace cannot change it. Null: the host has no way out itself.
 */
export function planGateway(host: HostNetwork, { internetDenied, internetAllowed }: Ranges): GatewayPlan | null {
  if (!host.leadsOut[4]) return null;
  const routes = new Map<string, string>();
  const swallow = (text: string) => routes.set(text, `blackhole ${text}`);
  for (const { family, address, prefix } of host.addresses) {
    const range = ipRangeOf(`${address}/${prefix}`);
    // the namespace's own way goes over a link-local address, of which no other network is reached
    if (range && !(family === 6 && address.startsWith('fe80:'))) swallow(range.text);
  }
  for (const { text } of ipRangesOf(internetDenied)) swallow(text);
  for (const { family, text } of ipRangesOf(internetAllowed))
    // where the host has no way itself there is nothing to allow
    if (host.leadsOut[family]) routes.set(text, `${text} via ${family === 4 ? link.via : link6.via} dev ${device}`);
  for (const { address } of host.addresses) {
    const own = ipRangeOf(address);
    if (own) swallow(own.text);
  }
  routes.set(link.names, `${link.names}/32 dev ${device}`);
  routes.set(link.via, `blackhole ${link.via}/32`);
  const commands = [...routes.values()].map((route) =>
    // of IPv6 two routes to one place can be beside each other: the lowest number counts
    route.includes(':') ? `route replace ${route} metric 1` : `route replace ${route}`,
  );
  return { ipv6: host.leadsOut[6], routes: commands };
}

/** The arguments of `pasta`, which makes the namespace: no port is passed on in any direction, and its gateway is not the host. */
export function pastaArgs({ ipv6 }: GatewayPlan): string[] {
  const closed = ['-t', 'none', '-u', 'none', '-T', 'none', '-U', 'none'];
  const four = ['-a', link.address, '-n', String(link.prefix), '-g', link.via, '--dns-forward', link.names];
  const six = ipv6 ? ['-a', link6.address, '-g', link6.via] : ['-4'];
  return ['-f', '--config-net', '--no-map-gw', ...closed, '-I', device, ...four, ...six];
}

/** What a guest's NIC leads to inside the gateway: a user-mode network of its own, as `netdev_add` takes it. */
export function guestNetwork(ipv6: boolean) {
  const four = { net: '198.18.1.0/24', host: '198.18.1.2', dns: '198.18.1.3', dhcpstart: '198.18.1.15' };
  const six = ipv6 ? { 'ipv6-prefix': 'fd01::', 'ipv6-prefixlen': 64 } : {};
  return { type: 'user', ipv4: true, ipv6, ...four, ...six };
}

/**
 * Run as the owner of a mount namespace: gives the user `$1`, `$2` a tunnel device that it may open, where that of the host is root's, and
 * becomes it. The rest is what runs then.
 */
export const openTunnel = `set -e
mount -t tmpfs -o mode=0755 tmpfs /dev/net
mknod -m 666 /dev/net/tun c 10 200
user=$1
group=$2
shift 2
exec setpriv --reuid "$user" --regid "$group" --clear-groups -- "$@"`;

/**
 * Run by `pasta` inside: a name server, which QEMU reads, and the routes `$1`, before anything of a guest's comes; then all rights are given up and
 * the rest is run, which ends with `pasta`. Pings are let out where the host lets this user ping.
 */
export const shutIn = `set -e
echo 'nameserver ${link.names}' > gw/resolv.conf
mount --bind gw/resolv.conf /etc/resolv.conf
echo "$1" | ip -batch -
echo '0 0' > /proc/sys/net/ipv4/ping_group_range || true
shift
exec setpriv --pdeathsig KILL --no-new-privs --bounding-set -all --inh-caps -all -- "$@"`;
