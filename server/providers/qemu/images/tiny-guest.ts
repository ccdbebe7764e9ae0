import { tinyReadyMarker } from '#shared/image';
import { askedBytes, runScript } from '../guest/command';
import { statusScript } from '../guest/figures';
import type { CpioEntry } from './cpio';
import { environmentFile } from './environment';

/** Kernel modules that the guest loads at boot: its NICs, its extra disks, its configuration, the power button, the panic notifier. */
export const tinyModules = [
  'virtio_pci',
  'virtio_net',
  'qemu_fw_cfg',
  'evdev',
  'button',
  'pvpanic_pci',
  'virtio_rng',
  'virtio_console',
  'virtio_blk',
];
/** Without these there is no guest; without the others it lacks comfort. */
export const indispensableModules = ['virtio_pci', 'virtio_net', 'qemu_fw_cfg'];

/** Programs of packages of the same names that the guest has besides busybox, which brings nc, traceroute, ping and httpd. */
export const tinyTools = ['tcpdump', 'iperf3'] as const;
/**
 * They and their libraries are ten times busybox: unpacked at each boot they would take its time and a guest's memory, needed or not.
 * Paths without the first slash.
 */
export const toolFolder = 'usr/lib/trama';
export const toolsArchive = `${toolFolder}/tools.cpio.gz`;

/** Where QEMU's `-fw_cfg` puts the guest's configuration, and where the guest reads it. */
export const guestConfigName = 'opt/trama/config';

/**
 * The virtio port on which the server tells the guest, one statement a line, what only the server knows: `size COLS ROWS`,
 * the size of the terminal in which its console is shown; once that has changed since the guest was started, the configuration
 * as it is now: `config`, each of its lines behind a `+`, `end`; and `clock SECONDS`, the time, after it stood still. The guest says
 * `hello` to have the last ones again.
 *
 * And what the server asks, with an ID of its own: `here ID`, whether anybody listens; `status ID`, the guest's figures; `run ID SECONDS COMMAND`, the
 * command line in base64, for so long at most. The guest answers each line of it as `= ID TEXT`, of a run what it prints in base64, and at the
 * end `. ID CODE`. Answers to several questions may be mixed, line by line.
 */
export const guestPortName = 'trama.guest';
/** Where the tiny guest keeps the size, for the next shell. */
const sizeFile = '/run/trama-size';

const init = `#!/bin/sh
/bin/busybox mkdir -p /proc /sys /dev /run /tmp /sbin /usr/bin /usr/sbin
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs devtmpfs /dev
/bin/busybox --install -s
export PATH=/sbin:/bin:/usr/sbin:/usr/bin
mkdir -p /dev/pts
mount -t devpts devpts /dev/pts
for module in $(cat /lib/modules/order); do insmod /lib/modules/$module.ko; done
# with a screen there is somebody who may type at it
grep -q console=tty0 /proc/cmdline && echo 'tty1::respawn:/etc/trama/shell screen' >> /etc/inittab
exec /sbin/init
`;

const inittab = `::sysinit:/etc/trama/start
ttyS0::respawn:/etc/trama/shell
::respawn:/etc/trama/listen
::respawn:/sbin/acpid -f -c /etc/acpi -l /dev/null
::ctrlaltdel:/sbin/reboot
`;

const start = `#!/bin/sh
export PATH=/sbin:/bin:/usr/sbin:/usr/bin
config=/run/trama-config
cat /sys/firmware/qemu_fw_cfg/by_name/${guestConfigName}/raw > $config 2>/dev/null
name=$(sed -n 's/^hostname //p' $config)
hostname "\${name:-tiny}"
{
  echo "127.0.0.1 localhost"
  echo "127.0.1.1 \${name:-tiny}"
  sed -n 's/^host //p' $config
} > /etc/hosts
grep '^file ' $config | while read -r _ mode path content; do
  mkdir -p "\${path%/*}"
  echo "$content" | base64 -d > "$path" && chmod "$mode" "$path"
done
for disk in /sys/block/vd*; do
  label=$(cat "$disk/serial" 2> /dev/null)
  [ -n "$label" ] && mkdir -p /dev/disk/by-id && ln -s "../../\${disk##*/}" "/dev/disk/by-id/virtio-$label"
done
ip link set lo up
if grep -qx router $config; then
  for way in ipv4/ip_forward ipv6/conf/all/forwarding; do echo 1 > /proc/sys/net/$way; done
fi
/etc/trama/names > /dev/null
# those that are plugged in later come by this
mdev -d
for nic in /sys/class/net/*; do /etc/trama/nic "\${nic##*/}"; done
for more in /etc/trama/start.d/*; do [ -x "$more" ] && /etc/trama/with-environment "$more"; done
echo "${tinyReadyMarker} \${name:-tiny}" > /dev/ttyS0
`;

