import { expect, test } from 'vitest';
import { packagesIn, withLibraries } from './packages';

const graph = `tcpdump
  Depends: adduser
  Depends: libpcap0.8
linux-image-cloud-amd64
  Depends: linux-image-6.1.0-40-cloud-amd64
linux-image-6.1.0-40-cloud-amd64
  PreDepends: linux-base
  Depends: kmod
 |Depends: initramfs-tools
  Depends: <linux-initramfs-tool>
    initramfs-tools
adduser
  Depends: passwd
libpcap0.8
  Depends: libdbus-1-3
libdbus-1-3
  Depends: libpcap0.8
 |Depends: libsystemd0
libsystemd0
kmod
  Depends: libkmod2
libkmod2
passwd
  Depends: libpam0g
libpam0g
`;

test('of what packages need their libraries are fetched, and the kernel behind a name, not the tools of their scripts', () => {
  expect(withLibraries(graph, ['linux-image-cloud-amd64', 'tcpdump']).toSorted()).toEqual([
    'libdbus-1-3',
    'libpcap0.8',
    'libsystemd0',
    'linux-image-6.1.0-40-cloud-amd64',
    'linux-image-cloud-amd64',
    'tcpdump',
  ]);
  expect(withLibraries(graph, ['iperf3'])).toEqual([]);
});

test('what apt would fetch is read with its checksum, and lines that are something else are passed over', () => {
  const uris = `'http://deb.debian.org/pool/b/busybox-static_1.35%2bu1_amd64.deb' busybox-static_1%3a1.35+u1_amd64.deb 928188 SHA256:${'a1'.repeat(32)}
W: something
'file:/srv/x.deb' x_1_all.deb 5 MD5Sum:${'0b'.repeat(16)}
'http://host/y' ../y 5 SHA256:${'a1'.repeat(32)}
`;
  expect(packagesIn(uris)).toEqual([
    { file: 'busybox-static_1%3a1.35+u1_amd64.deb', bytes: 928188, algorithm: 'sha256', digest: 'a1'.repeat(32) },
    { file: 'x_1_all.deb', bytes: 5, algorithm: 'md5', digest: '0b'.repeat(16) },
  ]);
});
