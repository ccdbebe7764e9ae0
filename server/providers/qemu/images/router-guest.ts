import type { CpioEntry } from './cpio';

/** Of the package of FRR: what routes, and what one types at it. */
export const routerDaemons = ['zebra', 'staticd', 'ospfd', 'ospf6d', 'bgpd'] as const;
const daemonFolder = 'usr/lib/frr';
export const routerPrograms = [
  ...routerDaemons.map((name) => ({ path: `${daemonFolder}/${name}` })),
  { path: 'usr/bin/vtysh' },
];

const start = `#!/bin/sh
# begins to route: by /etc/frr/frr.conf, where the VM was given one
for way in ipv4/ip_forward ipv6/conf/all/forwarding ipv6/conf/default/forwarding; do echo 1 > /proc/sys/net/$way; done
# several ways of the same cost are shared by flow, not by address only
echo 1 > /proc/sys/net/ipv4/fib_multipath_hash_policy
mkdir -p /var/run/frr /var/tmp/frr /var/lib/frr
chown frr:frr /var/run/frr /var/tmp/frr /var/lib/frr
[ -e /etc/frr/frr.conf ] || printf 'frr defaults traditional\\nhostname %s\\nservice integrated-vtysh-config\\n' "$(hostname)" > /etc/frr/frr.conf
chown frr:frr /etc/frr/*
for daemon in ${routerDaemons.join(' ')}; do /${daemonFolder}/$daemon -d -A 127.0.0.1; done
# says what it does not understand, where its user sees it
vtysh -b > /run/frr.log 2>&1 || cat /run/frr.log > /dev/ttyS0
`;

const file = (path: string, mode: number, content: string): CpioEntry => ({ path, kind: 'file', mode, content });

/** What makes the tiny guest a router, besides FRR itself. */
export const routerFiles: readonly CpioEntry[] = [
  { path: 'etc/trama/start.d', kind: 'folder', mode: 0o755 },
  file('etc/trama/start.d/router', 0o755, start),
  file('etc/passwd', 0o644, 'root:x:0:0:root:/root:/bin/sh\nfrr:x:101:101::/var/run/frr:/bin/false\n'),
  file('etc/group', 0o644, 'root:x:0:\nfrr:x:101:\nfrrvty:x:102:frr\n'),
  { path: 'etc/frr', kind: 'folder', mode: 0o755 },
  // whoever is at the console is the router's administrator; there is nobody to ask for a password
  file('etc/frr/vtysh.conf', 0o644, 'service integrated-vtysh-config\nusername root nopassword\n'),
];