/** Takes the routes of an interface, once that has its address: by no other does it know who is beside it. */
const takeRoutes = (name: string) =>
  `grep -i "^route $mac " /run/trama-config | while read -r _ _ to via; do ip route replace "$to" via "$via" dev "${name}"; done`;

/**
 * A kernel counts its interfaces as it finds them, without gaps. Each has the name that is drawn instead, by its MAC; those of forwards and of the
 * internet have names of their own, so that a link that is added while the guest runs finds its number free.
 */
const names = `#!/bin/sh
# gives NICs the names that the configuration calls them by, and prints those that are new: of NICs that are down now
export PATH=/sbin:/bin:/usr/sbin:/usr/bin
config=/run/trama-config
net=/sys/class/net
# one at a time. Of one that was killed, the link leads nowhere
lock=/run/trama-names
until ln -sn /proc/$$ $lock 2> /dev/null; do
  [ -e $lock ] || rm -f $lock
  sleep 0.1
done
wanted() {
  read -r mac < "$net/$1/address"
  sed -n "s/^call $mac //Ip" $config
}
taken() { [ -e "$net/$1" ] || grep -q "^call .* $1$" $config; }
rename() { ip link set "$1" down && ip link set "$1" name "$2" 2> /dev/null; }
# all that change give up theirs first, so that two can change places
for path in $net/*; do
  [ -e "$path/device" ] && read -r kind < "$path/addr_assign_type" && read -r index < "$path/ifindex" || continue
  # by a MAC that its user has given it, it may be taken for another one
  [ "$kind" = 0 ] || continue
  name=\${path##*/}
  called=$(wanted "$name")
  [ "$called" = "$name" ] && continue
  # one that is called nothing keeps its name, unless that is another's
  [ -n "$called" ] || grep -q "^call .* $name$" $config || continue
  rename "$name" "trama$index"
done
for path in $net/trama[0-9]*; do
  [ -e "$path" ] || continue
  name=\${path##*/}
  called=$(wanted "$name")
  [ -n "$called" ] && rename "$name" "$called" && echo "$called"
done
# what is left: called nothing, or its user has made something of that name
for path in $net/trama[0-9]*; do
  [ -e "$path" ] || continue
  number=0
  while taken "eth$number"; do number=$((number + 1)); done
  rename "\${path##*/}" "eth$number" && echo "eth$number"
done
rm -f $lock
`;

const plugged = `#!/bin/sh
# has a NIC that has come take its name, and brings it up
[ "$ACTION" = move ] && exit 0
for name in $(/etc/trama/names) "$1"; do /etc/trama/nic "$name"; done
`;

const nic = `#!/bin/sh
# brings up one network interface and gives it what the configuration says for its MAC
export PATH=/sbin:/bin:/usr/sbin:/usr/bin
[ "$1" != lo ] && [ -e "/sys/class/net/$1/address" ] || exit 0
mac=$(cat "/sys/class/net/$1/address")
ip link set "$1" up
grep -i "^nic $mac " /run/trama-config | while read -r _ _ address; do
  case $address in
    dhcp) udhcpc -b -q -t 8 -T 1 -i "$1" -s /etc/trama/dhcp > /dev/null 2>&1 & ;;
    *) ip addr replace "$address" dev "$1" ;;
  esac
done
${takeRoutes('$1')}
`;

const dhcp = `#!/bin/sh
case $1 in bound | renew) ;; *) exit 0 ;; esac
ip addr replace "$ip/$mask" dev "$interface"
mac=$(cat "/sys/class/net/$interface/address")
${takeRoutes('$interface')}
for gateway in $router; do ip route replace default via "$gateway" dev "$interface"; done
# a NIC that knows of none leaves those of another one
[ -z "$dns" ] || for server in $dns; do echo "nameserver $server"; done > /etc/resolv.conf
`;

