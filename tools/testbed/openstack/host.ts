import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Plan } from './configuration';
import type { Processes } from './processes';

/** As libvirtd is told by default, without what a host of nobody else's needs. */
const libvirtFiles = {
  'libvirtd.conf': 'auth_unix_rw = "none"\nunix_sock_rw_perms = "0700"\nlog_outputs = "3:stderr"\n',
  'qemu.conf': [
    ...['user = "root"', 'group = "root"', 'dynamic_ownership = 0', 'remember_owner = 0', 'security_driver = "none"'],
    ...['namespaces = []', 'cgroup_controllers = []', 'stdio_handler = "file"', ''],
  ].join('\n'),
};
const libvirtFolders = {
  lib: '/var/lib/libvirt',
  cache: '/var/cache/libvirt',
  log: '/var/log/libvirt',
  etc: '/etc/libvirt',
};

/** Ports that its services reach, and those at which its consoles are reached. */
const portsIn = ['database', 'queue', 'keystone', 'glance', 'placement', 'neutron'] as const;
const portsOut = ['screens', 'serials'] as const;

/** Everything in it ends with its first process. */
const boot = `set -e
folder=$1
shift
hostname compute1
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs /run
mkdir -p /run/lock /run/libvirt
for pair in "$@"; do mkdir -p "\${pair#*:}" && mount --bind "\${pair%%:*}" "\${pair#*:}"; done
ip link set lo up
touch "$folder/booted"
trap 'exit 0' TERM
sleep infinity & wait`;

/**
 * A host of real guests: what runs in it has its own network, in which guests’ NICs are bridged, and its own processes, files of libvirt’s and `/run`.
 * What a command is called as that runs in there.
 */
export type Host = (command: readonly string[]) => string[];

export async function startHost({ folder, ports }: Plan, processes: Processes): Promise<Host> {
  const own = path.join(folder, 'host');
  const pairs: string[] = [];
  for (const [name, there] of Object.entries(libvirtFolders)) {
    await mkdir(path.join(own, name), { recursive: true });
    pairs.push(`${path.join(own, name)}:${there}`);
  }
  for (const [file, text] of Object.entries(libvirtFiles)) await writeFile(path.join(own, 'etc', file), text);
  const apart = ['--net', '--mount', '--uts', '--pid', '--fork', '--mount-proc', '--kill-child=KILL'];
  const outer = await processes.start('host', ['unshare', ...apart, 'bash', '-c', boot, 'host', own, ...pairs]);
  await processes.until('host', 'network of its own', () => access(path.join(own, 'booted')).then(() => true));
  const children = await readFile(`/proc/${outer}/task/${outer}/children`, 'utf8');
  const inner = children.trim().split(' ', 1)[0] ?? '';
  const within: Host = (command) => ['nsenter', '--target', inner, '--net', '--mount', '--uts', '--pid', ...command];
  // by sockets of files, which are no network’s: at each end of one a program hands on
  for (const name of [...portsIn, ...portsOut]) {
    const file = path.join(own, `${name}.sock`);
    const toFile = ['socat', `TCP-LISTEN:${ports[name]},bind=127.0.0.1,fork,reuseaddr`, `UNIX-CONNECT:${file}`];
    const fromFile = ['socat', `UNIX-LISTEN:${file},fork`, `TCP:127.0.0.1:${ports[name]}`];
    const isIn = portsIn.some((one) => one === name);
    await processes.start(`${name}-outside`, isIn ? fromFile : toFile);
    await processes.start(`${name}-inside`, within(isIn ? toFile : fromFile));
  }
  await processes.start('libvirtd', within(['libvirtd', '--config', '/etc/libvirt/libvirtd.conf']));
  const connect = ['python3', '-c', 'import libvirt; libvirt.open("qemu:///system")'];
  await processes.until('libvirtd', 'answer', () => processes.run('libvirt-answers', within(connect)).then(() => true));
  return within;
}
