import { builtinImages } from '#shared/builtin-images';
import { guestPortName } from './tiny-guest';

/** Packages besides those that Debian marks as required, and apt. */
export const debianPackages = [
  ...['linux-image-cloud-amd64', 'zstd', 'grub-pc-bin', 'systemd-sysv', 'udev', 'dbus', 'netbase', 'ca-certificates'],
  ...['cloud-init', 'cloud-guest-utils', 'sudo', 'openssh-server', 'qemu-guest-agent'],
  ...['systemd-resolved', 'libnss-myhostname', 'iproute2', 'iputils-ping', 'tcpdump', 'less', 'nano'],
] as const;

/** What nobody reads in a lab's guest: a third of the disk. */
export const leftOut = ['/usr/share/doc/*', '/usr/share/man/*', '/usr/share/locale/*'] as const;

/** Of the root file system; 16 bytes at most. */
export const rootLabel = 'trama-root';

export interface GuestFile {
  path: string;
  mode: number;
  content: string;
}
const file = (path: string, content: string, mode = 0o644): GuestFile => ({ path, mode, content });

/** What must lie there before the kernel's package makes the initramfs: the disk, and the drive in which the seed is, are found by it. */
export const beforeKernel: readonly GuestFile[] = [
  file('etc/kernel-img.conf', 'do_symlinks = yes\n'),
  file('etc/initramfs-tools/conf.d/trama', 'MODULES=list\nCOMPRESS=zstd\nCOMPRESSLEVEL=3\n'),
  file('usr/share/initramfs-tools/modules.d/trama', 'virtio_pci\nvirtio_blk\next4\nata_piix\nsr_mod\nisofs\n'),
];

/** By the links that the kernel's package keeps, so that a newer one is booted without anybody writing this anew. */
const grub = `linux /vmlinuz root=LABEL=${rootLabel} ro console=tty0 console=ttyS0,115200 quiet no_timer_check
initrd /initrd.img
boot
`;

/** A seed, or in a cloud a config drive, is always there, so that nothing else is searched for; keys and languages that take minutes without KVM are not made. */
const cloud = `datasource_list: [NoCloud, ConfigDrive, None]
system_info:
  network:
    renderers: [networkd]
ssh_genkeytypes: [ed25519]
locale: false
apt:
  preserve_sources_list: true
`;

const listen = `#!/bin/sh
# does what the server says on its port, as far as it concerns a guest with a disk
port=/dev/virtio-ports/${guestPortName}
[ -e $port ] && exec 3<>$port || exit 0
echo hello >&3
while read -r word rest <&3; do
  case $word in
    size) stty -F /dev/ttyS0 cols "\${rest% *}" rows "\${rest#* }" ;;
    # the time stood still: the machine's own clock did not
    clock) date -u -s "@$rest" > /dev/null ;;
  esac
done
`;

const listener = `[Unit]
Description=What Trama tells its guests
StartLimitIntervalSec=0

[Service]
ExecStart=/usr/lib/trama/listen
Restart=always
RestartSec=10

[Install]
WantedBy=multi-user.target
`;

const ready = `[Unit]
Description=Say on the serial console that the guest has booted
After=cloud-final.service

[Service]
Type=oneshot
ExecStart=/bin/sh -c 'echo "${builtinImages.debian.readyMarker} $(hostname)" > /dev/ttyS0'

[Install]
WantedBy=cloud-init.target
`;

/** What makes a plain Debian one that boots from its disk, is configured by its seed and says that it is up. */
export const debianFiles: readonly GuestFile[] = [
  file('boot/grub/grub.cfg', grub),
  file('etc/fstab', `LABEL=${rootLabel} / ext4 defaults,discard,errors=remount-ro 0 1\n`),
  file('etc/hosts', '127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n'),
  file('etc/machine-id', ''),
  file('etc/cloud/cloud.cfg.d/90_trama.cfg', cloud),
  file('usr/lib/trama/listen', listen, 0o755),
  file('etc/systemd/system/trama-listen.service', listener),
  file('etc/systemd/system/trama-ready.service', ready),
];

const enabled = ['systemd-networkd.service', 'trama-listen.service', 'trama-ready.service'];
/** Work for hours when nobody is there; and waiting for networks, which a lab need not have. */
const masked = [
  'apt-daily.timer',
  'apt-daily-upgrade.timer',
  'e2scrub_all.timer',
  'e2scrub_reap.service',
  'systemd-networkd-wait-online.service',
];

/** Run by a shell outside of the guest, whose root is `$1`, once its packages are there. */
export const finish = [
  `systemctl --root="$1" enable ${enabled.join(' ')}`,
  `systemctl --root="$1" mask ${masked.join(' ')}`,
  'ln -sf ../run/systemd/resolve/stub-resolv.conf "$1/etc/resolv.conf"',
  // each guest's own
  'rm -f "$1"/etc/ssh/ssh_host_* "$1/etc/hostname" "$1/var/lib/dbus/machine-id" "$1"/var/cache/apt/archives/*.deb',
  'chroot "$1" grub-mkimage -O i386-pc -o /boot/grub/core.img -p "(hd0,msdos1)/boot/grub" biosdisk part_msdos ext2 linux normal',
].join(' && ');