const shell = `#!/bin/sh
cd /root
export HOME=/root USER=root TERM=xterm-256color PATH=/sbin:/bin:/usr/sbin:/usr/bin
export PS1="$(hostname)# " ENV=/etc/trama/profile
if [ "$1" = screen ]; then
  export TERM=linux
else
  stty cols 80 rows 24
  [ -s ${sizeFile} ] && stty $(cat ${sizeFile})
fi
exec /etc/trama/with-environment /bin/sh -i
`;

const withEnvironment = `#!/bin/sh
# runs a program with the variables that the configuration says, in a process of its own: none of them gets between a script and its own
[ -r ${environmentFile} ] && . ${environmentFile}
exec "$@"
`;

const configure = `#!/bin/sh
# takes the configuration as it is now: names, routes, and addresses of NICs that were not in it or were called otherwise. What others have had is the user's since
export PATH=/sbin:/bin:/usr/sbin:/usr/bin
old=/run/trama-config.old
# a NIC that comes right now reads it: it must not be missing for an instant
cp /run/trama-config $old
mv /run/trama-config.new /run/trama-config
{
  echo "127.0.0.1 localhost"
  echo "127.0.1.1 $(hostname)"
  sed -n 's/^host //p' /run/trama-config
} > /etc/hosts
renamed=$(/etc/trama/names)
for path in /sys/class/net/*; do
  name=\${path##*/}
  mac=$(cat "$path/address")
  { echo "$renamed" | grep -qx "$name"; } || ! grep -qi "^nic $mac " $old || continue
  /etc/trama/nic "$name"
done
# each that is in the one and not in the other
changed() { grep '^route ' "$1" | grep -vxFf "$2"; }
changed $old /run/trama-config | while read -r _ _ to via; do ip route del "$to" via "$via"; done 2> /dev/null
changed /run/trama-config $old | while read -r _ _ to via; do ip route replace "$to" via "$via"; done 2> /dev/null
`;

const listen = `#!/bin/sh
# does what the server says on its port; without the port, which may come after this, or while no server is there, it looks again
export PATH=/sbin:/bin:/usr/sbin:/usr/bin
port=
for entry in /sys/class/virtio-ports/*; do
  [ "$(cat "$entry/name" 2>/dev/null)" = ${guestPortName} ] && port=/dev/\${entry##*/}
done
[ -n "$port" ] || exec sleep 5
exec 3<>"$port" || exec sleep 5
echo hello >&3
new=/run/trama-config.new
rm -f $new
while read -r word rest <&3; do
  case $word in
    size)
      echo "cols \${rest% *} rows \${rest#* }" > ${sizeFile}
      stty -F /dev/ttyS0 cols "\${rest% *}" rows "\${rest#* }"
      ;;
    config) : > $new ;;
    # of what was begun before this listener, it has not heard the beginning
    +) [ -e $new ] && echo "$rest" >> $new ;;
    # the time stood still: the machine's own clock did not, and has gone on since this was said
    clock) hwclock -s -u 2> /dev/null || date -u -s "@$rest" > /dev/null ;;
    end) [ -e $new ] && /etc/trama/configure ;;
    here | status | run) /etc/trama/answer "$word" $rest 2> /dev/null & ;;
  esac
done
sleep 5
`;

const answer = `#!/bin/sh
# answers a question of the server on descriptor 3, line by line: others may be answered meanwhile
export HOME=/root USER=root PATH=/sbin:/bin:/usr/sbin:/usr/bin
cd /root
id=$2
code=0
tell() { while read -r line; do echo "= $id $line" >&3; done; }
case $1 in
  status) /etc/trama/status 3>&- | tell ;;
  run)
    end=/run/trama-end.$id
    { /etc/trama/run "$3" ${askedBytes} "$(echo "$4" | base64 -d)" 3>&-; echo $? > $end; } | base64 | tell
    code=$(cat $end)
    rm $end
    ;;
esac
echo ". $id $code" >&3
`;

