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
export const gatewayDevice = 'inet';
/** What comes in goes through it where it is slowed down. */
export const shaperDevice = 'shaper';

/** How gateways are to be started on this machine, in this zone. */
export interface WayOut {
  /** Whether it leads out by IPv6, too; by IPv4 it does. */
  ipv6: boolean;
  /** For `ip -batch`: what its namespace leads to, and what it swallows. */
  routes: string[];
}

/** How a gateway is to be started. */
export interface GatewayPlan extends WayOut {
  /** In each direction, all guests together; null: as fast as it goes. */
  kbps: number | null;
}

type Ranges = Pick<SettingsOf<'qemu'>, 'internetDenied' | 'internetAllowed'>;

/**
 * What guests may reach: all but what the zone denies and the networks that the host is in, and of these what the zone allows; never an address
 * of the host. The narrower range counts; of two that are the same, the allowed one. Kernel routes do it, so that nothing has to look at
 * packets, and who has no rights in the namespace cannot change it. Null: the host has no way out itself.
 */
export function planGateway(host: HostNetwork, { internetDenied, internetAllowed }: Ranges): WayOut | null {
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
    if (host.leadsOut[family])
      routes.set(text, `${text} via ${family === 4 ? link.via : link6.via} dev ${gatewayDevice}`);
  for (const { address } of host.addresses) {
    const own = ipRangeOf(address);
    if (own) swallow(own.text);
  }
  routes.set(link.names, `${link.names}/32 dev ${gatewayDevice}`);
  routes.set(link.via, `blackhole ${link.via}/32`);
  const commands = [...routes.values()].map((route) =>
    // of IPv6 two routes to one place can be beside each other: the lowest number counts
    route.includes(':') ? `route replace ${route} metric 1` : `route replace ${route}`,
  );
  return { ipv6: host.leadsOut[6], routes: commands };
}

/** The arguments of {@link shutIn}. */
export function shutInArgs({ routes, kbps }: GatewayPlan): string[] {
  const shaping = kbps === null ? null : shapingOf(kbps);
  return [[...(shaping?.links ?? []), ...routes].join('\n'), shaping?.queues.join('\n') ?? '', shaping?.buffers ?? ''];
}

/** The arguments of `pasta`, which makes the namespace: no port is passed on in any direction, and its gateway is not the host. */
export function pastaArgs({ ipv6 }: WayOut): string[] {
  const closed = ['-t', 'none', '-u', 'none', '-T', 'none', '-U', 'none'];
  const four = ['-a', link.address, '-n', String(link.prefix), '-g', link.via, '--dns-forward', link.names];
  const six = ipv6 ? ['-a', link6.address, '-g', link6.via] : ['-4'];
  return ['-f', '--config-net', '--no-map-gw', ...closed, '-I', gatewayDevice, ...four, ...six];
}

/** Of a packet, by which connections are made: `pasta` would send frames of 64 KiB, which no slow way can let through one by one. */
const mtu = 1_500;
const within = (least: number, value: number, most: number) => Math.round(Math.min(Math.max(value, least), most));

/**
 * What slows a gateway down: lines for `ip -batch` and `tc -batch`, and how much a TCP connection may have under way, for `tcp_rmem` and `tcp_wmem`. A token
 * bucket (tc-tbf(8)) on what goes out and, by way of an `ifb`, on what comes in. `pasta` has no congestion control: it sends what was lost again, and all
 * behind it, until a link of 2 Mbit/s carries 0.4. So the queues are long enough to lose nothing of TCP, and each connection has no more in
 * them than a tenth of a second's worth.
 */
export function shapingOf(kbps: number): { links: string[]; queues: string[]; buffers: string } {
  const bytesPerSecond = kbps * 125;
  const burst = Math.max(16_384, Math.round(bytesPerSecond / 100));
  const window = within(8_192, bytesPerSecond / 10, 2 ** 20);
  const bucket = `root tbf rate ${kbps}kbit burst ${burst} limit ${Math.max(2 ** 21, 64 * window)}`;
  return {
    links: [
      `link set dev ${gatewayDevice} mtu ${mtu}`,
      `link add name ${shaperDevice} type ifb`,
      `link set dev ${shaperDevice} up`,
    ],
    queues: [
      ...[gatewayDevice, shaperDevice].map((device) => `qdisc replace dev ${device} ${bucket}`),
      `qdisc add dev ${gatewayDevice} handle ffff: ingress`,
      `filter add dev ${gatewayDevice} parent ffff: protocol all u32 match u32 0 0 action mirred egress redirect dev ${shaperDevice}`,
    ],
    // the kernel advertises half of it
    buffers: `4096 ${2 * window} ${2 * window}`,
  };
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
 * Run by `pasta` inside: a name server, which QEMU reads, the links and routes `$1`, and what slows it down, `$2` and `$3`, where that is something, before
 * anything of a guest's comes; then all rights are given up and the rest is run, which ends with `pasta`. Pings are let out where the host lets this user ping.
 */
export const shutIn = `set -e
echo 'nameserver ${link.names}' > gw/resolv.conf
mount --bind gw/resolv.conf /etc/resolv.conf
echo "$1" | ip -batch -
if [ -n "$2" ]; then
  echo "$3" > /proc/sys/net/ipv4/tcp_rmem
  echo "$3" > /proc/sys/net/ipv4/tcp_wmem
  tc -batch - << LINES
$2
LINES
fi
echo '0 0' > /proc/sys/net/ipv4/ping_group_range || true
shift 3
exec setpriv --pdeathsig KILL --no-new-privs --bounding-set -all --inh-caps -all -- "$@"`;