const wget = `#!/bin/sh
# Debian's busybox has a wget that ends with a segmentation fault when it is given a time limit: timeout keeps it instead
limit=0
left=$#
while [ $left -gt 0 ]; do
  case $1 in
    -T | -[cqS]T | -[cqS][cqS]T)
      [ $left -gt 1 ] || break
      [ "$1" = -T ] || set -- "$@" "\${1%T}"
      limit=$2
      shift 2
      left=$((left - 2))
      ;;
    -T*)
      limit=\${1#-T}
      shift
      left=$((left - 1))
      ;;
    *)
      set -- "$@" "$1"
      shift
      left=$((left - 1))
      ;;
  esac
done
[ "$limit" = 0 ] && exec busybox wget "$@"
timeout "$limit" busybox wget "$@"
code=$?
[ $code = 143 ] && echo 'wget: download timed out' >&2
exit $code
`;

const tool = `#!/bin/sh
# runs one of the tools that lie in an archive until one of them is first called
folder=/${toolFolder}
name=\${0##*/}
until [ -e $folder/$name ]; do
  if mkdir /run/trama-tools 2> /dev/null; then
    cd / && zcat /${toolsArchive} | cpio -idmu 2> /dev/null
    cd "$OLDPWD"
    [ -e $folder/$name ] && rm /${toolsArchive}
    rmdir /run/trama-tools
    [ -e $folder/$name ] || { echo "$name: there is no room to unpack it" >&2; exit 1; }
  else
    sleep 1
  fi
done
# it would give up its rights to an account that is not there
[ $name = tcpdump ] && set -- -Z root "$@"
exec $folder/$name "$@"
`;

const welcome = `<!doctype html>
<title>Trama</title>
<p>This is the page of the small server that <code>httpd -h /var/www</code> starts. It lies at /var/www/index.html.</p>
`;

const program = (path: string, content: string): CpioEntry => ({ path, kind: 'file', mode: 0o755, content });
const text = (path: string, content: string): CpioEntry => ({ path, kind: 'file', mode: 0o644, content });
const folder = (path: string): CpioEntry => ({ path, kind: 'folder', mode: 0o755 });

/** The scripts and settings of the tiny guest: everything but busybox and the kernel's modules. */
export const tinyFiles: readonly CpioEntry[] = [
  ...['bin', 'dev', 'etc', 'etc/acpi', 'etc/acpi/PWRF', 'etc/trama', 'lib', 'lib/modules', 'root', 'run'].map(folder),
  { path: 'bin/sh', kind: 'link', target: 'busybox' },
  program('init', init),
  text('etc/inittab', inittab),
  text('etc/passwd', 'root:x:0:0:root:/root:/bin/sh\n'),
  text('etc/group', 'root:x:0:\n'),
  // what is in no line becomes root's alone, /dev/null too: a daemon of another account could not even be silent
  text(
    'etc/mdev.conf',
    '-SUBSYSTEM=net;.* 0:0 600 @/etc/trama/plugged $MDEV\n(null|zero|full|random|urandom|tty|ptmx) 0:0 666\n',
  ),
  // the name that busybox's acpid gives to the power button
  program('etc/acpi/PWRF/00000080', '#!/bin/sh\nexec /sbin/poweroff\n'),
  program('etc/trama/start', start),
  program('etc/trama/names', names),
  program('etc/trama/plugged', plugged),
  program('etc/trama/nic', nic),
  program('etc/trama/dhcp', dhcp),
  program('etc/trama/shell', shell),
  program('etc/trama/with-environment', withEnvironment),
  program('etc/trama/listen', listen),
  program('etc/trama/configure', configure),
  program('etc/trama/answer', answer),
  program('etc/trama/status', `#!/bin/sh\n${statusScript}`),
  program('etc/trama/run', runScript),
  program('etc/trama/wget', wget),
  ...['usr', 'usr/bin', 'usr/lib', toolFolder, 'var', 'var/www'].map(folder),
  ...tinyTools.map((name) => program(`usr/bin/${name}`, tool)),
  text('var/www/index.html', welcome),
  // a shell of busybox asks for its own commands before it looks for files
  text('etc/trama/profile', 'wget() { /etc/trama/wget "$@"; }\n'),
];
